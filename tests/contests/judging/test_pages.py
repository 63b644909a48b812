"""Judging over HTTP: the seat, blind entries, ballots, staff's way to lead it, and the score sheet for everybody."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.entering import photos
from clozette.contests.entering.models import Entry
from clozette.contests.judging import queries, services, standings
from clozette.contests.judging.models import Assignment, Ballot, Judge, Round
from clozette.contests.planning.models import Contest
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from tests.contests.judging.conftest import Making, judge_all, start
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_judge
from tests.factories.photos import upload
from tests.support.client import Client


@pytest.fixture
def judge(jury: Making, client: Client) -> Judge:
    """A judge of a contest with an open round, signed in; another one judges too."""
    contest = jury(entries=3, judges=1)
    member = make_member("jo")
    seat = make_judge(contest, member)
    start(contest)
    sign_in(client, member)
    return seat


def contest_of(judge: Judge) -> Contest:
    return db.session.get_one(Contest, judge.contest_id)


def way(judge: Judge, rest: str = "") -> str:
    return f"/contests/{contest_of(judge).slug}/judging{rest}"


def chosen(page: str) -> list[str]:
    return re.findall(r'type="radio"[^>]*value="(\d+)" checked', page)


def ballots() -> list[tuple[int, list[int]]]:
    db.session.rollback()
    wanted = sa.select(Assignment.judge_id, Ballot.value).join(Ballot, Ballot.assignment_id == Assignment.id)
    return [(judge_id, value) for judge_id, value in db.session.execute(wanted.order_by(Ballot.id))]


@pytest.mark.requirement(8)
def test_an_entry_is_shown_without_a_name(judge: Judge, client: Client, app: Flask) -> None:
    entry = db.session.scalars(sa.select(Entry).where(Entry.number == 1)).one()
    author = db.session.get_one(Member, entry.member_id)
    photos.keep(entry.id, photos.sent_in(author.subject_id, [upload()], ["A red coat"], now=clock.now()))
    for path in ("", "/1", "/1/1"):
        page = client.get(way(judge, path))
        assert page.status_code == 200
        for telling in (author.handle, author.display_name, ids.encode(author.id), ids.encode(entry.id)):
            assert telling not in page.text, (path, telling)
    assert "Statement 0" in page.text
    assert "A red coat" in page.text
    assert "/media/private/" in page.text


def test_nobody_else_finds_the_judges_pages(judge: Judge, client: Client, staff: Client, app: Flask) -> None:
    for browser in (staff, client):
        if browser is client:
            sign_in(client, make_member("stranger"))
        for path in ("", "/1", "/1/1"):
            assert browser.get(way(judge, path)).status_code == 404
        for path in ("", "/1", "/1/1", "/1/1/recusal"):
            sent = browser.post(way(judge, path), data={"points_0": 5, "points_1": 5, "do": "accept"})
            assert sent.status_code == 404
    assert ballots() == []


@pytest.mark.parametrize("number", [40_000, 10**20])
def test_numbers_that_no_round_nor_entry_can_have(judge: Judge, client: Client, number: int) -> None:
    contest = db.session.get_one(Contest, judge.contest_id)
    for path in (str(number), f"1/{number**2}"):
        assert client.get(f"/contests/{contest.slug}/judging/{path}").status_code == 404


def test_a_ballot_is_kept_and_the_next_entry_comes(judge: Judge, client: Client) -> None:
    assert "0 of 3 judged" in client.get(way(judge, "/1/1")).text
    sent = client.post(way(judge, "/1/1"), data={"points_0": "7", "points_1": "3"})
    assert (sent.status_code, sent.location) == (303, way(judge, "/1/2"))
    assert ballots() == [(judge.id, [7, 3])]
    page = client.get(way(judge, "/1/1"))
    assert chosen(page.text) == ["7", "3"]
    assert "1 of 3 judged" in page.text


def test_points_are_chosen_and_said_what_they_mean(judge: Judge, client: Client) -> None:
    page = client.get(way(judge, "/1/1")).text
    assert len(re.findall(r'type="radio"[^>]*name="points_0"', page)) == 10
    assert 'type="number"' not in page
    assert "1 means" in page
    assert chosen(page) == []
    page = client.post(way(judge, "/1/1"), data={"points_0": "7"}).text
    assert chosen(page) == ["7"]


def test_the_way_to_a_seat_is_a_button(judge: Judge, client: Client) -> None:
    page = client.get(f"/contests/{contest_of(judge).slug}").text
    assert re.search(r'class="button button--primary"\s+href="[^"]*/judging"', page)
    for task in queries.tasks_of(db.session.scalars(sa.select(Round)).one(), judge):
        client.post(way(judge, f"/1/{task.entry.number}"), data={"points_0": "7", "points_1": "3"})
    assert re.search(r'class="button button--quiet"\s+href="[^"]*/judging/1"', client.get(way(judge)).text)


def test_skipping_leaves_an_entry_open(judge: Judge, client: Client) -> None:
    page = client.get(way(judge, "/1/2"))
    assert f'href="{way(judge, "/1/3")}"' in page.text
    client.post(way(judge, "/1/3"), data={"points_0": "7", "points_1": "3"})
    sent = client.post(way(judge, "/1/1"), data={"points_0": "7", "points_1": "3"})
    assert sent.location == way(judge, "/1/2")
    assert "1 entry left" in client.get(way(judge)).text


@pytest.mark.parametrize(
    ("data", "status"),
    [({}, 422), ({"points_0": "7"}, 422), ({"points_0": "11", "points_1": "1"}, 422), ({"yes": "1"}, 422)],
)
def test_a_bad_ballot_is_not_kept(judge: Judge, client: Client, data: dict[str, str], status: int) -> None:
    assert client.post(way(judge, "/1/1"), data=data).status_code == status
    assert ballots() == []


def test_after_the_end_a_ballot_is_refused(judge: Judge, client: Client) -> None:
    contest = contest_of(judge)
    round_ = queries.open_round(contest)
    assert round_ is not None
    judge_all(round_, lambda entry, place: (5, 5))
    services.end_round(round_, now=clock.now())
    sent = client.post(way(judge, "/1/1"), data={"points_0": "7", "points_1": "3"})
    assert sent.status_code == 409
    assert (judge.id, [7, 3]) not in ballots()


def test_standing_back_takes_the_entry_away(judge: Judge, client: Client) -> None:
    sent = client.post(way(judge, "/1/1/recusal"))
    assert (sent.status_code, sent.location) == (303, way(judge, "/1/2"))
    assert client.get(way(judge, "/1/1")).status_code == 404


def test_yes_and_no(judge: Judge, client: Client) -> None:
    round_ = queries.open_round(contest_of(judge))
    assert round_ is not None
    round_.method = "yesno"
    client.post(way(judge, "/1/1"), data={"yes": "1"})
    client.post(way(judge, "/1/2"), data={"yes": "0"})
    assert client.post(way(judge, "/1/3"), data={"yes": "2"}).status_code == 422
    assert [value for _judge, value in ballots()] == [[1], [0]]


def test_a_ranking_by_buttons_and_by_numbers(judge: Judge, client: Client) -> None:
    round_ = queries.open_round(contest_of(judge))
    assert round_ is not None
    round_.method = "rank"

    def shown(text: str) -> list[str]:
        return re.findall(r'name="place_(\d+)"', text)

    assert shown(client.get(way(judge, "/1")).text) == ["1", "2", "3"]
    typed = {"place_1": "1", "place_2": "2", "place_3": "3"}
    moved = client.post(way(judge, "/1"), data=typed | {"move": "down-1"})
    assert (moved.status_code, shown(moved.text)) == (200, ["2", "1", "3"])
    assert shown(client.post(way(judge, "/1"), data={"place_2": "x", "move": "up-99"}).text) == ["1", "2", "3"]
    assert ballots() == []
    assert client.post(way(judge, "/1"), data=typed | {"place_2": "1"}).status_code == 409
    assert client.post(way(judge, "/1"), data={"place_1": "1"}).status_code == 422
    assert client.post(way(judge, "/1/1"), data={"points_0": "1"}).status_code == 404
    assert client.post(way(judge, "/1"), data={"place_1": "3", "place_2": "1", "place_3": "2"}).status_code == 303
    assert sorted(value[0] for _judge, value in ballots()) == [1, 2, 3]
    assert shown(client.get(way(judge, "/1")).text) == ["2", "3", "1"]


def test_only_a_ranking_is_sent_as_a_whole(judge: Judge, client: Client) -> None:
    assert client.post(way(judge, "/1"), data={"place_1": "1"}).status_code == 404


def test_an_invitation_is_answered(jury: Making, client: Client) -> None:
    contest = jury(judges=2)
    start(contest)
    seat = make_judge(contest, member := make_member("ida"), accepted_at=None)
    sign_in(client, member)
    assert "You are asked into the jury" in client.get(f"/contests/{contest.slug}").text
    assert client.get(way(seat, "/1")).status_code == 404
    assert client.post(way(seat), data={"do": "dance"}).status_code == 422
    assert client.post(way(seat), data={"do": "accept"}).status_code == 303
    assert client.get(way(seat, "/1")).status_code == 200
    assert client.post(way(seat), data={"do": "leave"}).status_code == 303
    assert client.get(way(seat)).status_code == 404
    db.session.rollback()
    assert db.session.get_one(Judge, seat.id).dropped_at is not None


def test_staff_lead_a_jury(jury: Making, staff: Client) -> None:
    contest = jury(entries=2, judges=2)
    here = f"/marketing/contests/{ids.encode(contest.id)}/judging"
    make_member("nina")
    due = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    later = (clock.now() + timedelta(days=4)).strftime("%Y-%m-%dT%H:%M")
    assert staff.post(f"{here}/judges", data={"handle": "@nina"}).status_code == 303
    assert staff.post(f"{here}/judges", data={"handle": "nina"}).status_code == 409
    assert staff.post(f"{here}/judges", data={"handle": "nobody-at-all"}).status_code == 409
    assert staff.post(f"{here}/judges", data={}).status_code == 422
    planned = {"method": "yesno", "quorum": "2", "takes": "1", "due_at": due}
    assert staff.post(f"{here}/rounds", data=planned).status_code == 303
    assert staff.post(f"{here}/rounds", data=planned).status_code == 409
    planned["because"] = "A second look"
    assert staff.post(f"{here}/rounds", data=planned).status_code == 303
    assert staff.post(f"{here}/rounds", data=planned | {"quorum": "0"}).status_code == 422
    assert staff.post(f"{here}/rounds", data=planned | {"due_at": "2020-01-01T10:00"}).status_code == 409
    first, second = queries.rounds_of(contest)
    ways = [f"{here}/rounds/{ids.encode(one.id)}" for one in (first, second)]
    assert staff.post(f"{ways[1]}/opening").status_code == 409
    assert staff.post(ways[1], data={"_method": "DELETE"}).status_code == 409
    assert staff.post(ways[1], data={"_method": "DELETE", "because": "Not needed"}).status_code == 303
    assert staff.post(f"{ways[0]}/end").status_code == 409
    assert staff.post(f"{ways[0]}/opening").status_code == 303
    assert staff.post(f"{ways[0]}/opening").status_code == 409
    assert "0 of 2 entries have enough ballots" in staff.get(here).text
    assert staff.post(f"{ways[0]}/due", data={"due_at": later, "because": "Ill"}).status_code == 303
    assert staff.post(f"{ways[0]}/due", data={"due_at": later}).status_code == 422
    assert staff.post(f"{ways[0]}/quorum", data={"quorum": "1", "because": "Ill"}).status_code == 303
    assert staff.post(f"{ways[0]}/end").status_code == 409
    db.session.rollback()
    seat = next(one for one in queries.seats(contest) if one.judge.accepted_at)
    dropped = f"{here}/judges/{ids.encode(seat.judge.id)}/drop"
    assert staff.post(dropped, data={}).status_code == 422
    assert staff.post(dropped, data={"because": "Late"}).status_code == 303
    assert staff.post(dropped, data={"because": "Late"}).status_code == 404
    judge_all(db.session.get_one(Round, first.id), lambda entry, place: (1,))
    assert staff.post(f"{ways[0]}/end").status_code == 303
    page = staff.get(here).text
    assert "Late" in page
    assert "Plan a round" not in page


def test_staff_see_no_ballot_before_the_result_is_out(judge: Judge, client: Client, staff: Client) -> None:
    here = f"/marketing/contests/{ids.encode(judge.contest_id)}/judging"
    client.post(way(judge, "/1/1"), data={"points_0": "10", "points_1": "10"})
    one = staff.get(here).data
    client.post(way(judge, "/1/1"), data={"points_0": "1", "points_1": "1"})
    other = staff.get(here).data
    hidden = re.compile(
        rb'(nonce-|nonce=|csrf_token[^>]*value=|name="csrf-token" content=|_notice"[^>]*value=)"?[^"\s]+'
    )
    assert hidden.sub(b"", one) == hidden.sub(b"", other)
    for path in ("ballots", "ballots.json"):
        assert staff.get(f"/contests/{contest_of(judge).slug}/{path}").status_code == 404


def test_the_score_sheet_is_for_everybody_and_names_nobody(judge: Judge, app: Flask, db_session: orm.Session) -> None:
    contest = contest_of(judge)
    round_ = queries.open_round(contest)
    assert round_ is not None
    judge_all(round_, lambda entry, place: (entry.number, 10 - place))
    services.end_round(round_, now=clock.now())
    standings.order(contest)
    contest.state = "announced"
    handles = db_session.scalars(sa.select(Member.handle)).all()
    guest = app.test_client()
    page, file = guest.get(f"/contests/{contest.slug}/ballots"), guest.get(f"/contests/{contest.slug}/ballots.json")
    assert (page.status_code, file.status_code) == (200, 200)
    assert file.json is not None
    assert [one["number"] for one in file.json["standings"]] == [3, 2, 1]
    assert len(file.json["lines"]) == 6
    assert "J1" in page.text
    assert "J2" in page.text
    for handle in handles:
        assert handle not in page.text
        assert handle not in file.text
    assert f"/contests/{contest.slug}/ballots" in guest.get(f"/contests/{contest.slug}").text


def test_a_draw_has_no_score_sheet(jury: Making, client: Client) -> None:
    contest = jury(decided_by="draw", draw_at=clock.now() + timedelta(days=3))
    contest.state = "announced"
    assert client.get(f"/contests/{contest.slug}/ballots").status_code == 404


def test_a_jury_needs_a_contest_that_it_decides(jury: Making, staff: Client) -> None:
    contest = jury(decided_by="draw", draw_at=clock.now() + timedelta(days=3))
    here = f"/marketing/contests/{ids.encode(contest.id)}/judging"
    due = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    planned = {"method": "yesno", "quorum": "2", "takes": "1", "due_at": due}
    assert staff.post(f"{here}/rounds", data=planned).status_code == 409
