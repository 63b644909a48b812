"""What really left, held against what was logged (requirement 79)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import clock, database
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Prepared
from clozette.privacy.disclosures.models import Departure, Handover


@dataclass(frozen=True)
class Fault:
    """Bytes that left and are in no log, or otherwise than the log says."""

    departure_id: int
    at: datetime
    port: str
    what: str


@dataclass(frozen=True)
class Sum:
    """What left by one port, and what of it stands in the log."""

    port: str
    times: int
    bytes: int
    logged_bytes: int


def note(port: str, handover_id: int, sha256: str, size: int) -> bool:
    """Write a departure down; whether the log knows these very bytes."""
    database.flush()
    given = {"id": new_id(), "at": clock.now(), "handover": handover_id, "port": port, "sha256": sha256, "size": size}
    return bool(_NOTE.rows(database.connection(), given))


def _given(name: str, column: Any) -> Any:
    return sa.bindparam(name, type_=column.type)


_NOTE = Prepared(
    sa.insert(Departure)
    .from_select(
        ["id", "at", "handover_id", "port", "sha256", "bytes"],
        sa.select(
            _given("id", Departure.id),
            _given("at", Departure.at),
            Handover.id,
            _given("port", Departure.port),
            Handover.payload_sha256,
            _given("size", Departure.bytes),
        ).where(Handover.id == _given("handover", Handover.id), Handover.payload_sha256 == sa.bindparam("sha256")),
        include_defaults=False,
    )
    .returning(Departure.id)
)


def faults() -> list[Fault]:
    """Return every departure that the log of hand-overs doesn't cover: the check fails if there is one."""
    wanted = (
        sa.select(Departure, Handover.payload_sha256, Handover.payload_bytes)
        .outerjoin(Handover, Handover.id == Departure.handover_id)
        .where(
            sa.or_(
                Handover.id.is_(None),
                Handover.payload_sha256 != Departure.sha256,
                Handover.payload_bytes != Departure.bytes,
            )
        )
        .order_by(Departure.id)
    )
    return [_fault(departure, sha256) for departure, sha256, _ in db.session.execute(wanted)]


def waiting() -> list[int]:
    """Return hand-overs that were logged and have not left: sent later, or lost on the way."""
    gone = sa.exists().where(Departure.handover_id == Handover.id)
    return list(db.session.scalars(sa.select(Handover.id).where(~gone).order_by(Handover.id)))


def of(handover_id: int) -> Sequence[Departure]:
    """Return when and by which ports a hand-over left."""
    mine = sa.select(Departure).where(Departure.handover_id == handover_id).order_by(Departure.id)
    return db.session.scalars(mine).all()


def sums() -> list[Sum]:
    """Return, for each port, how often and how much left, and how much of that the log knows."""
    known = sa.and_(Handover.payload_sha256 == Departure.sha256, Handover.payload_bytes == Departure.bytes)
    rows = (
        sa.select(
            Departure.port,
            sa.func.count(),
            sa.func.sum(Departure.bytes),
            sa.func.sum(sa.case((known, Departure.bytes), else_=0)),
        )
        .outerjoin(Handover, Handover.id == Departure.handover_id)
        .group_by(Departure.port)
        .order_by(Departure.port)
    )
    return [Sum(port, times, int(left), int(logged)) for port, times, left, logged in db.session.execute(rows)]


def _fault(departure: Departure, logged: str | None) -> Fault:
    what = "in no log" if logged is None else "other bytes than the log says"
    return Fault(departure.id, departure.at, departure.port, what)
