"""Silences: what the law forbids to tell the person, until when, and how that is lifted or made longer."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel.database import db
from clozette.privacy import ledger
from clozette.privacy.disclosures import leaves
from clozette.privacy.disclosures.models import Silence


class Outdated(Exception):
    """The silence is over, or somebody changed it meanwhile."""


@dataclass(frozen=True)
class Order:
    """What one order keeps from people: silences that were written together, and are made longer or lifted together."""

    rows: tuple[Silence, ...]

    @property
    def id(self) -> int:
        """Return the id of its first row, by which it is named."""
        return self.rows[0].id

    @property
    def until(self) -> datetime:
        """Until when nobody is told."""
        return self.rows[0].until

    @property
    def because(self) -> str:
        """By which law."""
        return self.rows[0].because


Column = sa.ColumnElement[int] | orm.InstrumentedAttribute[int]


def silence(
    *,
    until: datetime,
    because: str,
    now: datetime,
    handover_id: int | None = None,
    case_id: int | None = None,
    by_id: int | None = None,
) -> None:
    """Keep a hand-over or a case from the person until a moment; ``until=now`` lifts it. Each is a row that stays."""
    row = Silence(handover_id=handover_id, case_id=case_id, at=now, until=until, because=because, by_id=by_id)
    db.session.add(row)
    db.session.flush()
    ledger.commit_to("silence", row.id, leaves.of_silence(row), None)


def standing(now: datetime) -> list[Order]:
    """Return the orders that keep something from somebody now, oldest first."""
    rows = db.session.scalars(
        sa.select(Silence).where(_is_newest(), Silence.until > now).order_by(Silence.at, Silence.id)
    )
    together = sorted(rows, key=_written_with)
    orders = [Order(tuple(some)) for _key, some in groupby(together, _written_with)]
    return sorted(orders, key=lambda one: one.id)


def order_of(silence_id: int, now: datetime) -> Order | None:
    """Return the order that a silence belongs to, if it keeps anything from anybody now."""
    return next((one for one in standing(now) if silence_id in {row.id for row in one.rows}), None)


def change(silence_id: int, *, until: datetime, because: str, now: datetime, by_id: int) -> Order:
    """Make an order's silences longer, or lift them (``until=now``); return what they were.

    :raises Outdated: if they are over; of two that change them at once, the second learns it.
    """
    named = db.session.get(Silence, silence_id)
    if named is None:
        raise Outdated
    with_it = (Silence.at == named.at, Silence.because == named.because, Silence.by_id == named.by_id)
    db.session.execute(sa.select(Silence.id).where(*with_it).order_by(Silence.id).with_for_update())
    order = order_of(silence_id, now)
    if order is None:
        raise Outdated
    for row in order.rows:
        silence(until=until, because=because, now=now, handover_id=row.handover_id, case_id=row.case_id, by_id=by_id)
    return order


def _written_with(row: Silence) -> tuple[datetime, str, int]:
    return row.at, row.because, row.by_id or 0


def _is_newest() -> sa.ColumnElement[bool]:
    later = orm.aliased(Silence)
    same = sa.or_(later.handover_id == Silence.handover_id, later.case_id == Silence.case_id)
    return ~sa.exists().where(same, later.id > Silence.id)


def may_tell_handover(handover_id: Column, now: datetime) -> sa.ColumnElement[bool]:
    """Return the SQL condition that the person may be told of the hand-over in this column."""
    return _is_over(Silence.handover_id == handover_id, now)


def may_tell_case(
    case_id: sa.ColumnElement[int | None] | orm.InstrumentedAttribute[int | None], now: datetime
) -> sa.ColumnElement[bool]:
    """Return the SQL condition that the person may be told of the case in this column; of none, always."""
    return _is_over(Silence.case_id == case_id, now)


def _is_over(of_this: sa.ColumnElement[bool], now: datetime) -> sa.ColumnElement[bool]:
    latest = sa.select(Silence.until).where(of_this).order_by(Silence.id.desc()).limit(1).scalar_subquery()
    return sa.func.coalesce(latest, now) <= now
