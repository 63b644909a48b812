"""A draw is promised, held to its promise, and made once."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.contests import facts
from clozette.contests.drawing import queries, rounds, rules, seeds, services
from clozette.contests.drawing.models import Draw
from clozette.contests.drawing.services import Altered
from clozette.contests.entering import queries as entries
from clozette.contests.entering.models import Entry
from clozette.contests.planning import deciding, life
from clozette.contests.planning.events import ContestOpened, ContestPublished, RulesChanged
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import beacon
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import perform
from tests.contests.drawing.conftest import SANDBOX, Made, draw_of, freeze, lock, publish_head, signed
from tests.factories.contests import make_contest
from tests.support import races


def run_due(app: Flask) -> None:
    db.session.commit()
    perform.perform(app, "contests.take_due", {})
    db.session.expire_all()


def know(app: Flask, number: int) -> None:
    app.extensions[beacon.KEY].rounds[(SANDBOX.hash, number)] = signed(number)


def test_the_round_is_named_with_the_rules_and_the_seed_at_the_opening(promised: Made) -> None:
    contest = promised()
    draw = draw_of(contest)
    assert draw.round == rounds.round_at(contest.draw_at, SANDBOX)
    assert draw.seed is not None and draw.drawn_at is None
    fact = facts.of(contest.id, "seed")
    assert fact is not None
    assert fact.content == {
        "sha256": draw.seed_sha256,
        "source": "beacon",
        "chain": SANDBOX.hash,
        "round": draw.round,
    }
    seed = draw.seed
    services.open_(ContestOpened(contest.id))
    services.promise(ContestPublished(contest.id))
    assert (draw_of(contest).seed, draw_of(contest).round) == (seed, draw.round), "a second opening changes nothing"


def test_a_contest_that_a_jury_decides_has_no_draw(db_session: orm.Session) -> None:
    contest = make_contest(decided_by="jury", judging_until=clock.now() + timedelta(days=3), draw_at=None)
    services.promise(ContestPublished(contest.id))
    services.open_(ContestOpened(contest.id))
    assert queries.draw_of(contest) is None
    assert services.why_not_judged(contest, clock.now()) is None


def test_a_draft_that_a_jury_decides_now_is_not_drawn(db_session: orm.Session) -> None:
    contest = make_contest(judging_until=clock.now() + timedelta(days=3))
    services.promise(ContestPublished(contest.id))
    assert queries.draw_of(contest) is not None
    contest.decided_by = "jury"
    services.promise(ContestPublished(contest.id))
    db_session.expire_all()
    services.open_(ContestOpened(contest.id))
    assert queries.draw_of(contest) is None
    assert facts.of(contest.id, "seed") is None


def test_a_seed_is_not_readable_in_the_table(promised: Made) -> None:
    draw = draw_of(promised())
    seed = seeds.unseal(draw.seed)
    assert len(seed) == 32 and seed not in draw.seed


def test_a_seed_opens_with_an_older_secret_and_no_other(app: Flask, promised: Made) -> None:
    draw = draw_of(promised())
    kept = app.extensions["clozette.settings"]
    try:
        older = dataclasses.replace(kept, secret_keys=("another secret that is long enough", *kept.secret_keys))
        app.extensions["clozette.settings"] = older
        assert len(seeds.unseal(draw.seed)) == 32
        app.extensions["clozette.settings"] = dataclasses.replace(kept, secret_keys=older.secret_keys[:1])
        with pytest.raises(seeds.Lost, match="CLOZETTE_SECRET_KEYS"):
            seeds.unseal(draw.seed)
    finally:
        app.extensions["clozette.settings"] = kept


def test_the_task_draws_when_the_round_is_there(app: Flask, closed: Made) -> None:
    contest = closed(9)
    draw = draw_of(contest)
    assert life.why_not(contest, "judged", clock.now())
    run_due(app)
    assert draw_of(contest).drawn_at is None, "nobody has the round yet"
    know(app, draw.round)
    run_due(app)
    draw = draw_of(contest)
    assert len(draw.picked) == 4 and len(set(draw.picked)) == 4, "one prize, three alternates"
    fact = facts.of(contest.id, "draw")
    assert fact is not None
    assert fact.content["order"] == [str(number) for number in draw.picked]
    assert fact.content["seed"] == seeds.unseal(draw.seed).hex()
    assert services.why_not_judged(contest, clock.now()) is None
    numbers = dict(db.session.execute(sa.select(Entry.id, Entry.number).where(Entry.contest_id == contest.id)).all())
    assert [numbers[entry_id] for entry_id in deciding.order(contest)] == draw.picked


def test_a_round_to_come_is_not_asked_for(app: Flask, closed: Made) -> None:
    closed(draw_at=clock.now() + timedelta(minutes=5))
    run_due(app)
    assert app.extensions[beacon.KEY].asked == []


@pytest.mark.parametrize("turned", ["number", "signature", "randomness"])
def test_a_round_counts_with_its_signature_alone(closed: Made, turned: str) -> None:
    contest = closed()
    right, other = signed(draw_of(contest).round), signed(draw_of(contest).round + 1)
    with pytest.raises(Refused):
        services.take_beacon(contest, dataclasses.replace(right, **{turned: getattr(other, turned)}), now=clock.now())
    with pytest.raises(Refused) as refused:
        services.take_beacon(contest, other, now=clock.now())
    assert refused.value.refusal.code == "other_round"
    assert draw_of(contest).drawn_at is None
    assert facts.of(contest.id, "beacon") is None


def test_a_draw_waits_for_its_list(app: Flask, promised: Made, db_session: orm.Session) -> None:
    now = clock.now()
    hours = {"opens_at": now - timedelta(hours=48), "closes_at": now - timedelta(hours=2)}
    contest = promised(**hours, draw_at=now - timedelta(hours=1))
    contest.state = "closed"
    know(app, draw_of(contest).round)
    run_due(app)
    with pytest.raises(Refused) as refused:
        services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    assert refused.value.refusal.code == "not_frozen"
    assert draw_of(contest).drawn_at is None


def test_a_list_that_was_held_too_late_moves_the_draw(app: Flask, closed: Made, db_session: orm.Session) -> None:
    """The site was down at the time of the draw: the round is known, and so nobody may be drawn by it."""
    contest = closed(draw_at=clock.now() - timedelta(minutes=30))
    was = draw_of(contest).round
    know(app, was)
    with pytest.raises(Refused) as refused:
        services.take_beacon(contest, signed(was), now=clock.now())
    assert refused.value.refusal.code == "not_held"
    run_due(app)
    draw = draw_of(contest)
    assert draw.drawn_at is None
    assert queries.time_of(draw) >= clock.now() + timedelta(hours=1)
    fact = facts.of(contest.id, "beacon_moved", 1)
    assert fact is not None
    assert fact.content == {"from": was, "round": draw.round, "because": "late_list"}
    run_due(app)
    assert draw_of(contest).round == draw.round, "it moves no further while the new round is to come"


def test_a_list_that_was_held_in_time_never_moves(app: Flask, closed: Made) -> None:
    contest = closed()
    was = draw_of(contest).round
    run_due(app)
    assert draw_of(contest).round == was
    assert facts.of(contest.id, "beacon_moved", 1) is None


def test_rules_that_name_a_later_moment_move_the_draw(promised: Made) -> None:
    contest = promised()
    was = draw_of(contest).round
    contest.draw_at += timedelta(days=1)
    services.follow_rules(RulesChanged(contest.id, contest.rules_id))
    assert draw_of(contest).round == was + 24 * 3600 // SANDBOX.period
    fact = facts.of(contest.id, "beacon_moved", 1)
    assert fact is not None and fact.content["because"] == "rules"
    services.follow_rules(RulesChanged(contest.id, contest.rules_id))
    assert facts.of(contest.id, "beacon_moved", 2) is None, "the same rules move nothing"


def test_an_altered_list_is_not_drawn_from(closed: Made, db_session: orm.Session) -> None:
    contest = closed()
    entry = db_session.scalars(sa.select(Entry).where(Entry.contest_id == contest.id)).first()
    entry.locked_sha256 = "0" * 64
    db_session.flush()
    with pytest.raises(Altered):
        services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())


def test_a_second_draw_changes_nothing(closed: Made) -> None:
    contest = closed()
    found = signed(draw_of(contest).round)
    services.take_beacon(contest, found, now=clock.now())
    draw = draw_of(contest)
    drawn_at, picked = draw.drawn_at, draw.picked
    services.take_beacon(contest, found, now=clock.now() + timedelta(hours=1))
    assert (draw_of(contest).drawn_at, draw_of(contest).picked) == (drawn_at, picked)


def test_a_draw_that_moved_in_between_is_not_made_by_the_former_round(
    closed: Made, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    contest = closed()
    found, picks = signed(draw_of(contest).round), rules.picks
    again = sa.update(Draw).where(Draw.contest_id == contest.id).execution_options(synchronize_session=False)

    def pick(*about: Any) -> list[int]:
        db_session.execute(again.values(round=found.number + 1))
        return picks(*about)

    monkeypatch.setattr(rules, "picks", pick)
    with pytest.raises(Refused) as refused:
        services.take_beacon(contest, found, now=clock.now())
    assert refused.value.refusal.code == "other_round"
    assert draw_of(contest).drawn_at is None
    assert facts.of(contest.id, "draw") is None and facts.of(contest.id, "beacon") is None


def test_two_workers_make_one_draw(app: Flask, closed: Made, db_session: orm.Session) -> None:
    contest_id, found = (contest := closed()).id, signed(draw_of(contest).round)
    db_session.commit()

    def draw() -> None:
        services.take_beacon(db.session.get_one(Contest, contest_id), found, now=clock.now())

    assert races.at_once(app, draw, draw, draw) == []
    db_session.expire_all()
    drawn = [fact for fact in facts.all_of(contest_id) if fact.kind == "draw"]
    assert len(drawn) == 1
    assert drawn[0].content["order"] == [str(number) for number in draw_of(contest).picked]


def test_nobody_and_few_are_drawn_too(closed: Made) -> None:
    for many in (0, 1, 2):
        contest = closed(many)
        services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
        assert sorted(draw_of(contest).picked) == list(range(1, many + 1))


def test_whoever_can_win_nothing_is_passed_over(closed: Made, db_session: orm.Session) -> None:
    contest = closed()
    services.take_beacon(contest, signed(draw_of(contest).round), now=clock.now())
    first, second, *rest = queries.standing(contest, draw_of(contest))
    first[1].state = "disqualified"
    second[1].member_id = None
    db_session.flush()
    assert services.order(contest) == [entry.id for _number, entry in rest]
    assert draw_of(contest).picked[:2] == [first[0], second[0]], "the drawn order stays what it is"


def test_a_contest_that_was_cancelled_after_the_close_is_drawn_all_the_same(
    app: Flask, closed: Made, db_session: orm.Session
) -> None:
    contest = closed()
    contest.state = "cancelled"
    know(app, draw_of(contest).round)
    run_due(app)
    assert facts.of(contest.id, "draw") is not None


def test_one_draw_that_fails_keeps_no_other_back(app: Flask, closed: Made, db_session: orm.Session) -> None:
    broken, whole = closed(), closed()
    db_session.execute(sa.update(Entry).where(Entry.contest_id == broken.id).values(locked_sha256="1" * 64))
    for contest in (broken, whole):
        know(app, draw_of(contest).round)
    run_due(app)
    assert draw_of(broken).drawn_at is None
    assert draw_of(whole).drawn_at is not None


def test_the_list_is_the_entries_at_the_close(promised: Made, db_session: orm.Session) -> None:
    contest = promised(3)
    lock(contest)
    left = db_session.scalars(sa.select(Entry).where(Entry.contest_id == contest.id, Entry.number == 2)).one()
    left.state, left.locked_sha256 = "withdrawn", None
    db_session.flush()
    assert [number for number, _said in entries.frozen(contest.id)] == [1, 3]
    freeze(contest, now=clock.now())
    publish_head()
    db_session.scalars(
        sa.select(Entry).where(Entry.contest_id == contest.id, Entry.number == 1)
    ).one().state = "disqualified"
    db_session.flush()
    assert [number for number, _said in entries.frozen(contest.id)] == [1, 3], "the list never changes"
