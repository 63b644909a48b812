"""Points: a ledger between two accounts, a member's and the house's, and a balance that is always the sum of its lines.

A room that gives or takes points registers a *rule* on the wiring page, and names it with each deed. What was wrong is
reversed by a line of its own; no line is ever changed. Nothing here is money.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community.models import Balance, PointLine
from clozette.community.notifications import Line
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.viewer import Viewer

_KEY = "clozette.points"
HOUSE, MEMBER = "house", "member"
REVERSAL, EXPIRED = "reversal", "expired"

Say = Callable[[Viewer, Sequence[int]], Mapping[int, Line]]
"""Words what points were for: ``object_id`` to line. What the viewer may no longer see is left out."""


@dataclass(frozen=True)
class Rule:
    """Why points move.

    :ivar most_per_day: how many a member gets by it in a day (UTC); what is more is not given.
    :ivar lasts: after how many days they are gone, unless they were spent; nothing for never.
    """

    name: str
    say: Say
    most_per_day: int | None = None
    lasts: int | None = None


@dataclass(frozen=True)
class Movement:
    """One line as its member reads it: ``points`` is less than 0 where they went."""

    line: PointLine
    points: int
    why: Line | None


def register(app: Flask, rule: Rule) -> None:
    """Let points move by a rule; on the wiring page."""
    app.extensions.setdefault(_KEY, {})[rule.name] = rule


def earn(member_id: int, rule: str, object_id: int, amount: int, *, now: datetime) -> int:
    """Give a member points for a thing, once; return how many were given, which a rule's most for a day may lessen."""
    said = _rules()[rule]
    _lock(member_id)
    if _line_of(member_id, rule, object_id) is not None:
        return 0
    amount = _left_today(said, member_id, amount, now)
    if amount <= 0:
        return 0
    expires_on = now.date() + timedelta(days=said.lasts) if said.lasts else None
    _move(member_id, rule, object_id, amount, now, expires_on=expires_on)
    return amount


def spend(member_id: int, rule: str, object_id: int, amount: int, *, now: datetime) -> bool:
    """Take points from a member for a thing, once; say whether this took them.

    :raises Refused: if there are too few.
    """
    assert rule in _rules()
    _lock(member_id)
    if _line_of(member_id, rule, object_id) is not None:
        return False
    _move(member_id, rule, object_id, -amount, now)
    return True


def reverse(member_id: int, rule: str, object_id: int, *, now: datetime) -> bool:
    """Take back what was earned or spent for a thing, once; say whether this did. It isn't earned or spent anew then.

    :raises Refused: if what was earned is spent already.
    """
    _lock(member_id)
    line = _line_of(member_id, rule, object_id)
    if line is None or _line_of(member_id, REVERSAL, line.id) is not None:
        return False
    points = -line.amount if line.to_account == MEMBER else line.amount
    _move(member_id, REVERSAL, line.id, points, now, reverses_id=line.id)
    return True


def balance(member_id: int) -> int:
    """Return how many points a member has."""
    return db.session.scalar(sa.select(Balance.points).where(Balance.member_id == member_id)) or 0


def expire(now: datetime) -> None:
    """Take what was earned long ago and not spent; spending takes the oldest first."""
    for member_id in _lapsed(now.date()):
        _lock(member_id)
        for left in _lapsed(now.date(), member_id).values():
            if _line_of(member_id, EXPIRED, now.date().toordinal()) is None:
                _move(member_id, EXPIRED, now.date().toordinal(), -left, now)


def page(viewer: Viewer, after: int | None = None) -> Page[Movement]:
    """Return a page of what moved the viewer's points, newest first, each with the reason."""
    wanted = sa.select(PointLine).where(PointLine.member_id == viewer.member_id)
    wanted = wanted.order_by(PointLine.id.desc()).limit(PAGE_SIZE + 1)
    if after is not None:
        wanted = wanted.where(PointLine.id < after)
    listed = page_of(db.session.scalars(wanted).all(), lambda line: line.id)
    reasons = _reasons(viewer, listed.items)
    return Page([Movement(line, _points(line), reasons.get(line.id)) for line in listed.items], listed.after)


def given(after: int | None = None) -> Page[tuple[PointLine, str, bool]]:
    """Return a page of everybody's lines, newest first, with the handles and whether each was taken back; for staff.

    What only takes back or expires is left out.
    """
    other = orm.aliased(PointLine)
    taken_back = sa.exists().where(other.reverses_id == PointLine.id)
    wanted = sa.select(PointLine, Member.handle, taken_back).join(Member, Member.id == PointLine.member_id)
    wanted = wanted.where(PointLine.rule.not_in((REVERSAL, EXPIRED))).order_by(PointLine.id.desc()).limit(PAGE_SIZE + 1)
    if after is not None:
        wanted = wanted.where(PointLine.id < after)
    rows = [(line, handle, gone) for line, handle, gone in db.session.execute(wanted)]
    return page_of(rows, lambda row: row[0].id)


def _rules() -> dict[str, Rule]:
    found: dict[str, Rule] = current_app.extensions.get(_KEY, {})
    return found


def _lock(member_id: int) -> None:
    """Let two deeds of one member's points wait for each other. SQLite has one writer at a time and needs no lock."""
    insert_once(Balance, member_id=member_id, points=0)
    db.session.execute(sa.select(Balance.points).where(Balance.member_id == member_id).with_for_update()).all()


def _line_of(member_id: int, rule: str, object_id: int) -> PointLine | None:
    of = (PointLine.member_id == member_id, PointLine.rule == rule, PointLine.object_id == object_id)
    found: PointLine | None = db.session.scalar(sa.select(PointLine).where(*of))
    return found


def _left_today(rule: Rule, member_id: int, amount: int, now: datetime) -> int:
    if rule.most_per_day is None:
        return amount
    today = (PointLine.member_id == member_id, PointLine.rule == rule.name, PointLine.day == now.date())
    had = db.session.scalar(sa.select(sa.func.sum(PointLine.amount)).where(*today, PointLine.to_account == MEMBER)) or 0
    return min(amount, rule.most_per_day - int(had))


def _move(
    member_id: int,
    rule: str,
    object_id: int,
    points: int,
    now: datetime,
    *,
    expires_on: date | None = None,
    reverses_id: int | None = None,
) -> None:
    """Change the balance by one statement and write the line."""
    if points == 0:
        raise ValueError("a line moves at least one point")
    enough = (Balance.member_id == member_id, Balance.points + points >= 0)
    moved = sa.update(Balance).where(*enough).values(points=Balance.points + points).returning(Balance.points)
    if db.session.execute(moved, execution_options={"synchronize_session": False}).first() is None:
        raise Refused(Refusal("too_few_points", _("There are too few points for this.")))
    accounts = (HOUSE, MEMBER) if points > 0 else (MEMBER, HOUSE)
    db.session.add(
        PointLine(
            id=new_id(),
            member_id=member_id,
            from_account=accounts[0],
            to_account=accounts[1],
            amount=abs(points),
            rule=rule,
            object_id=object_id,
            at=now,
            day=now.date(),
            expires_on=expires_on,
            reverses_id=reverses_id,
        )
    )
    db.session.flush()


def _lapsed(today: date, member_id: int | None = None) -> dict[int, int]:
    """Return how many points of whom are past their day and were not spent."""
    other = orm.aliased(PointLine)
    counts = (PointLine.reverses_id.is_(None), ~sa.exists().where(other.reverses_id == PointLine.id))
    past = sa.and_(PointLine.to_account == MEMBER, PointLine.expires_on <= today)
    left = _sum_of(past) - _sum_of(PointLine.from_account == MEMBER)
    wanted = sa.select(PointLine.member_id, left).where(*counts).group_by(PointLine.member_id).having(left > 0)
    if member_id is not None:
        wanted = wanted.where(PointLine.member_id == member_id)
    return {member: int(points) for member, points in db.session.execute(wanted)}


def _sum_of(which: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((which, PointLine.amount), else_=0))


def _points(line: PointLine) -> int:
    return line.amount if line.to_account == MEMBER else -line.amount


def _reasons(viewer: Viewer, lines: Sequence[PointLine]) -> dict[int, Line]:
    """Let each rule's room word its lines, all of a page at once; a reversal reads like what it takes back."""
    first = {line.reverses_id: line for line in lines if line.reverses_id}
    meant = {line.id: line for line in db.session.scalars(sa.select(PointLine).where(PointLine.id.in_(first)))}
    of = {line.id: meant.get(line.reverses_id or 0, line) for line in lines}
    found: dict[int, Line] = {}
    for name, rule in _rules().items():
        mine = {line_id: line.object_id for line_id, line in of.items() if line.rule == name}
        worded = rule.say(viewer, sorted(set(mine.values()))) if mine else {}
        found |= {line_id: worded[object_id] for line_id, object_id in mine.items() if object_id in worded}
    return found
