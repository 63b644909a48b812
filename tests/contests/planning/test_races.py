"""Two at once: workers that open and close, windows that save and publish, an entry as the rules change."""

from collections import Counter
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests import facts
from clozette.contests.entering import services as entering
from clozette.contests.entering.models import Entry
from clozette.contests.entering.services import Sent
from clozette.contests.planning import drafts, life, services, writing
from clozette.contests.planning.models import Contest, Rules
from clozette.contests.planning.plans import PrizePlan, Terms
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from tests.contests.planning.plans import TERMS
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest
from tests.support.races import at_once

PRIZES = [PrizePlan("A coat", "", 20_000, "EUR", 1, "house")]


def planned() -> int:
    """Add a contest with complete rules that is checked; return its id."""
    now = clock.now()
    contest = services.create(
        {
            "slug": "winter-coats",
            "title": "Winter coats",
            "decided_by": "draw",
            "entry_kind": "none",
            "opens_at": now + timedelta(days=1),
            "closes_at": now + timedelta(days=5),
            "draw_at": now + timedelta(days=6),
            "announce_at": now + timedelta(days=7),
            "countries": ["DE"],
        },
        by_id=None,
        now=now,
    )
    services.save_terms(contest, TERMS, PRIZES, version=1, now=now)
    services.check(contest, version=2, now=now)
    contest_id = contest.id
    db.session.commit()  # nothing is read after it: that would take SQLite's one lock for writing
    return contest_id


def opened() -> int:
    """Add a contest with published rules that takes entries; return its id."""
    contest_id = planned()
    contest = db.session.get_one(Contest, contest_id)
    services.publish(contest, version=2, now=clock.now())
    contest.opens_at, contest.state = clock.now() - timedelta(hours=1), "open"
    db.session.commit()
    return contest_id


def of(contest_id: int) -> Contest:
    return db.session.get_one(Contest, contest_id, populate_existing=True)


def refusals(raised: list[Exception]) -> list[str]:
    """Return the codes of refusals; anything else is an error."""
    assert all(isinstance(one, Refused) for one in raised), raised
    return sorted(one.refusal.code for one in raised if isinstance(one, Refused))


@pytest.mark.parametrize(
    ("state", "hours", "becomes"),
    [("published", (-1, 1), "ContestOpened"), ("open", (-3, -2), "ContestClosed")],
)
def test_workers_at_once_turn_a_contest_once(
    app: Flask,
    db_session: orm.Session,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    hours: tuple[int, int],
    becomes: str,
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(life.events, "publish", lambda event: heard.append(type(event).__name__))
    now = clock.now()
    opens, closes = (now + timedelta(hours=one) for one in hours)
    contest_id = make_contest(state, opens_at=opens, closes_at=closes).id
    db_session.commit()
    refusals(at_once(app, *[lambda: services.turn(of(contest_id), now)] * 4))  # who comes later waits for the draw
    assert heard.count(becomes) == 1


def test_what_is_published_is_what_was_checked_whoever_saves_meanwhile(app: Flask, db_session: orm.Session) -> None:
    contest_id = planned()
    now = clock.now()
    raised = at_once(
        app,
        lambda: services.publish(of(contest_id), version=2, now=now),
        lambda: services.save(of(contest_id), {"title": "Summer coats"}, version=2, now=now),
    )
    db_session.expire_all()
    contest = of(contest_id)
    held = db_session.scalars(sa.select(Rules)).all()
    if contest.state == "published":
        assert refusals(raised) == ["published"]
        assert [rules.text for rules in held] == [writing.text_of(drafts.plan_of(contest))]
        assert contest.title == "Winter coats"
    else:
        assert (contest.state, contest.title, held) == ("draft", "Summer coats", [])
        assert refusals(raised) in (["unchecked"], [])


def test_two_windows_publish_once(app: Flask, db_session: orm.Session) -> None:
    contest_id = planned()
    publish = partial(services.publish, version=2, now=clock.now())
    raised = at_once(app, *[lambda: publish(of(contest_id))] * 2)
    assert len(raised) == 1
    assert [rules.number for rules in db_session.scalars(sa.select(Rules))] == [1]
    assert Counter(fact.kind for fact in facts.all_of(contest_id)) == {"rules": 1}


@pytest.mark.requirement(74)
@pytest.mark.parametrize("turn", range(3))
def test_nobody_takes_part_by_rules_that_they_did_not_see(app: Flask, db_session: orm.Session, turn: int) -> None:
    contest_id, first = opened(), db_session.scalars(sa.select(Rules)).one()
    member_id, accepted, first_id = make_member("ella", country="DE").id, first.sha256, first.id
    db_session.commit()
    terms = Terms(**{**vars(TERMS), "answer_days": 20})

    def enter() -> None:
        sent = Sent(accepted, form_key="a" * 32)
        entering.enter(of(contest_id), db.session.get_one(Member, member_id), sent, now=clock.now())

    def change() -> None:
        services.change_rules(of(contest_id), {}, terms, because="Longer", version=2, now=clock.now())

    raised = at_once(app, enter, change)
    db_session.expire_all()
    entries = db_session.scalars(sa.select(Entry)).all()
    assert of(contest_id).rules_id != first_id
    if entries:
        assert not raised
        assert [(one.state, one.rules_id) for one in entries] == [("asked", first_id)]
    else:
        assert refusals(raised) in (["closed"], ["rules_changed"])


def test_two_windows_change_the_rules_once(app: Flask, db_session: orm.Session) -> None:
    contest_id = opened()

    def change(days: int) -> None:
        terms = Terms(**{**vars(TERMS), "answer_days": days})
        services.change_rules(of(contest_id), {}, terms, because=f"{days}", version=2, now=clock.now())

    raised = at_once(app, lambda: change(20), lambda: change(30))
    assert refusals(raised) == ["changed"]
    assert [rules.number for rules in db_session.scalars(sa.select(Rules).order_by(Rules.number))] == [1, 2]


def test_a_contest_is_cancelled_or_settled(
    app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(life, "why_not", lambda *_: ())
    contest_id = make_contest("closed").id
    db_session.commit()
    now = clock.now()
    raised = at_once(
        app,
        lambda: services.cancel(of(contest_id), "The prize burnt.", now=now),
        lambda: services.turn(of(contest_id), now),
    )
    db_session.expire_all()
    state, fact = of(contest_id).state, facts.of(contest_id, "cancelled")
    assert (state, fact is not None) in (("cancelled", True), ("judged", False))
    assert refusals(raised) in ([], ["too_late"])
