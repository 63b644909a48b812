"""Statements that every page makes, compiled once and given to the driver as they are.

SQLAlchemy's way through a statement (cache key, context, cursor result) costs several times what SQLite needs to answer
it. A prepared statement keeps its types and its errors, and whoever listens for statements hears of it; only what one
page asks dozens of times a second is worth it.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

Processor = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    """A statement as one database's driver takes it.

    :ivar names: the order of the parameters where they go by position.
    :ivar constants: values that were written in the statement itself.
    """

    text: str
    constants: Mapping[str, Any]
    names: tuple[str, ...] | None
    processors: tuple[tuple[int, Processor], ...]


class Prepared:
    """A SELECT, or a change with RETURNING, with named parameters. Its rows are named tuples.

    Where it holds a list (``IN``), the parameters need a value to be compiled with: ``bindparam(name, None)``.
    """

    def __init__(self, statement: sa.Select[*tuple[Any, ...]] | sa.UpdateBase) -> None:
        self._statement = statement
        columns = [str(column.key) for column in statement.exported_columns]
        self._row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]
        self._compiled: dict[str, _Compiled] = {}

    def rows(self, connection: sa.Connection, given: Mapping[str, Any]) -> list[Any]:
        """Return the rows for the parameters that are ``given``."""
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = self._compiled[connection.dialect.name] = self._compile(connection.dialect)
        values = {**compiled.constants, **given}
        parameters: Any = values if compiled.names is None else tuple([values[name] for name in compiled.names])
        found = run(connection, compiled.text, parameters)
        if compiled.processors:
            found = [_processed(row, compiled.processors) for row in found]
        return [self._row._make(row) for row in found]

    def _compile(self, dialect: sa.Dialect) -> _Compiled:
        compiled: Any = self._statement.compile(dialect=dialect)
        if compiled.post_compile_params:  # a list that is the statement's own is written out
            compiled = self._statement.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
        names = tuple(compiled.positiontup) if compiled.positional else None
        found = [
            (place, column.type.dialect_impl(dialect).result_processor(dialect, None))
            for place, column in enumerate(self._statement.exported_columns)
        ]
        processors = tuple((place, process) for place, process in found if process is not None)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        return _Compiled(str(compiled), constants, names, processors)


def run(connection: sa.Connection, text: str, parameters: Any) -> Sequence[Sequence[Any]]:
    """Give a statement to the driver and return its rows; the driver's errors come as SQLAlchemy's."""
    if connection.dispatch.before_cursor_execute:  # somebody counts or logs statements
        return connection.exec_driver_sql(text, parameters).all()
    if not connection.in_transaction():
        connection.begin()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, parameters)
        rows: Sequence[Sequence[Any]] = cursor.fetchall()
    except connection.dialect.loaded_dbapi.Error as error:
        kind = connection.dialect.loaded_dbapi.Error
        raise exc.DBAPIError.instance(text, None, error, kind, dialect=connection.dialect) from error
    finally:
        cursor.close()
    return rows


def _processed(row: Sequence[Any], processors: Sequence[tuple[int, Processor]]) -> list[Any]:
    values = list(row)
    for place, process in processors:
        values[place] = process(values[place])
    return values
