"""Statements of the ledger, compiled once and given to the driver: recording an answer must cost little beside the deed.

Built anew each time, they cost SQLAlchemy several times what the database needs to run them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite

from clozette.kernel import prepared
from clozette.kernel.database import Model, db


@dataclass(frozen=True)
class _Compiled:
    text: str
    names: tuple[str, ...] | None
    processors: tuple[tuple[str, Callable[[Any], Any]], ...]


class Insert:
    """An INSERT of all columns of a table, by name.

    :param finish: adds to the statement, given SQLAlchemy's INSERT of the dialect (an ON CONFLICT, say).
    """

    def __init__(self, model: type[Model], finish: Callable[[Any], Any] = lambda insert: insert) -> None:
        self._table: Any = model.__table__
        self._finish = finish
        self._compiled: dict[str, _Compiled] = {}

    def run(self, session: orm.Session | orm.scoped_session[Any], values: Mapping[str, Any]) -> bool:
        """Insert one row; say whether it was, where ``finish`` lets it be left out."""
        connection = session.connection()
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = self._compiled[connection.dialect.name] = self._compile(connection.dialect)
        given = dict(values)
        for name, process in compiled.processors:
            given[name] = process(given[name])
        parameters: Any = given if compiled.names is None else tuple([given[name] for name in compiled.names])
        return bool(prepared.run(connection, compiled.text, parameters))

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        build = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
        columns = [column.name for column in self._table.columns]
        statement = build(self._table).values({name: sa.bindparam(name) for name in columns})
        # RETURNING, so that both drivers have something to fetch.
        compiled: Any = self._finish(statement).returning(sa.literal_column("1")).compile(dialect=dialect)
        found = [
            (column.name, column.type.dialect_impl(dialect).bind_processor(dialect)) for column in self._table.columns
        ]
        processors = tuple((name, process) for name, process in found if process is not None)
        return _Compiled(str(compiled), tuple(compiled.positiontup) if compiled.positional else None, processors)


def loaded(row: Model) -> Any:
    """Make the session know a row that was inserted past it, as if it had been read."""
    orm.make_transient_to_detached(row)
    db.session.add(row)
    return row
