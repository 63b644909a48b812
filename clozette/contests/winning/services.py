"""From the order of the entries to a prize that arrived. Every step is one conditional statement, so of two at once one
is done; whoever drops out, the next in line is told in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests import facts
from clozette.contests.entering import eligibility
from clozette.contests.entering.events import EntryLeft
from clozette.contests.entering.models import Entry
from clozette.contests.planning import deciding
from clozette.contests.planning import events as contest_events
from clozette.contests.planning.models import Contest
from clozette.contests.winning import asking, awards, queries, rules
from clozette.contests.winning.events import WinnerMoved, WinnerNotified, WinnerReminded
from clozette.contests.winning.models import LEFT, Address, Winner
from clozette.kernel import clock, events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused


def choose(event: contest_events.ContestJudged) -> None:
    """Write down who has what place, in the transaction in which the contest is decided; nobody is told yet."""
    contest = db.session.get_one(Contest, event.contest_id)
    pieces = iter(queries.pieces(contest.id))
    now = clock.now()
    for place, (entry, why_not) in enumerate(_in_order(contest), start=1):
        piece = None if why_not else next(pieces, None)
        row = _place(contest, entry, place, piece)
        if why_not:
            row |= {"state": "disqualified", "left_at": now, "left_because": why_not}
        insert_once(Winner, **row)


def announce(event: contest_events.ContestAnnounced) -> None:
    """Tell the first winners; from now on their time runs."""
    now = clock.now()
    contest = db.session.get_one(Contest, event.contest_id)
    everybody = queries.of_contest(contest.id)
    _state_results(contest, everybody, now)
    for one in everybody:
        if one.state == "chosen":
            _notify(one, contest, now)


def accept(winner: Winner, *, now: datetime) -> None:
    """Say yes to a prize.

    :raises Refused: if its time is over, or it went on.
    """
    in_time = (Winner.state == "notified", Winner.due_at > now)
    is_posted = winner.prize is not None and winner.prize.sent_by != "online"
    due_at = now + queries.answer_within(winner.contest) if is_posted else None
    _step(winner, "accepted", *in_time, accepted_at=now, due_at=due_at, reminded_at=None)
    awards.give(winner, now)


def decline(winner: Winner, *, now: datetime) -> None:
    """Say no to a prize; it goes to the next in line.

    :raises Refused: once it is on its way, or went on.
    """
    _leave(winner, "declined", rules.DECLINED, Winner.state.in_(("notified", "accepted", "addressed")), now=now)


def give_address(winner: Winner, address: Mapping[str, str], *, now: datetime) -> None:
    """Say where a prize shall go, or put it right until it is on its way.

    :raises Refused: if nothing is posted, the time is over, or it is on its way.
    """
    if winner.prize is None or winner.prize.sent_by == "online":
        raise Refused(rules.not_for_posting())
    in_time = sa.or_(Winner.state == "addressed", sa.and_(Winner.state == "accepted", Winner.due_at > now))
    _step(winner, "addressed", in_time, addressed_at=now, due_at=None)
    if not insert_once(Address, winner_id=winner.id, given_at=now, **address):
        mine = sa.select(Address).where(Address.winner_id == winner.id).execution_options(populate_existing=True)
        former = db.session.scalars(mine).one()
        changed = [name for name, value in address.items() if getattr(former, name) != value]
        db.session.execute(sa.update(Address).where(Address.winner_id == winner.id).values(given_at=now, **address))
        asking.tell_of_another_address(winner, changed, now)


def ship(winner: Winner, *, carrier: str = "", tracking: str = "", now: datetime) -> None:
    """Note that a prize is on its way, or was given online.

    :raises Refused: if nobody said where it shall go, or it is on its way.
    """
    is_online = winner.prize is not None and winner.prize.sent_by == "online"
    if winner.state == "accepted" and not is_online:
        raise Refused(rules.address_missing())
    ready = Winner.state == ("accepted" if is_online else "addressed")
    _step(winner, "shipped", ready, shipped_at=now, due_at=None, carrier=carrier or None, tracking=tracking or None)


def receive(winner: Winner, *, now: datetime) -> None:
    """Note that a prize arrived; the address goes some time after.

    :raises Refused: if it is not on its way.
    """
    _step(winner, "received", Winner.state == "shipped", received_at=now)
    mine = sa.update(Address).where(Address.winner_id == winner.id)
    db.session.execute(mine.values(erase_on=rules.erase_on(now)))


def disqualify(winner: Winner, *, because: str, now: datetime) -> None:
    """Pass somebody over who may not win, with a public word for why.

    :raises Refused: once the prize is on its way, or went on.
    """
    _leave(winner, "disqualified", because, _may_be_passed_over(), now=now)


def expire(winner: Winner, *, now: datetime) -> bool:
    """Let a prize go on whose winner did nothing in time and was reminded; say whether it went."""
    in_time = now - rules.reminded_before(queries.answer_within(winner.contest))
    silent = (Winner.state.in_(("notified", "accepted")), Winner.due_at <= now, Winner.reminded_at <= in_time)
    try:
        _leave(winner, "expired", rules.LATE, *silent, now=now)
    except Refused:
        return False
    return True


def remind(winner: Winner, *, now: datetime) -> bool:
    """Remind somebody whose time ends soon, once for each step; say whether this did."""
    if winner.due_at is None:
        return False
    within = queries.answer_within(winner.contest)
    soon = sa.update(Winner).where(Winner.id == winner.id, *_is_soon(now + rules.reminded_before(within)))
    values = {"reminded_at": now, "due_at": rules.due_after_reminder(winner.due_at, now, within)}
    if not _changed(soon.values(values)):
        return False
    events.publish(WinnerReminded(winner.id))
    return True


def due(now: datetime) -> list[int]:
    """Return whose time ends soon, or is over."""
    over = sa.and_(Winner.state.in_(("notified", "accepted")), Winner.due_at <= now)
    return list(db.session.scalars(sa.select(Winner.id).where(sa.or_(over, sa.and_(*_is_soon(now + rules.REMIND))))))


def unheard_of(now: datetime) -> list[int]:
    """Return whose prize was sent so long ago that it counts as arrived."""
    sent = (Winner.state == "shipped", Winner.shipped_at <= now - rules.ARRIVED_AFTER)
    return list(db.session.scalars(sa.select(Winner.id).where(*sent)))


def forget_addresses(now: datetime) -> None:
    """Delete the addresses whose day has come."""
    db.session.execute(sa.delete(Address).where(Address.erase_on <= now.date()))


def forget_winners(now: datetime) -> None:
    """Delete who won what once that was kept long enough; which numbers won stays in the contest's fact of its results."""
    over = (Contest.state.in_(("done", "cancelled")), Contest.state_at < now - rules.RECORDS_KEPT)
    db.session.execute(sa.delete(Winner).where(Winner.contest_id.in_(sa.select(Contest.id).where(*over))))


def let_go(subject_id: int, now: datetime) -> int:
    """Let the prizes of somebody who is erased go on to the next, but for those that are on their way; count them."""
    mine = sa.select(Winner.id).join(Winner.entry).join(Member, Member.id == Entry.member_id)
    found = db.session.scalars(mine.where(Member.subject_id == subject_id, _may_be_passed_over())).all()
    for winner_id in found:
        disqualify(queries.held(winner_id), because=rules.GONE, now=now)
    return len(found)


def let_entry_go(event: EntryLeft) -> None:
    """Pass over whoever wins or stands behind with an entry that takes part no more, unless the prize is on its way."""
    mine = sa.select(Winner.id).where(Winner.entry_id == event.entry_id, _may_be_passed_over())
    for winner_id in db.session.scalars(mine).all():
        disqualify(queries.held(winner_id), because=rules.GONE, now=clock.now())


def _may_be_passed_over() -> sa.ColumnElement[bool]:
    return Winner.state.in_([state for state, after in rules.STEPS.items() if "disqualified" in after])


def _in_order(contest: Contest) -> list[tuple[Entry, str]]:
    """Return the entries that have a place: as many as there are prizes and alternates, and those passed over, with why.

    They are held, so that one which leaves meanwhile finds its place.
    """
    order = list(deciding.order(contest))
    held = sa.select(Entry).where(Entry.id.in_(order)).order_by(Entry.id).with_for_update(read=True)
    known = {entry.id: entry for entry in db.session.scalars(held.execution_options(populate_existing=True))}
    wanted = len(queries.pieces(contest.id)) + contest.alternates
    found: list[tuple[Entry, str]] = []
    for entry_id in order:
        if wanted == 0:
            break
        why_not = eligibility.why_not_win(contest, known[entry_id])
        found.append((known[entry_id], why_not))
        wanted -= not why_not
    return found


def _place(contest: Contest, entry: Entry, place: int, piece: tuple[int, int] | None) -> dict[str, Any]:
    prize_id, unit = piece or (None, None)
    return {
        "id": new_id(),
        "contest_id": contest.id,
        "place": place,
        "prize_id": prize_id,
        "unit": unit,
        "entry_id": entry.id,
        "state": "chosen" if piece else "alternate",
    }


def _state_results(contest: Contest, everybody: Any, now: datetime) -> None:
    won = [f"{one.prize.position + 1}.{one.unit} {one.entry.number}" for one in everybody if one.prize is not None]
    behind = [str(one.entry.number) for one in everybody if one.state == "alternate"]
    over = [f"{one.entry.number} {one.left_because}" for one in everybody if one.state in LEFT]
    facts.state(contest.id, "results", {"winners": won, "alternates": behind, "passed_over": over}, now=now)


def _notify(winner: Winner, contest: Contest, now: datetime) -> None:
    _step(winner, "notified", Winner.state == "chosen", notified_at=now, due_at=now + queries.answer_within(contest))
    events.publish(WinnerNotified(winner.id))


def _step(winner: Winner, to: str, *when: sa.ColumnElement[bool], **values: Any) -> None:
    """Bring a winner into a state, by one statement.

    :raises Refused: if it is not so any more.
    """
    if not _changed(sa.update(Winner).where(Winner.id == winner.id, *when).values(state=to, **values)):
        raise Refused(rules.too_late())
    db.session.refresh(winner)
    events.publish(WinnerMoved(winner.id, to))


def _leave(winner: Winner, to: str, because: str, *when: sa.ColumnElement[bool], now: datetime) -> None:
    """Let somebody drop out, and the next in line have the prize."""
    _step(winner, to, *when, left_at=now, left_because=because, due_at=None)
    db.session.execute(sa.delete(Address).where(Address.winner_id == winner.id))
    asking.end_sharing(winner, now)
    awards.take(winner, now)
    if winner.prize_id is not None:
        _promote(winner, now)


def _promote(left: Winner, now: datetime) -> None:
    """Give a piece to the first alternate who still may win; nobody where there is none left."""
    while (following := db.session.scalar(_next_of(left.contest_id))) is not None:
        if why_not := eligibility.why_not_win(left.contest, following.entry):
            _step(following, "disqualified", Winner.state == "alternate", left_at=now, left_because=why_not)
            continue
        taken = sa.update(Winner).where(Winner.id == following.id, Winner.state == "alternate")
        if _changed(taken.values(state="chosen", prize_id=left.prize_id, unit=left.unit)):
            db.session.refresh(following)
            if left.notified_at is not None:
                _notify(following, left.contest, now)
            return


def _next_of(contest_id: int) -> sa.Select[Winner]:
    waits = (Winner.contest_id == contest_id, Winner.state == "alternate")
    wanted = sa.select(Winner).options(orm.joinedload(Winner.entry)).where(*waits).order_by(Winner.place).limit(1)
    return wanted.execution_options(populate_existing=True)


def _is_soon(until: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a winner's time ends by a moment, and nobody reminded them."""
    return (Winner.state.in_(("notified", "accepted")), Winner.reminded_at.is_(None), Winner.due_at <= until)


def _changed(step: sa.Update) -> bool:
    told = step.returning(Winner.id)
    return db.session.execute(told, execution_options={"synchronize_session": False}).first() is not None
