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
    """An INSERT of all columns of a table, by name, for as many rows as there are.

    :param finish: adds to the statement, given SQLAlchemy's INSERT of the dialect (an ON CONFLICT, say).
    """

    def __init__(self, model: type[Model], finish: Callable[[Any], Any] = lambda insert: insert) -> None:
        self._table: Any = model.__table__
        self._finish = finish
        self._columns = [column.name for column in self._table.columns]
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def run(self, session: orm.Session | orm.scoped_session[Any], *rows: Mapping[str, Any]) -> bool:
        """Insert rows in one statement; say whether any was, where ``finish`` lets them be left out."""
        connection = session.connection()
        key = (connection.dialect.name, len(rows))
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._compile(connection.dialect, len(rows))
        given = {f"{name}_{place}": row[name] for place, row in enumerate(rows) for name in self._columns}
        for name, process in compiled.processors:
            given[name] = process(given[name])
        parameters: Any = given if compiled.names is None else tuple([given[name] for name in compiled.names])
        return bool(prepared.run(connection, compiled.text, parameters))

    def _compile(self, dialect: sa.Dialect, count: int) -> _Compiled:
        build = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
        rows = [{column.name: _parameter(column, place) for column in self._table.columns} for place in range(count)]
        # RETURNING, so that both drivers have something to fetch.
        statement = self._finish(build(self._table).values(rows)).returning(sa.literal_column("1"))
        compiled: Any = statement.compile(dialect=dialect)
        found = [
            (f"{column.name}_{place}", column.type.dialect_impl(dialect).bind_processor(dialect))
            for column in self._table.columns
            for place in range(count)
        ]
        processors = tuple((name, process) for name, process in found if process is not None)
        return _Compiled(str(compiled), tuple(compiled.positiontup) if compiled.positional else None, processors)


def _parameter(column: Any, place: int) -> sa.BindParameter[Any]:
    return sa.bindparam(f"{column.name}_{place}", type_=column.type)


def loaded(row: Model) -> Any:
    """Make the session know a row that was inserted past it, as if it had been read."""
    orm.make_transient_to_detached(row)
    db.session.add(row)
    return row
