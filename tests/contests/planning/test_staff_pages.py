"""Marketing plans a contest: from nothing to published, over two windows, and on to a change of its rules."""

import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.contests import facts
from clozette.contests.entering.models import Entry
from clozette.contests.planning import services
from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.contests.sponsors.models import Sharing
from clozette.kernel import clock, ids
from clozette.kernel.refusal import Refused
from tests.contests.planning.conftest import Filled
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor
from tests.support.client import Client

pytestmark = pytest.mark.usefixtures("planner")
HERE = "/marketing/contests"
SOON, LATER = timedelta(minutes=-30), timedelta(days=2)


def path_of(contest: Contest, rest: str = "") -> str:
    return f"{HERE}/{ids.encode(contest.id)}{rest}"


def one(db_session: orm.Session) -> Contest:
    db_session.expire_all()
    return db_session.scalars(sa.select(Contest)).one()


def begin(client: Client, contest_form: Filled, rules_form: Filled, **changes: object) -> str:
    """Begin a contest with everything that its rules need; return its page."""
    begun = client.post(f"{HERE}/new", data=contest_form(**changes))
    assert begun.status_code == 303, begun.text
    saved = client.post(begun.headers["Location"], data=rules_form())
    assert saved.status_code == 303, saved.text
    return str(begun.headers["Location"].removesuffix("/rules"))


def publish(client: Client, path: str) -> None:
    assert client.post(f"{path}/check", data={"version": "2"}).status_code == 303
    assert client.post(f"{path}/state", data={"do": "publish", "version": "2"}).status_code == 303


@pytest.mark.requirement(74)
def test_from_nothing_to_published(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    assert "No contests yet" in client.get(HERE).text
    sponsor = make_sponsor(legal_name="Linen House Ltd")
    db_session.commit()
    path = begin(client, contest_form, rules_form, sponsor=ids.encode(sponsor.id))
    for page in ("", "/edit", "/rules", "/check"):
        assert client.get(f"{path}{page}").status_code == 200, page
    publish(client, path)
    contest = one(db_session)
    held = db_session.get_one(Rules, contest.rules_id)
    assert (contest.state, held.number, contest.version) == ("published", 1, 2)
    assert hashlib.sha256(held.text.encode()).hexdigest() == held.sha256
    stated = facts.of(contest.id, "rules", 1)
    assert stated is not None and stated.content == {"sha256": held.sha256, "language": "en"}
    page = client.get("/contests/winter-coats/rules").text
    for words in (
        "Linen House Ltd, 1 High Street, London, United Kingdom",
        "1 × A coat, worth €200.00 each",
        held.sha256,
    ):
        assert words in page
    assert client.get("/contests/winter-coats/rules/1.txt").data == held.text.encode()
    assert held.content["answer_days"] == 14


def test_nothing_is_published_with_a_hole_and_each_is_named(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form, countries=["DE", "IT"])
    assert client.post(f"{path}/rules", data=rules_form(data_use=None, version="2")).status_code == 303
    said = client.post(f"{path}/check", data={"version": "3"})
    assert said.status_code == 409
    assert "4 things are missing" in said.text
    assert f"{path}/rules#f-data_use" in said.text
    assert "It is complete" not in said.text and "Go on with the rules" in said.text
    assert "Number of the notice to the ministry: not filled in." in said.text
    assert client.post(f"{path}/state", data={"do": "publish", "version": "3"}).status_code == 409
    assert one(db_session).state == "draft"
    assert db_session.scalars(sa.select(Rules)).all() == []


def test_what_changed_after_the_check_is_checked_again(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    sponsor = make_sponsor()
    db_session.commit()
    path = begin(client, contest_form, rules_form, sponsor=ids.encode(sponsor.id))
    assert client.post(f"{path}/check", data={"version": "2"}).status_code == 303
    sponsor.address = "2 Other Street, Leeds"
    db_session.commit()
    said = client.post(f"{path}/state", data={"do": "publish", "version": "2"})
    assert said.status_code == 409
    assert "check it again" in said.text
    assert one(db_session).state == "checked"
    assert db_session.scalars(sa.select(Rules)).all() == []
    assert client.post(f"{path}/rules", data=rules_form(version="2")).status_code == 303
    assert one(db_session).state == "draft"


@pytest.mark.parametrize(
    ("state", "columns", "has"),
    [
        ("draft", {"decided_by": "draw"}, {"draw"}),
        ("draft", {"decided_by": "jury", "draw_at": None, "judging_until": LATER}, {"judging"}),
        ("open", {"decided_by": "draw"}, {"entries", "draw", "handouts"}),
        ("open", {"votes_from": SOON, "votes_until": LATER}, {"entries", "votes", "draw", "handouts"}),
        ("announced", {"decided_by": "draw"}, {"entries", "draw", "winners", "handouts"}),
    ],
)
def test_the_side_list_has_what_the_contest_has(
    client: Client, db_session: orm.Session, state: str, columns: dict[str, Any], has: set[str]
) -> None:
    moments = {name: clock.now() + at if isinstance(at, timedelta) else at for name, at in columns.items()}
    contest = make_contest(state, **moments)
    db_session.commit()
    page = client.get(path_of(contest)).text
    linked = set(re.findall(rf'<li>\s*<a href="{path_of(contest)}/([a-z]+)"', page))
    assert linked == has | {"edit", "rules", "sharing", "check"}
    assert all(client.get(path_of(contest, f"/{way}")).status_code == 200 for way in linked)
    assert page.index('id="next"') < page.index('class="ways"'), "what is to be done comes first"


def test_the_builder_says_what_is_needed(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form)
    notes = re.compile(r'for="f-([a-z0-9_]+)">[^<]*<span class="field__optional">needed before publishing')
    needed = {"p0_name", "p0_value", "notify_days", "answer_days"}
    assert needed <= set(notes.findall(client.get(f"{path}/rules").text))
    assert "draw_at" in notes.findall(client.get(f"{path}/edit").text)
    assert "judging_until" not in notes.findall(client.get(f"{path}/edit").text), "of a draw"


def test_two_windows(client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled) -> None:
    path = begin(client, contest_form, rules_form)
    late = contest_form(title="Of the second window", version="1")
    late.pop("slug")
    said = client.post(f"{path}/edit", data=late)
    assert said.status_code == 409
    assert "from another window" in said.text
    assert "Of the second window" in said.text
    assert one(db_session).title == "Winter coats"
    late["version"] = re.search(r'name="version" value="(\d+)"', said.text).group(1)  # type: ignore[union-attr]
    assert client.post(f"{path}/edit", data=late).status_code == 303
    assert one(db_session).title == "Of the second window"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"slug": "verify"}, "taken by a page of ours"),
        ({"slug": "Winter coats"}, "small letters"),
        ({"closes_at": "2020-01-01T10:00"}, "closes after it opens"),
        ({"draw_at": None}, "Say when it is drawn"),
        ({"decided_by": "jury"}, "until when the jury decides"),
        ({"votes_from": "2026-12-01T10:00"}, "neither"),
        ({"votes_from": "2020-01-01T10:00", "votes_until": "2099-01-01T10:00"}, "when the contest opens or later"),
        ({"announce_at": "9999-12-31T23:59"}, "a year from 2000 to 2100"),
        ({"vote_share": "31"}, "Choose a number from 0 to 30"),
        (
            {
                "time_zone": "Europe/Berlin",
                "opens_at": "2027-03-28T02:30",
                "closes_at": "2027-04-01T10:00",
                "draw_at": "2027-04-02T10:00",
            },
            "skip 02:30",
        ),
        ({"countries": ["DE", "Mars"]}, "list"),
        ({"sponsor": "zzzz"}, "Choose one"),
        ({"min_age": "1e9"}, "Choose a number"),
    ],
)
def test_what_no_contest_can_be(
    client: Client, db_session: orm.Session, contest_form: Filled, changes: dict[str, object], words: str
) -> None:
    said = client.post(f"{HERE}/new", data=contest_form(**changes))
    assert said.status_code == 422
    assert words in said.text
    assert db_session.scalars(sa.select(Contest)).all() == []


def test_a_short_name_is_taken_once(client: Client, db_session: orm.Session, contest_form: Filled) -> None:
    assert client.post(f"{HERE}/new", data=contest_form()).status_code == 303
    said = client.post(f"{HERE}/new", data=contest_form())
    assert (said.status_code, "this short name already" in said.text) == (409, True)
    one(db_session)


@pytest.mark.parametrize(
    "form",
    [{"p0_value": "much"}, {"p0_units": "0"}, {"notify_days": "91"}, {"line_DE_nothing": "x"}, {"tie_break": "lot"}],
)
def test_bad_rules_are_shown_again(
    client: Client, db_session: orm.Session, rules_form: Filled, form: dict[str, str]
) -> None:
    contest = make_contest("draft")
    db_session.commit()
    said = client.post(path_of(contest, "/rules"), data=rules_form(**form))
    assert said.status_code == 422
    assert "to run this contest" in said.text
    assert one(db_session).terms == {}


def test_a_prize_without_a_name_keeps_what_was_said_of_it(
    client: Client, db_session: orm.Session, rules_form: Filled
) -> None:
    contest = make_contest("draft")
    db_session.commit()
    typed = rules_form(p0_name="", p0_value="", p0_words="in every size")
    assert client.post(path_of(contest, "/rules"), data=typed).status_code == 303
    assert "in every size" in client.get(path_of(contest, "/rules")).text
    assert client.post(path_of(contest, "/check"), data={"version": "2"}).status_code == 409


def test_another_prize_in_its_place_is_shared_anew(client: Client, db_session: orm.Session, rules_form: Filled) -> None:
    sponsor = make_sponsor()
    contest = make_contest("draft", sponsor=sponsor)
    prize = db_session.scalars(sa.select(Prize)).one()
    make_sharing(contest, sponsor, object_kind="prize", object_id=prize.id)
    db_session.commit()
    assert client.post(path_of(contest, "/rules"), data=rules_form()).status_code == 303
    db_session.expire_all()
    assert db_session.scalars(sa.select(Sharing)).one().replaced_at is None
    assert client.post(path_of(contest, "/rules"), data=rules_form(p0_name="A hat", version="2")).status_code == 303
    db_session.expire_all()
    assert db_session.scalars(sa.select(Sharing)).one().replaced_at is not None
    assert db_session.scalars(sa.select(Prize)).one().id == prize.id


def test_taken_back_before_its_opening(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form)
    publish(client, path)
    assert client.post(f"{path}/state", data={"do": "draft"}).status_code == 303
    assert one(db_session).state == "draft"
    assert client.post(f"{path}/check", data={"version": "3"}).status_code == 303
    assert client.post(f"{path}/state", data={"do": "publish", "version": "3"}).status_code == 303
    assert [rules.number for rules in db_session.scalars(sa.select(Rules).order_by(Rules.number))] == [1, 2]
    client.delete_cookie("session")
    fresh = client.application.test_client()
    assert fresh.get("/contests/winter-coats/rules/1").status_code == 200
    assert fresh.get("/contests/winter-coats/rules/1...2").status_code == 200
    for path in ("rules/3", "rules/1...3", "rules/x", "rules/1...", "rules/99999999999999999999"):
        assert fresh.get(f"/contests/winter-coats/{path}").status_code == 404


def test_what_has_opened_is_not_taken_back(client: Client, db_session: orm.Session) -> None:
    now = clock.now()
    late = make_contest("published", opens_at=now - timedelta(minutes=1))
    entered = make_contest("published", opens_at=now + timedelta(minutes=1), last_number=1)
    db_session.commit()
    for contest in (late, entered):
        assert client.post(path_of(contest, "/state"), data={"do": "draft"}).status_code == 409
    db_session.expire_all()
    assert {late.state, entered.state} == {"published"}


def test_what_is_published_is_not_saved_over(db_session: orm.Session) -> None:
    contest = make_contest("published", opens_at=clock.now() + timedelta(hours=1))
    with pytest.raises(Refused, match="published"):
        services.save(contest, {"title": "Another"}, version=1, now=clock.now())
    db_session.refresh(contest)
    assert (contest.state, contest.title != "Another") == ("published", True)


@pytest.mark.requirement(74)
def test_a_change_after_an_entry_asks_everybody(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form)
    publish(client, path)
    contest = one(db_session)
    contest.state, contest.opens_at = "open", clock.now() - timedelta(hours=1)
    contest.rules_locked_at = clock.now()
    entry = make_entry(contest, make_member("ella"))
    gone = make_entry(contest, make_member("gus"), state="withdrawn")
    first = contest.rules_id
    db_session.commit()
    assert "whoever has entered is asked" in client.get(f"{path}/rules").text
    silent = client.post(f"{path}/rules", data=rules_form(p0_value="300", version="2"))
    assert (silent.status_code, "Say why" in silent.text) == (422, True)
    changed = client.post(f"{path}/rules", data=rules_form(p0_value="300", version="2", because="A better coat."))
    assert changed.status_code == 303
    db_session.expire_all()
    states = {row.id: row.state for row in db_session.scalars(sa.select(Entry))}
    assert states == {entry.id: "asked", gone.id: "withdrawn"}
    assert db_session.get_one(Entry, entry.id).asked_at is not None
    held = db_session.get_one(Rules, one(db_session).rules_id)
    assert (held.number, held.because, held.id != first) == (2, "A better coat.", True)
    page = client.get("/contests/winter-coats/rules/1...2").text
    assert '<del><span class="visually-hidden">removed: </span>200</del>' in page


@pytest.mark.requirement(74)
def test_a_change_leaves_whoever_has_entered_time_to_answer(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form)
    publish(client, path)
    contest = one(db_session)
    contest.state, contest.opens_at = "open", clock.now() - timedelta(hours=1)
    contest.closes_at = clock.now() + services.TO_ANSWER - timedelta(minutes=1)
    entry = make_entry(contest, make_member("ella"))
    contest.last_number = 1
    db_session.commit()
    said = client.post(f"{path}/rules", data=rules_form(p0_value="300", version="2", because="A better coat."))
    assert (said.status_code, "at least three days to answer" in said.text) == (409, True)
    db_session.expire_all()
    assert (one(db_session).version, entry.state) == (2, "entered")
    contest = one(db_session)
    contest.last_number = 0
    db_session.commit()
    silent = client.post(f"{path}/rules", data=rules_form(p0_value="300", version="2", because="Nobody is in."))
    assert silent.status_code == 303


def test_dates_of_what_is_published_move_to_later_ones_alone(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form)
    publish(client, path)
    dates = {name: value for name, value in contest_form().items() if name.endswith("_at")}
    before = one(db_session)
    earlier = {"closes_at": f"{before.closes_at - timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    said = client.post(
        f"{path}/edit", data={**dates, **earlier, "version": "2", "because": "Sooner", "alternates": "2"}
    )
    assert (said.status_code, "only move to a later time" in said.text) == (409, True)
    later = {"draw_at": f"{before.draw_at + timedelta(hours=1):%Y-%m-%dT%H:%M}"}
    moved = client.post(f"{path}/edit", data={**dates, **later, "version": "2", "because": "Later", "alternates": "2"})
    assert moved.status_code == 303, moved.text
    assert f"{one(db_session).draw_at:%Y-%m-%dT%H:%M}" == later["draw_at"]
    assert [rules.because for rules in db_session.scalars(sa.select(Rules).order_by(Rules.number))] == ["", "Later"]


def test_a_sponsor_who_moves_makes_the_rules_stale(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    sponsor = make_sponsor()
    db_session.commit()
    path = begin(client, contest_form, rules_form, sponsor=ids.encode(sponsor.id))
    publish(client, path)
    assert "Put up a new version" not in client.get(path).text
    sponsor.address = "2 Other Street, Leeds"
    db_session.commit()
    assert "Put up a new version" in client.get(path).text


@pytest.mark.requirement(74)
@pytest.mark.parametrize("state", ["draft", "open"])
def test_another_sponsor_gets_nothing_that_was_agreed_for_the_former(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled, state: str
) -> None:
    first, second = make_sponsor(), make_sponsor()
    path = begin(client, contest_form, rules_form, sponsor=ids.encode(first.id))
    contest = one(db_session)
    asked = make_sharing(contest, first)
    dates = {name: value for name, value in contest_form().items() if name.endswith("_at")}
    form = {**dates, "alternates": "2", "version": "2", "sponsor": ids.encode(second.id), "because": "It sold out"}
    if state == "open":
        publish(client, path)
        contest.state = "open"
    else:
        form = {**contest_form(slug=None), "version": "2", "sponsor": form["sponsor"]}
    db_session.commit()
    assert client.post(f"{path}/edit", data=form).status_code == 303
    db_session.refresh(asked)
    assert asked.replaced_at is not None
    assert one(db_session).sponsor_id == second.id
    if state == "open":
        assert second.legal_name in client.get("/contests/winter-coats/rules").text


def test_a_date_that_was_not_touched_stays_to_the_second(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form)
    publish(client, path)
    contest = one(db_session)
    contest.announce_at = kept = contest.announce_at + timedelta(seconds=59)
    db_session.commit()
    dates = {name: value for name, value in contest_form().items() if name.endswith("_at")}
    said = client.post(f"{path}/edit", data={**dates, "version": "2", "because": "More", "alternates": "5"})
    assert said.status_code == 303, said.text
    assert (one(db_session).announce_at, one(db_session).alternates) == (kept, 5)


def test_what_has_opened_does_not_open_later(
    client: Client, db_session: orm.Session, contest_form: Filled, rules_form: Filled
) -> None:
    path = begin(client, contest_form, rules_form)
    publish(client, path)
    one(db_session).state = "open"
    db_session.commit()
    dates = {name: value for name, value in contest_form().items() if name.endswith("_at")}
    dates["opens_at"] = f"{clock.now() + timedelta(days=2):%Y-%m-%dT%H:%M}"
    said = client.post(f"{path}/edit", data={**dates, "version": "2", "because": "Later", "alternates": "2"})
    assert (said.status_code, "It has opened already" in said.text) == (409, True)


def test_only_an_admin_cancels_and_the_reason_is_public(client: Client, db_session: orm.Session) -> None:
    sponsor = make_sponsor()
    contest = make_contest("open", sponsor=sponsor)
    make_sharing(contest, sponsor)
    db_session.commit()
    address = path_of(contest, "/cancellation")
    assert client.post(address, data={"because": "The prize burnt."}).status_code == 404
    sign_in(client, make_member("anna", roles=("admin",)), second_factor=True)
    assert client.post(address, data={}).status_code == 422
    assert client.post(address, data={"because": "The prize burnt."}).status_code == 303
    assert client.post(address, data={"because": "The prize burnt."}).status_code == 409
    assert one(db_session).state == "cancelled"
    stated = facts.of(contest.id, "cancelled")
    assert stated is not None and stated.content == {"because": "The prize burnt."}
    assert db_session.scalars(sa.select(Sharing)).one().replaced_at is not None
    page = client.get(f"/contests/{contest.slug}").text
    assert "was cancelled" in page
    assert "The prize burnt." in page


def test_staff_announce_before_the_time(client: Client, db_session: orm.Session) -> None:
    contest = make_contest("judged")
    db_session.commit()
    assert client.post(path_of(contest, "/state"), data={"do": "announce"}).status_code == 303
    assert one(db_session).state == "announced"
    assert client.post(path_of(contest, "/state"), data={"do": "announce"}).status_code == 409
    assert client.post(path_of(contest, "/state"), data={"do": "win"}).status_code == 422
