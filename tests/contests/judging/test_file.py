"""The file of ballots: the verifier's script and the verifier's page count the same places, and see what was altered."""

import copy
import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.contests import facts
from clozette.contests.drawing import verify_draw
from clozette.contests.drawing.verifying import files as page
from clozette.contests.entering.models import Entry
from clozette.contests.judging import queries, rules, services, standings
from clozette.contests.judging.models import Standing
from clozette.contests.planning import life
from clozette.contests.planning import services as planning
from clozette.contests.planning.models import Contest
from clozette.contests.voting import queries as voting
from clozette.contests.voting import rules as counting
from clozette.contests.voting.rules import Line
from clozette.contests.winning.models import Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from tests.contests.judging.conftest import Making, judge_all, plan
from tests.support.client import Client

Document = dict[str, Any]


def both_say(document: Document) -> bool:
    text = json.dumps(document)
    said = verify_draw.check(json.loads(text)).is_right()
    assert page.check(text).is_right is said
    return bool(said)


@pytest.fixture
def judged(jury: Making, request: pytest.FixtureRequest) -> Contest:
    """A contest that came from its close to its result by itself: yes or no, points, then a ranking; with equal results."""
    contest = jury(entries=8, judges=4, tie_break=getattr(request, "param", "draw"))
    first, second, third = plan(contest, "yesno", takes=5), plan(contest, takes=3, quorum=3), plan(contest, "rank")
    services.open_round(first, now=clock.now())
    judge_all(first, lambda entry, place: (int((entry.number + place) % 3 > 0),))
    services.end_round(first, now=clock.now())
    services.open_round(second, now=clock.now())
    judge_all(second, lambda entry, place: (1 + entry.number % 3, 9 - 2 * (entry.number % 3)))
    services.end_round(second, now=clock.now())
    services.open_round(third, now=clock.now())
    for seat in queries.seats(contest):
        tasks = queries.tasks_of(third, seat.judge)
        services.rank(seat.judge, third, {one.entry.number: n for n, one in enumerate(tasks, 1)}, now=clock.now())
    services.end_round(third, now=clock.now())
    assert planning.turn(contest, clock.now())
    db.session.commit()
    return contest


@pytest.mark.requirement(8)
@pytest.mark.parametrize("judged", ["earlier", "criterion", "draw"], indirect=True)
def test_the_result_is_that_of_the_file(judged: Contest) -> None:
    document = standings.document(judged)
    assert both_say(document)
    assert [one["place"] for one in document["standings"]] == list(range(1, 9))
    assert [one["round"] for one in document["standings"]] == [3] * 3 + [2] * 2 + [1] * 3
    won = sa.select(Entry.number).join(Winner, Winner.entry_id == Entry.id).where(Winner.contest_id == judged.id)
    placed = list(db.session.scalars(won.order_by(Winner.place)))
    assert placed == [one["number"] for one in document["standings"]][: len(placed)]
    assert placed


def test_what_was_counted_in_the_former_way_stays_as_it_was(jury: Making, monkeypatch: pytest.MonkeyPatch) -> None:
    """The jury came to its end before rankings were counted by pairs; the places are asked for later."""
    contest = jury(entries=3, judges=3)
    services.open_round(ranking := plan(contest, "rank"), now=clock.now())
    first, *_others = queries.seats(contest)
    services.recuse(first.judge, queries.tasks_of(ranking, first.judge)[0].assignment, now=clock.now())
    for seat in queries.seats(contest):
        tasks = queries.tasks_of(ranking, seat.judge)
        services.rank(seat.judge, ranking, {one.entry.number: n for n, one in enumerate(tasks, 1)}, now=clock.now())
    with monkeypatch.context() as former:
        former.setattr(queries, "COUNTED", {})
        services.end_round(ranking, now=clock.now())
    standings.order(contest)
    document = standings.document(contest)
    assert (document["layout"], document["rounds"][0]["method"]) == ("clozette ballots 1", "rank")
    assert [one["jury"] for one in document["standings"]] == ["1", "7/9", "7/18"]
    assert both_say(document)


@pytest.mark.requirement(8)
@pytest.mark.parametrize("rounds", [0, 2])
@pytest.mark.parametrize("share", [0, 30])
def test_a_contest_that_nobody_entered_ends(jury: Making, client: Client, rounds: int, share: int) -> None:
    contest = jury(entries=0, judges=2, vote_share=share)
    if share:
        contest.votes_frozen_at = clock.now()
        facts.state(contest.id, "votes", {"final": "00" * 32, "count": 0, "counted": 0}, now=clock.now())
    for _number in range(rounds):
        plan(contest)
    db.session.commit()
    assert b"Nobody entered" in client.get(f"/contests/{contest.slug}").data
    while planning.turn(contest, clock.now() + timedelta(days=9)) and contest.state != "announced":
        db.session.commit()
    stated = facts.of(contest.id, "ballots")
    assert stated is not None
    assert (stated.content["final"], stated.content["count"]) == ("00" * 32, 0)
    assert both_say(standings.document(contest))
    db.session.commit()
    assert b"Nobody entered" in client.get(f"/contests/{contest.slug}/ballots").data


@pytest.mark.parametrize("judged", [0, 1], ids=["before", "between"])
def test_a_contest_whose_entries_are_all_out_ends(jury: Making, judged: int) -> None:
    contest = jury(entries=3, judges=2)
    first, _second = plan(contest, "yesno", takes=2), plan(contest)
    if judged:
        services.open_round(first, now=clock.now())
        judge_all(first, lambda entry, place: (int(entry.number > 1),))
        services.end_round(first, now=clock.now())
    assert [one.code for one in life.why_not(contest, "judged", clock.now())] == ["not_judged"]
    db.session.execute(sa.update(Entry).where(Entry.contest_id == contest.id).values(state="disqualified"))
    db.session.commit()
    assert planning.turn(contest, clock.now())
    assert both_say(standings.document(contest))
    assert len(standings.of_contest(contest)) == 3 * judged


def test_a_round_that_is_being_judged_keeps_its_contest_from_ending(jury: Making) -> None:
    contest = jury(entries=1, judges=2)
    round_ = plan(contest)
    services.open_round(round_, now=clock.now())
    db.session.execute(sa.update(Entry).where(Entry.contest_id == contest.id).values(state="disqualified"))
    assert [one.code for one in life.why_not(contest, "judged", clock.now())] == ["not_judged"]
    services.end_round(round_, now=clock.now())
    assert not life.why_not(contest, "judged", clock.now())


def test_who_goes_by_another_way_to_count_than_was_stated_is_seen(judged: Contest) -> None:
    document = copy.deepcopy(standings.document(judged))
    assert document["layout"] == "clozette ballots 2"
    document["layout"], document["rounds"][2]["method"] = "clozette ballots 1", "rank"
    assert not both_say(document)


def _chain(document: Document) -> None:
    document["final"] = rules.chained(document["lines"])


def _value(document: Document) -> None:
    words = document["lines"][0].split(" ")
    document["lines"][0] = " ".join([*words[:3], str(1 - int(words[3])), words[4]])


def _rechained(document: Document) -> None:
    _value(document)
    _chain(document)


def _place(document: Document) -> None:
    first, second = document["standings"][:2]
    first["number"], second["number"] = second["number"], first["number"]


def _total(document: Document) -> None:
    document["standings"][0]["total"] = "1/1000"


def _out(document: Document) -> None:
    document["lines"].pop()
    _chain(document)


def _weights(document: Document) -> None:
    document["rounds"][1]["criteria"][0]["weight"] += 1


@pytest.mark.parametrize("spoil", [_value, _rechained, _place, _total, _out, _weights])
def test_what_was_altered_is_seen(judged: Contest, spoil: Any) -> None:
    document = copy.deepcopy(standings.document(judged))
    spoil(document)
    assert not both_say(document)


def test_a_ballot_that_was_changed_in_the_database_is_seen(judged: Contest) -> None:
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(sa.text("DROP TRIGGER contests_ballots_no_update"))
    else:
        db.session.execute(sa.text("ALTER TABLE contests_ballots DISABLE TRIGGER USER"))
    db.session.execute(sa.text("UPDATE contests_ballots SET value = '[0]' WHERE CAST(value AS TEXT) = '[1]'"))
    db.session.expire_all()
    assert not both_say(standings.document(judged))
    db.session.rollback()
    assert both_say(standings.document(judged))


@pytest.fixture
def voted(jury: Making, monkeypatch: pytest.MonkeyPatch) -> Contest:
    """A contest whose places the votes decide: the jury found all alike, and the second of three entries has most votes."""
    contest, now = jury(entries=3, judges=2, vote_share=30), clock.now()
    monkeypatch.setattr(voting, "lines", lambda _contest: _votes(1, 2, 2, 2, 3, 3))
    said: facts.Content = {"final": _end_of(1, 2, 2, 2, 3, 3), "count": 6, "counted": 6}
    facts.state(contest.id, "votes", said, now=now)
    contest.votes_frozen_at = now
    round_ = plan(contest)
    services.open_round(round_, now=now)
    judge_all(round_, lambda entry, place: (5, 5))
    services.end_round(round_, now=now)
    assert standings.order(contest)
    db.session.commit()
    return contest


def _votes(*entries: int) -> list[Line]:
    return [Line(place, f"{place:032x}", entry, "counted", "-") for place, entry in enumerate(entries, 1)]


def _end_of(*entries: int) -> str:
    return str(counting.chained(_votes(*entries)))


def test_the_places_hang_on_the_votes_that_were_stated(voted: Contest) -> None:
    document = standings.document(voted)
    assert both_say(document)
    assert [one["number"] for one in document["standings"]] == [2, 3, 1]
    assert [one["votes"] for one in document["standings"]] == ["1", "2/3", "1/3"]
    named = [fact["kind"] for fact in document["facts"]]
    assert "votes" in named


def test_other_votes_with_places_that_fit_them_are_seen(voted: Contest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of places was altered so that another entry wins, and the votes with it: the fact says otherwise."""
    db.session.execute(sa.delete(Standing).where(Standing.contest_id == voted.id))
    monkeypatch.setattr(voting, "lines", lambda _contest: _votes(1, 1, 1, 2, 3, 3))
    first, *_rest = standings.order(voted)
    assert db.session.get_one(Entry, first).number == 1
    assert not both_say(standings.document(voted))


def test_other_places_than_the_votes_give_are_seen(voted: Contest) -> None:
    document = copy.deepcopy(standings.document(voted))
    first, second = document["standings"][:2]
    first["number"], second["number"] = second["number"], first["number"]
    assert not both_say(document)
