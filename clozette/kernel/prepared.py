"""Statements that every page makes, compiled once and given to the driver as they are.

SQLAlchemy's way through a statement (cache key, context, cursor result) costs several times what SQLite needs to answer
it. A prepared statement keeps its types and its errors, and whoever listens for statements hears of it; only what one
page asks dozens of times a second is worth it.
"""

from collections import namedtuple
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc, orm
from sqlalchemy.dialects import postgresql, sqlite

from clozette.kernel.database import BigInt, Model, session_here

Processor = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    """A statement as one database's driver takes it.

    :ivar names: the order of the parameters where they go by position.
    :ivar constants: values that were written in the statement itself.
    :ivar given: what makes of a parameter what the driver takes, where it takes something else.
    """

    text: str
    constants: Mapping[str, Any]
    names: tuple[str, ...] | None
    given: tuple[tuple[str, Processor], ...]
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

    def rows(self, connection: sa.Connection, given: Mapping[str, Any], *, alone: bool = False) -> list[Any]:
        """Return the rows for the parameters that are ``given``.

        :param alone: needs no transaction; if none is open, none is begun.
        """
        compiled = self._compiled.get(connection.dialect.name)
        if compiled is None:
            compiled = self._compiled[connection.dialect.name] = self._compile(connection.dialect)
        values = {**compiled.constants, **given}
        for name, process in compiled.given:
            values[name] = process(values[name])
        parameters: Any = values if compiled.names is None else tuple([values[name] for name in compiled.names])
        found = run(connection, compiled.text, parameters, alone=alone)
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
        types = [(name, one.type) for name, one in compiled.binds.items() if name in compiled.params]
        return _Compiled(str(compiled), constants, names, binders(types, dialect), processors)


class Among:
    """A prepared statement about a list of ids: one for each of a few lengths, in which a shorter list repeats its last id.

    :param make: builds the statement around what stands for the list: ``lambda some: select(...).where(Row.id.in_(some))``.
        Where rows are counted, an id that is repeated must count once.
    """

    _MOST = 1024

    def __init__(self, make: Callable[[list[Any]], sa.Select[*tuple[Any, ...]] | sa.UpdateBase]) -> None:
        self._make = make
        self._of_length: dict[int, Prepared] = {}

    def rows(
        self, connection: sa.Connection, ids: Collection[int], given: Mapping[str, Any] | None = None
    ) -> list[Any]:
        """Return the rows for some ids, and the other parameters."""
        some, found = list(ids), list[Any]()
        for start in range(0, len(some), self._MOST):
            part = some[start : start + self._MOST]
            length = next(4**power for power in range(6) if 4**power >= len(part))
            part += part[-1:] * (length - len(part))
            values = {f"some_{place}": one for place, one in enumerate(part)}
            found += self._prepared(length).rows(connection, {**values, **(given or {})})
        return found

    def _prepared(self, length: int) -> Prepared:
        if length not in self._of_length:
            some: list[Any] = [sa.bindparam(f"some_{place}", None, type_=BigInt) for place in range(length)]
            self._of_length[length] = Prepared(self._make(some))
        return self._of_length[length]


class Insert:
    """An INSERT into a table, by its columns' names, for as many rows as there are; what is left out has its default.

    :param finish: adds to the statement, given SQLAlchemy's INSERT of the dialect (an ON CONFLICT, say).
    """

    _AT_ONCE = (64, 16, 4, 3, 2, 1)

    def __init__(self, model: type[Model], finish: Callable[[Any], Any] = lambda insert: insert) -> None:
        self._table: Any = model.__table__
        self._finish = finish
        self._columns = [column.name for column in self._table.columns]
        defaults = [(column.name, column.default) for column in self._table.columns if column.default is not None]
        self._fixed = dict.fromkeys(self._columns) | {name: one.arg for name, one in defaults if one.is_scalar}
        self._made = {name: one.arg for name, one in defaults if one.is_callable}
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def run(self, connection: sa.Connection, *rows: Mapping[str, Any]) -> bool:
        """Insert rows, a few by one statement; say whether any was, where ``finish`` lets them be left out."""
        done, start = False, 0
        while start < len(rows):
            count = next(size for size in self._AT_ONCE if size <= len(rows) - start)
            done |= self._run(connection, rows[start : start + count])
            start += count
        return done

    def _run(self, connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> bool:
        key = (connection.dialect.name, len(rows))
        compiled = self._compiled.get(key)
        if compiled is None:
            compiled = self._compiled[key] = self._compile(connection.dialect, len(rows))
        given = {f"{name}_{place}": one for place, row in enumerate(rows) for name, one in self._whole(row).items()}
        for name, process in compiled.given:
            given[name] = process(given[name])
        parameters: Any = given if compiled.names is None else tuple([given[name] for name in compiled.names])
        return bool(run(connection, compiled.text, parameters))

    def _whole(self, row: Mapping[str, Any]) -> dict[str, Any]:
        made = {name: make(None) for name, make in self._made.items() if name not in row}
        return {**self._fixed, **made, **row}

    def _compile(self, dialect: sa.Dialect, count: int) -> _Compiled:
        build = sqlite.insert if dialect.name == "sqlite" else postgresql.insert
        rows = [{column.name: _parameter(column, place) for column in self._table.columns} for place in range(count)]
        # RETURNING, so that both drivers have something to fetch.
        statement = self._finish(build(self._table).values(rows)).returning(sa.literal_column("1"))
        compiled: Any = statement.compile(dialect=dialect)
        types = [(f"{one.name}_{place}", one.type) for one in self._table.columns for place in range(count)]
        names = tuple(compiled.positiontup) if compiled.positional else None
        return _Compiled(str(compiled), {}, names, binders(types, dialect), ())


def loaded(row: Any) -> Any:
    """Make the session, if there is one, know a row that was inserted past it, as if it had been read."""
    session = session_here()
    if session is not None:
        orm.make_transient_to_detached(row)
        session.add(row)
    return row


def run(connection: sa.Connection, text: str, parameters: Any, *, alone: bool = False) -> Sequence[Sequence[Any]]:
    """Give a statement to the driver and return its rows; the driver's errors come as SQLAlchemy's."""
    if connection.dispatch.before_cursor_execute:  # somebody counts or logs statements
        return connection.exec_driver_sql(text, parameters).all()
    if not alone and not connection.in_transaction():
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


def binders(types: Sequence[tuple[str, Any]], dialect: sa.Dialect) -> tuple[tuple[str, Processor], ...]:
    """Return what makes of parameters, by their names, what the driver takes; those that need nothing are left out."""
    found = [(name, kind.dialect_impl(dialect).bind_processor(dialect)) for name, kind in types]
    return tuple((name, process) for name, process in found if process is not None)


def _parameter(column: Any, place: int) -> sa.BindParameter[Any]:
    return sa.bindparam(f"{column.name}_{place}", type_=column.type)
