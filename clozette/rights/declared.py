"""What the rooms declare, ready to be asked: every table, and how to find a person's rows in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import Flask, current_app

from clozette.kernel.database import Model
from clozette.kernel.personal import Declaration, Table
from clozette.rights import models  # noqa: F401 - so that the room's own tables are known

_KEY = "clozette.rights.declared"
SUBJECTS = "privacy_subjects"


@dataclass(frozen=True)
class DeclaredTable:
    """One table of a room: its columns as the database has them, and what the room says of them."""

    room: str
    table: sa.Table
    said: Table

    @property
    def name(self) -> str:
        """The table's name, ``<room>_<things>``."""
        return self.table.name


def init_app(app: Flask, declarations: Mapping[str, Declaration]) -> None:
    """Hand in every room's declaration."""
    app.extensions[_KEY] = [
        DeclaredTable(room, Model.metadata.tables[name], said)
        for room, tables in declarations.items()
        for name, said in tables.items()
    ]


def tables() -> list[DeclaredTable]:
    """Return every declared table, in the order of the wiring page."""
    known: list[DeclaredTable] = current_app.extensions[_KEY]
    return known


def personal_tables() -> Iterator[DeclaredTable]:
    """Yield the tables that lead to a person."""
    return (one for one in tables() if one.said.subject)


def belongs_to(one: DeclaredTable, subject_id: int, path: tuple[str, ...] | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that a row of the table is about a subject, by its main ``path`` or another one.

    It nests one ``IN`` for each step of the path, so that it serves SELECT, UPDATE and DELETE alike.
    """
    return _leads_to(one.table, path or one.said.subject, subject_id)


def _leads_to(table: sa.Table, path: tuple[str, ...], subject_id: int) -> sa.ColumnElement[bool]:
    first, *rest = path
    column = table.c[first]
    if not rest or table.name == SUBJECTS:
        return column == subject_id
    (key,) = column.foreign_keys
    further = key.column.table
    return column.in_(sa.select(key.column).where(_leads_to(further, tuple(rest), subject_id)))
