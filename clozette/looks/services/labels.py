"""Labels: lines that a room above hangs on a look, such as "Contest entry, sponsored by X".

A look's author has no way to them. Each change of a label is a version of the look: what is kept of it anywhere is made
anew, and an editor that stands open is told.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.looks.models import Look, LookLabel


@dataclass(frozen=True)
class Label:
    """What is hung on a look. ``kind`` and ``object_id`` say for what; ``address`` is the page about it."""

    kind: str
    object_id: int
    title: str
    sponsor: str
    address: str


def put(look_id: int, label: Label, *, now: datetime) -> None:
    """Hang a label on a look, or renew the words of the one that hangs there; the same once more changes nothing."""
    words = asdict(label)
    if insert_once(LookLabel, id=new_id(), look_id=look_id, at=now, **words):
        _turn_version(look_id)
        return
    differs = sa.or_(*(getattr(LookLabel, name) != words[name] for name in ("title", "sponsor", "address")))
    here = sa.update(LookLabel).where(*_same(look_id, label.kind, label.object_id), differs)
    renewed = here.values(**words).returning(LookLabel.id).execution_options(synchronize_session=False)
    if db.session.scalar(renewed) is not None:
        _turn_version(look_id)


def take(look_id: int, kind: str, object_id: int) -> None:
    """Take a label off; what isn't there is no fault."""
    gone = sa.delete(LookLabel).where(*_same(look_id, kind, object_id)).returning(LookLabel.id)
    if db.session.scalar(gone.execution_options(synchronize_session=False)) is not None:
        _turn_version(look_id)


def _same(look_id: int, kind: str, object_id: int) -> tuple[sa.ColumnElement[bool], ...]:
    return LookLabel.look_id == look_id, LookLabel.kind == kind, LookLabel.object_id == object_id


def _turn_version(look_id: int) -> None:
    db.session.execute(
        sa.update(Look)
        .where(Look.id == look_id)
        .values(version=Look.version + 1)
        .execution_options(synchronize_session="fetch")
    )
