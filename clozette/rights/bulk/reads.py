"""Everybody whose data was in an export finds it among the looks of staff at their record (requirement 8).

Of few, the request itself writes that down, and only they are sent. Of many it would take longer than the export: their
subjects are kept in *blocks*, read in the very snapshot that the file is made from and committed before its first byte;
a task writes the log from them. So whoever leaves early, and whatever is killed, nobody was sent whom the log lacks.
"""

import struct
from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy.models import StaffRead
from clozette.rights.bulk import rows, selection
from clozette.rights.bulk.models import BulkBlock, BulkDownload
from clozette.rights.bulk.selection import Filter
from clozette.rights.bulk.uses import USES

WHAT = "bulk export"
SOME = 2000
"""So many are few; and so many are in a block."""
_BYTES = 8

Conditions = Sequence[sa.ColumnElement[bool]]


def note_few(download: BulkDownload) -> tuple[int, ...]:
    """Write down who is in a small download; return them (their subjects), in order."""
    met = selection.conditions(Filter.of(download.export.filter), USES[download.export.use])
    chosen = sa.select(Member.subject_id).where(*met).order_by(Member.subject_id).limit(SOME)
    people = tuple(db.session.scalars(chosen))
    _note(download, people)
    return people


def keep_blocks(download_id: int, connection: sa.Connection, met: Conditions) -> int:
    """Keep who meets the conditions in what ``connection`` sees, for ``note_block``, and count them.

    Only a few blocks at a time are in memory here.
    """
    people = 0
    for some in _blocks(connection, met):
        blocks = [{"id": new_id(), "download_id": download_id, "subjects": subjects} for subjects in some]
        db.session.execute(sa.insert(BulkBlock), blocks)
        people += sum(map(len, some)) // _BYTES
    return people


def note_block(download: BulkDownload) -> bool:
    """Write down the people of one block, which goes with that: of two runs at once one does it; False if none is left."""
    mine = sa.select(BulkBlock.id).where(BulkBlock.download_id == download.id).order_by(BulkBlock.id).limit(1)
    taken = sa.delete(BulkBlock).where(BulkBlock.id == mine.with_for_update(skip_locked=True).scalar_subquery())
    found = db.session.scalar(taken.returning(BulkBlock.subjects), execution_options={"synchronize_session": False})
    if found is None:
        return False
    _note(download, struct.unpack(f">{len(found) // _BYTES}q", found))
    return True


def being_noted(download_ids: Sequence[int]) -> set[int]:
    """Return which of these downloads the log does not have all people of yet."""
    waiting = sa.select(BulkBlock.download_id).where(BulkBlock.download_id.in_(download_ids)).distinct()
    return set(db.session.scalars(waiting))


def _note(download: BulkDownload, people: Sequence[int]) -> None:
    if not people:
        return
    export = download.export
    said = {"reader_id": download.by_id, "at": download.at, "what": WHAT, "reason": export.reason}
    reads = [{"id": new_id(), "subject_id": one, "fields": list(export.columns), **said} for one in people]
    db.session.execute(sa.insert(StaffRead), reads)


def _blocks(connection: sa.Connection, met: Conditions) -> Iterator[Sequence[bytes]]:
    """Yield some blocks after the other: the subjects, eight bytes each.

    PostgreSQL packs all of them and cuts them up by itself: that takes it little longer than to count them.
    """
    chosen = sa.select(Member.subject_id).where(*met)
    if connection.dialect.name == "sqlite":
        for some in connection.execute(chosen, execution_options={"yield_per": SOME}).scalars().partitions():
            yield [struct.pack(f">{len(some)}q", *some)]
        return
    packed = sa.func.string_agg(sa.func.int8send(Member.subject_id), sa.literal(b""), type_=sa.LargeBinary)
    whole = sa.select(packed.label("subjects")).where(*met).subquery("whole")
    size = sa.func.octet_length(whole.c.subjects)
    starts = sa.func.generate_series(1, size, SOME * _BYTES).table_valued("start").render_derived("starts")
    block = sa.func.substring(whole.c.subjects, starts.c.start, SOME * _BYTES)
    cut = sa.select(sa.func.encode(block, "hex")).select_from(whole.join(starts, sa.true()))
    for chunk in rows.copied(connection, cut, "jsonl"):
        yield [bytes.fromhex(line.decode()) for line in chunk.data.split()]
