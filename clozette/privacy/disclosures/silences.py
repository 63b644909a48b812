"""Silences: what the law forbids to tell the person, until when, and how that is lifted or made longer."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel.database import db
from clozette.privacy import ledger
from clozette.privacy.disclosures import leaves
from clozette.privacy.disclosures.models import Silence

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
