"""From the decision to a prize that arrived: deadlines, alternates, and what is asked on the way."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Role
from clozette.community import badges
from clozette.community.models import Badge, Notification
from clozette.contests import facts
from clozette.contests.entering import services as entries
from clozette.contests.planning import life
from clozette.contests.planning.events import ContestAnnounced
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.sponsors.models import SponsorPerson
from clozette.contests.winning import queries, rules, services, tasks
from clozette.contests.winning.models import Address, Winner
from clozette.kernel import clock
from clozette.kernel import tasks as engine
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import perform
from tests.contests.winning.conftest import first, terms_of
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry, make_judge, make_sponsor

ADDRESS = {"name": "Ada L.", "line1": "1 High Street", "city": "London", "country": "GB"}


def of(contest: Contest) -> list[tuple[int, str]]:
    """Return (number, state) of everybody, by place."""
    return [(one.entry.number, one.state) for one in queries.of_contest(contest.id)]


def tend(app: Flask) -> None:
    """Do what the clock does, and all that follows from it."""
    engine.enqueue(tasks.tend_prizes)
    db.session.commit()
    engine.drain(app)
    db.session.expire_all()


def later(**time: float) -> datetime:
    return clock.now() + timedelta(**time)


def test_the_first_win_and_the_others_stand_behind(announced, db_session: orm.Session) -> None:
    contest = announced(6, contest=make_contest("closed", alternates=2), units=2)
    assert of(contest) == [(1, "notified"), (2, "notified"), (3, "alternate"), (4, "alternate")]
    fact = facts.of(contest.id, "results")
    assert fact is not None
    assert fact.content == {"winners": ["1.1 1", "1.2 2"], "alternates": ["3", "4"], "passed_over": []}


def test_whoever_takes_part_no_more_is_passed_over_in_public(announced, db_session: orm.Session) -> None:
    contest = make_contest("closed")
    entries = [make_entry(contest, make_member()) for _ in range(3)]
    entries[0].state = "disqualified"
    announced(entries, contest=contest)
    assert of(contest) == [(1, "disqualified"), (2, "notified"), (3, "alternate")]
    fact = facts.of(contest.id, "results")
    assert fact is not None
    assert fact.content["passed_over"] == ["1 gone"]


def test_whoever_may_not_enter_any_more_can_not_win_either(announced, db_session: orm.Session) -> None:
    contest = make_contest("closed", sponsor=make_sponsor(domains=[]), alternates=1)
    staff, theirs, judge, gone, ella = (
        make_member(name) for name in ("staff_1", "theirs", "judge_1", "gone_1", "ella")
    )
    entries = [make_entry(contest, member) for member in (staff, theirs, judge, gone, ella)]
    given = {"given_at": clock.now()}
    db_session.add(Role(member_id=staff.id, name="marketing", **given))
    db_session.add(SponsorPerson(sponsor_id=contest.sponsor_id, member_id=theirs.id, **given))
    make_judge(contest, judge)
    gone.deactivated_at = clock.now()
    db_session.flush()
    announced(entries, contest=contest)
    out = [(number, "disqualified") for number in range(1, 5)]
    assert of(contest) == [*out, (5, "notified")]
    fact = facts.of(contest.id, "results")
    assert fact is not None
    words = ["1 not-eligible", "2 not-eligible", "3 not-eligible", "4 gone"]
    assert fact.content["passed_over"] == words


def test_an_alternate_who_joined_the_staff_is_passed_over(announced, db_session: orm.Session) -> None:
    contest = announced(3, contest=make_contest("closed", alternates=2))
    second = queries.of_contest(contest.id)[1]
    db_session.add(Role(member_id=second.entry.member_id, name="marketing", given_at=clock.now()))
    services.decline(first(contest), now=clock.now())
    assert of(contest) == [(1, "declined"), (2, "disqualified"), (3, "notified")]
    assert queries.of_contest(contest.id)[1].left_because == "not-eligible"


def test_fewer_entries_than_prizes(announced) -> None:
    assert of(announced(1, units=3)) == [(1, "notified")]


def test_winners_are_told_once(announced, app: Flask, mails, db_session: orm.Session) -> None:
    contest = announced()
    engine.drain(app)
    winner = first(contest)
    tasks.tell_winner(winner_id=winner.id)
    told = db_session.scalars(sa.select(Notification).where(Notification.kind == "prize_won")).all()
    assert [(one.member_id, one.actor_id) for one in told] == [(winner.entry.member_id, None)]
    assert [message.subject for message in mails] == [f"You have won in “{contest.title}”"]
    assert f"/contests/{contest.slug}/prize" in mails[0].text


def test_a_worker_that_is_killed_before_the_mail_loses_none(
    announced, app: Flask, mails, monkeypatch: pytest.MonkeyPatch, db_session: orm.Session
) -> None:
    winner_id = first(announced()).id
    db_session.commit()

    def leave(_steps: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(perform, "_leave", leave)
    with pytest.raises(KeyboardInterrupt):
        perform.perform(app, "contests.tell_winner", {"winner_id": winner_id})
    with pytest.raises(KeyboardInterrupt):
        perform.perform(app, "contests.mail_winner", {"winner_id": winner_id, "kind": "prize_won"})
    monkeypatch.undo()
    engine.drain(app)
    assert len(mails) == 1
    assert len(db_session.scalars(sa.select(Notification).where(Notification.kind == "prize_won")).all()) == 1


def test_the_way_of_a_prize(announced, db_session: orm.Session) -> None:
    contest, now = announced(), clock.now()
    winner = first(contest)
    with pytest.raises(Refused):
        services.give_address(winner, ADDRESS, now=now)
    services.accept(winner, now=now)
    with pytest.raises(Refused):
        services.accept(winner, now=now)
    with pytest.raises(Refused, match="no_address"):
        services.ship(winner, now=now)
    services.give_address(winner, ADDRESS, now=now)
    services.give_address(winner, ADDRESS | {"city": "Leeds"}, now=now)
    held = db_session.get_one(Address, winner.id)
    assert (held.city, held.erase_on) == ("Leeds", None)
    assert [one.code for one in life.why_not(contest, "done", now)] == ["prizes_open"]
    services.ship(winner, carrier="Post", tracking="RR 1", now=now)
    with pytest.raises(Refused):
        services.decline(winner, now=now)
    services.receive(winner, now=now)
    db_session.refresh(held)
    assert held.erase_on == (now + rules.KEPT).date()
    assert not life.why_not(contest, "done", now)
    services.forget_addresses(now + timedelta(days=29))
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Address)) == 1
    services.forget_addresses(now + rules.KEPT)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Address)) == 0


def test_an_online_prize_takes_no_address(announced, db_session: orm.Session) -> None:
    contest, now = announced(), clock.now()
    db_session.execute(sa.update(Prize).values(sent_by="online"))
    winner = first(contest)
    services.accept(winner, now=now)
    assert winner.due_at is None
    with pytest.raises(Refused, match="online"):
        services.give_address(winner, ADDRESS, now=now)
    services.ship(winner, now=now)
    services.receive(winner, now=now)
    assert winner.state == "received"


def test_alternates_follow_to_the_end(announced, stopped_clock, app: Flask) -> None:
    contest = announced(3)
    for turn in range(3):
        assert first(contest).entry.number == turn + 1
        stopped_clock.stop(first(contest).due_at - rules.REMIND)
        tend(app)
        assert first(contest).entry.number == turn + 1, "reminded, not passed over"
        stopped_clock.stop(first(contest).due_at)
        tend(app)
    assert of(contest) == [(1, "expired"), (2, "expired"), (3, "expired")]
    assert not life.why_not(contest, "done", clock.now())


def test_a_late_server_reminds_before_anything_goes_on(announced, stopped_clock, app: Flask, mails) -> None:
    contest = announced()
    winner = first(contest)
    stopped_clock.stop(later(days=90))
    tend(app)
    assert first(contest).entry.number == winner.entry.number
    assert first(contest).due_at == later() + rules.REMIND
    assert mails[-1].subject == "Your prize waits for you"
    sent = len(mails)
    tend(app)
    assert len(mails) == sent
    stopped_clock.stop(first(contest).due_at)
    tend(app)
    assert first(contest).entry.number == 2


def test_each_step_has_its_reminder(announced, stopped_clock, app: Flask) -> None:
    contest = announced()
    stopped_clock.stop(first(contest).due_at - rules.REMIND)
    tend(app)
    services.accept(first(contest), now=clock.now())
    assert first(contest).reminded_at is None
    stopped_clock.stop(later(days=90))
    tend(app)
    assert first(contest).state == "accepted"
    stopped_clock.stop(first(contest).due_at)
    tend(app)
    assert of(contest)[:2] == [(1, "expired"), (2, "notified")]


def test_nobody_is_passed_over_who_was_not_reminded(announced) -> None:
    contest = announced()
    winner = first(contest)
    due_at = winner.due_at
    assert due_at is not None
    assert not services.expire(winner, now=due_at)
    services.remind(winner, now=due_at)
    assert not services.expire(queries.held(winner.id), now=due_at + rules.REMIND - timedelta(seconds=1))
    assert first(contest).id == winner.id
    assert services.expire(queries.held(winner.id), now=due_at + rules.REMIND)


def test_the_rules_say_how_long(announced, stopped_clock, app: Flask, db_session: orm.Session) -> None:
    """A short time is reminded of half-way, and ends when the rules say so."""
    contest = make_contest("closed")
    terms_of(contest, {"answer_days": 2})
    announced(3, contest=contest)
    told_at = first(contest).notified_at
    assert told_at is not None
    assert first(contest).due_at == told_at + timedelta(days=2)
    stopped_clock.stop(told_at + timedelta(hours=23))
    tend(app)
    assert first(contest).reminded_at is None
    stopped_clock.forward(hours=1)
    tend(app)
    assert first(contest).due_at == told_at + timedelta(days=2)
    stopped_clock.forward(days=1)
    tend(app)
    assert first(contest).entry.number == 2


def test_an_alternate_who_left_is_no_winner(announced, db_session: orm.Session) -> None:
    contest = announced()
    behind = queries.of_contest(contest.id)[1].entry
    behind.state = "disqualified"
    services.decline(first(contest), now=clock.now())
    assert of(contest) == [(1, "declined"), (2, "disqualified"), (3, "notified"), (4, "alternate")]


def test_a_no_goes_to_the_next(announced) -> None:
    contest = announced()
    services.accept(first(contest), now=clock.now())
    services.give_address(first(contest), ADDRESS, now=clock.now())
    services.decline(first(contest), now=clock.now())
    assert of(contest)[:2] == [(1, "declined"), (2, "notified")]
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(Address))


def test_a_prize_nobody_speaks_of_counts_as_arrived(announced, stopped_clock, app: Flask) -> None:
    contest = announced()
    services.accept(first(contest), now=clock.now())
    services.give_address(first(contest), ADDRESS, now=clock.now())
    services.ship(first(contest), now=clock.now())
    stopped_clock.forward(days=59)
    tend(app)
    assert first(contest).state == "shipped"
    stopped_clock.forward(days=1)
    tend(app)
    assert first(contest).state == "received"


def test_too_late_is_too_late(announced, stopped_clock) -> None:
    contest = announced()
    winner = first(contest)
    stopped_clock.stop(winner.due_at)
    with pytest.raises(Refused, match="too_late"):
        services.accept(winner, now=clock.now())


def test_an_address_that_comes_too_late(announced, stopped_clock) -> None:
    contest = announced()
    winner = first(contest)
    services.accept(winner, now=clock.now())
    stopped_clock.stop(winner.due_at)
    with pytest.raises(Refused, match="too_late"):
        services.give_address(winner, ADDRESS, now=clock.now())


def test_whoever_was_chosen_and_may_not_win_is_told_nothing(
    decided, app: Flask, db_session: orm.Session, mails
) -> None:
    contest = decided(2)
    services.disqualify(first(contest), because="not-eligible", now=clock.now())
    assert of(contest) == [(1, "disqualified"), (2, "chosen")]
    services.announce(ContestAnnounced(contest.id))
    db_session.commit()
    engine.drain(app)
    assert len(mails) == 1
    passed = queries.of_contest(contest.id)[0]
    assert queries.of_member(contest.id, passed.entry.member_id or 0) is None


def test_a_winner_has_a_badge_until_the_prize_goes_on(announced, db_session: orm.Session) -> None:
    contest = announced()
    winner = first(contest)
    services.accept(winner, now=clock.now())
    (badge,) = badges.of(winner.entry.member_id or 0)
    assert (badge.kind, badge.evidence_kind, badge.evidence_id) == ("contest_winner", "contest", contest.id)
    assert badge.rule == "by draw, rules 1 (SHA-256 0000000000000000)"
    services.disqualify(winner, because="against-rules", now=clock.now())
    db_session.refresh(badge)
    assert badge.revoked_because == "against-rules"
    assert not badges.of(winner.entry.member_id or 0)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Badge)) == 1


def test_one_piece_stands_for_one_winner(announced, db_session: orm.Session) -> None:
    contest = announced()
    piece = {"prize_id": first(contest).prize_id, "unit": 1, "state": "notified"}
    behind = queries.of_contest(contest.id)[1]
    with pytest.raises(sa.exc.IntegrityError):
        db_session.execute(sa.update(Winner).where(Winner.id == behind.id).values(**piece))


@pytest.mark.parametrize("state", ["chosen", "accepted", "shipped"])
def test_an_entry_that_is_disqualified_wins_nothing(decided, announced, db_session: orm.Session, state: str) -> None:
    contest = decided() if state == "chosen" else announced()
    winner = first(contest)
    winner.state = state
    db_session.flush()
    entries.disqualify(winner.entry, "against-rules", now=clock.now())
    db_session.expire_all()
    if state == "shipped":
        assert of(contest)[:2] == [(1, "shipped"), (2, "alternate")]
        return
    assert of(contest)[:2] == [(1, "disqualified"), (2, "chosen" if state == "chosen" else "notified")]
    assert first(contest).unit == 1 and winner.left_because == rules.GONE


def test_an_alternate_that_is_disqualified_stands_behind_no_more(announced, db_session: orm.Session) -> None:
    contest = announced()
    behind = queries.of_contest(contest.id)[1]
    entries.disqualify(behind.entry, "against-rules", now=clock.now())
    assert of(contest)[:3] == [(1, "notified"), (2, "disqualified"), (3, "alternate")]


def test_who_won_what_is_gone_after_five_years(announced, stopped_clock, app: Flask, client, db_session) -> None:
    contest = announced()
    slug = contest.slug
    contest.state, contest.state_at = "done", clock.now()
    db_session.commit()
    stopped_clock.forward(days=rules.RECORDS_KEPT.days)
    tend(app)
    assert queries.of_contest(contest.id)
    stopped_clock.forward(minutes=1)
    tend(app)
    assert not queries.of_contest(contest.id)
    fact = facts.of(contest.id, "results")
    assert fact is not None and fact.content["winners"] == ["1.1 1"]
    assert "kept for five years and is gone" in client.get(f"/contests/{slug}/results").text
