"""An export's rows as bytes, a chunk at a time: neither the members nor the file are ever in memory as a whole.

PostgreSQL writes them itself (COPY): CSV as its own CSV, JSON by ``row_to_json``; we pass on what comes. For SQLite the
same bytes are written here. ``csv_line`` and ``json_line`` are what both are held against.
"""

import json
import select
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

import psycopg
import sqlalchemy as sa
from psycopg import ClientCursor, pq

from clozette.kernel.formulas import neutral, neutral_sql
from clozette.rights.bulk.uses import Column

Style = Literal["csv", "jsonl"]
Value = str | date | datetime | None

MARK = "export"
"""The name of the last column, which is the download's mark in every row."""
CHUNK = 128 * 1024
# A big table is worth several processes that write its rows (the planner thinks only of reading them), and no compiler.
_SETTINGS = (
    "SET LOCAL statement_timeout = '15min'",
    "SET LOCAL timezone = 'UTC'",
    "SET LOCAL datestyle = 'ISO'",
    "SET LOCAL parallel_tuple_cost = 0",
    "SET LOCAL jit = off",
)
# JSON has no control characters, so that with these as its signs CSV changes nothing in it. (COPY's text format would
# double every backslash.)
_COPY = {
    "csv": "COPY ({}) TO STDOUT (FORMAT csv, FORCE_QUOTE *)",
    "jsonl": r"COPY ({}) TO STDOUT (FORMAT csv, QUOTE E'\x01', DELIMITER E'\x02')",
}


@dataclass(frozen=True)
class Chunk:
    """Some bytes, and how many people are in them."""

    data: bytes
    people: int


@dataclass(frozen=True)
class Asked:
    """Whose columns, in which style, under which mark."""

    columns: Sequence[Column]
    conditions: Sequence[sa.ColumnElement[bool]]
    style: Style
    mark: str


class Broken(Exception):
    """The database did not send everything."""


def header(asked: Asked) -> bytes:
    """Return the first line; JSON Lines has none."""
    if asked.style == "jsonl":
        return b""
    return csv_line([*(column.name for column in asked.columns), MARK])


def prepare(connection: sa.Connection) -> None:
    """Make a transaction one for big reads, to its end."""
    for setting in _SETTINGS if connection.dialect.name != "sqlite" else ():
        connection.exec_driver_sql(setting)


def chunks(connection: sa.Connection, asked: Asked) -> Iterator[Chunk]:
    """Yield all rows, in a transaction of the caller's that was prepared."""
    if connection.dialect.name == "sqlite":
        return _from_sqlite(connection, asked)
    return copied(connection, _selected(asked), asked.style)


def csv_line(values: Sequence[Value]) -> bytes:
    """Return a line of CSV: every value quoted, nothing at all for none, formulas neutralised."""
    return (",".join([_csv_value(value) for value in values]) + "\n").encode()


def json_line(names: Sequence[str], values: Sequence[Value]) -> bytes:
    """Return a line of JSON: texts exactly as they are kept."""
    known = dict(zip(names, map(_json_value, values), strict=True))
    return json.dumps(known, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _csv_value(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        text = _moment(value, " ")
    else:
        text = neutral(value) if isinstance(value, str) else value.isoformat()
    return '"' + text.replace('"', '""') + '"'


def _json_value(value: Value) -> str | None:
    if isinstance(value, datetime):
        return _moment(value, "T") + "+00:00"
    return value.isoformat() if isinstance(value, date) else value


def _moment(value: datetime, between: str) -> str:
    """Write a moment in UTC as PostgreSQL does: no more digits than it has."""
    value = value.astimezone(UTC).replace(tzinfo=None)
    return value.isoformat(between).rstrip("0") if value.microsecond else value.isoformat(between)


def _from_sqlite(connection: sa.Connection, asked: Asked) -> Iterator[Chunk]:
    names = [*(column.name for column in asked.columns), MARK]
    wanted = sa.select(*(column.source for column in asked.columns)).where(*asked.conditions)
    found = connection.execution_options(yield_per=500).execute(wanted)
    for some in found.partitions():
        rows = [(*row, asked.mark) for row in some]
        lines = [csv_line(row) if asked.style == "csv" else json_line(names, row) for row in rows]
        yield Chunk(b"".join(lines), len(lines))


def copied(connection: sa.Connection, wanted: sa.Select[Any], style: Style) -> Iterator[Chunk]:
    """Yield what PostgreSQL's COPY makes of a query, "jsonl" being one column as it is.

    A cursor would bring as little into memory at once, but a query behind one never gets several processes.
    """
    raw = connection.connection.driver_connection
    assert isinstance(raw, psycopg.Connection)
    statement = _COPY[style].format(_mogrified(raw, wanted, connection.dialect))
    try:
        yield from _copied(raw.pgconn, statement)
    except BaseException:
        # The rest of the answer is still on its way: this connection can't be asked anything else.
        connection.invalidate()
        raise


def _selected(asked: Asked) -> sa.Select[Any]:
    mark = sa.literal(asked.mark, sa.Text).label(MARK)
    if asked.style == "csv":
        columns = [_for_csv(column).label(column.name) for column in asked.columns]
        return sa.select(*columns, mark).where(*asked.conditions)
    columns = [column.source.label(column.name) for column in asked.columns]
    rows = sa.select(*columns, mark).where(*asked.conditions).subquery("one")
    return sa.select(sa.func.row_to_json(sa.literal_column("one"))).select_from(rows)


def _for_csv(column: Column) -> sa.ColumnElement[Any]:
    source: sa.ColumnElement[Any] = sa.type_coerce(column.source, column.source.type)
    if column.kind == "moment":
        return sa.func.timezone("UTC", source)
    return neutral_sql(source) if column.kind == "text" else source


def _mogrified(raw: psycopg.Connection[Any], wanted: sa.Select[Any], dialect: sa.Dialect) -> str:
    """Write the parameters into the statement, by the driver's own hand: COPY takes none."""
    compiled = wanted.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    return ClientCursor(raw).mogrify(str(compiled), compiled.construct_params())


def _copied(server: pq.abc.PGconn, statement: str) -> Iterator[Chunk]:
    """Yield what COPY sends. psycopg's own loop asks the event machinery for every row; this asks only when there is none."""
    server.send_query(statement.encode())
    server.flush()
    _wait_while_busy(server)
    _expect(server.get_result(), pq.ExecStatus.COPY_OUT)
    rows: list[memoryview | bytes] = []
    size = 0
    while True:
        length, row = server.get_copy_data(1)
        if length > 0:
            rows.append(row)
            size += length
            if size < CHUNK:
                continue
        elif length == 0:
            _wait(server)
            continue
        if rows:
            yield Chunk(b"".join(rows), len(rows))
            rows, size = [], 0
        if length < 0:
            break
    _expect(server.get_result(), pq.ExecStatus.COMMAND_OK)
    while server.get_result() is not None:
        pass


def _wait(server: pq.abc.PGconn) -> None:
    select.select([server.socket], [], [])
    server.consume_input()


def _wait_while_busy(server: pq.abc.PGconn) -> None:
    while server.is_busy():
        _wait(server)


def _expect(result: pq.abc.PGresult | None, status: pq.ExecStatus) -> None:
    if result is None or result.status != status:
        raise Broken(result.error_message.decode(errors="replace") if result is not None else "no answer")
