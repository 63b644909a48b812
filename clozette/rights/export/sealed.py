"""Reads rows for an archive: values as JSON has them, and what was sealed under the person's key in the clear."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from clozette.privacy import subjects
from clozette.privacy.models import Subject
from clozette.rights.export import cells
from clozette.rights.export.contents import Section

Row = dict[str, Any]
SEALED = {("privacy_ledger", "sealed"), ("privacy_disclosures", "reference")}
"""Columns that are readable with the person's key alone."""


class Reader:
    """Reads the rows of one person."""

    def __init__(self, connection: sa.Connection, subject_id: int) -> None:
        table = Subject.__table__
        found = connection.execute(sa.select(table).where(table.c.id == subject_id)).mappings().one()
        self._subject = Subject(id=found["id"], key=found["key"])

    def reading(self, section: Section) -> Callable[[Mapping[str, Any]], Row]:
        """Return the function that reads a row of this section."""
        columns = [(column, self._way(section, column)) for column in section.columns]

        def read(row: Mapping[str, Any]) -> Row:
            return {column.name: way(column, row[column.name]) for column, way in columns}

        return read

    def _way(self, section: Section, column: sa.Column[Any]) -> Callable[[sa.Column[Any], Any], Any]:
        return self._open if (section.one.name, column.name) in SEALED else cells.to_json

    def _open(self, column: sa.Column[Any], value: Any) -> Any:
        try:
            return None if value is None else subjects.unseal(self._subject, value)
        except subjects.Erased:
            return cells.to_json(column, value)
