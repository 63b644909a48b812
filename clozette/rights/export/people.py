"""Who the ids of other members in an archive stand for: handle and name of those whom the person may see, no more (84)."""

from typing import Any

import sqlalchemy as sa

from clozette.accounts.access import is_present, not_blocked
from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.kernel.viewer import Viewer
from clozette.rights.export import cells, snapshot
from clozette.rights.export.archive import Archive
from clozette.rights.export.contents import Section


def write(archive: Archive, connection: sa.Connection, sections: list[Section], subject_id: int) -> None:
    """Write ``data/people.json``."""
    count = 0
    with archive.file("people.json") as file:
        file.write(b'{"people": [')
        for count, row in enumerate(snapshot.rows(connection, _visible(connection, sections, subject_id)), 1):
            known = {"id": ids.encode(row["id"]), "handle": row["handle"], "display_name": row["display_name"]}
            file.write((b",\n" if count > 1 else b"\n") + cells.line(known))
        file.write(b"\n]}\n")
        file.facts["rows"] = count


def _visible(connection: sa.Connection, sections: list[Section], subject_id: int) -> sa.Select[*tuple[Any, ...]]:
    members = Member.__table__
    own_id = connection.scalar(sa.select(members.c.id).where(members.c.subject_id == subject_id))
    named = [
        sa.select(column).where(section.condition)
        for section in sections
        for column in section.columns
        if any(key.column is members.c.id for key in column.foreign_keys)
    ]
    seen = is_present() & not_blocked(Viewer(member_id=own_id), Member.id)
    wanted = sa.select(Member.id, Member.handle, Member.display_name).where(seen, Member.id != own_id)
    return wanted.where(Member.id.in_(sa.union(*named))).order_by(Member.id)
