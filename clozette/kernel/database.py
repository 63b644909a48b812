"""The database: one session per context, reads and writes told apart, nothing committed but at the edge.

On SQLite a writing transaction starts with ``BEGIN IMMEDIATE`` and a reading one can't write at all; read-modify-write
under a plain ``BEGIN`` loses updates without an error. On PostgreSQL a reading transaction is READ ONLY.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, lru_cache
from inspect import iscoroutinefunction
from typing import Annotated, Any

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import mapped_column
from sqlalchemy.pool import QueuePool

from clozette.kernel import context, engines
from clozette.kernel.ids import new_id

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

_READER, _WRITER, _SESSIONS = "database_reader", "database_writer", "database_sessions"
_IDLE = "clozette.idle_readers"
REFUSES_KNOWN = "refuses_known"
"""In a table's ``info``: on SQLite a trigger raises for a row whose key is known (append-only tables)."""


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, whatever the database keeps."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[Any], Any] | None:
        """Write it for SQLite by Python's own ISO format, once for all rows that keep the same moment."""
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], Any] | None:
        """Read SQLite's text by Python's own reader, which knows the zone too."""
        return _read if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a moment without a zone; keep UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Give UTC back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


@lru_cache(maxsize=1024)
def _written(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a moment needs its zone")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _read(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(f"{text}+00:00")


# On SQLite "INTEGER PRIMARY KEY" is the row's own place in the file; "BIGINT PRIMARY KEY" would be an index beside it,
# and every lookup would search two trees instead of one. Both keep 64 bits.
BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

Id = Annotated[int, mapped_column(BigInt, primary_key=True, autoincrement=False, default=new_id)]
"""A primary key made by ``ids.new_id``."""


class Model(orm.DeclarativeBase):
    """Base of every table. Tables are named ``<room>_<things>``."""

    metadata = sa.MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, int: BigInt, dict[str, Any]: sa.JSON, list[str]: sa.JSON}


class Session(orm.Session):
    """The session of a context: bound to the writing engine, unless the context is a safe request (GET, HEAD)."""

    def get_bind(self, *args: Any, **kwargs: Any) -> sa.Engine | sa.Connection:
        """Choose the engine by the kind of request; the connection that this context writes by already, if there is one."""
        if self.bind is not None:
            return self.bind
        if is_reading():
            self.join_transaction_mode = "conditional_savepoint"
            return reader()
        # What was written past the session before it began is committed and rolled back by it.
        self.join_transaction_mode = "control_fully"
        return _writer() or db.get_engine("write")


class Database(SQLAlchemy):
    """The extension. A deed asks it for its session dozens of times."""

    @property
    def session(self) -> orm.Session:
        """Return the context's session: without the proxies, once there is one."""
        found = session_here()
        if found is None:
            found = super().session
            if is_writing():
                found.connection()  # so that it also undoes what was written so far
        return found


db = Database(session_options={"class_": Session})


def session_here() -> orm.Session | None:
    """Return the context's session, if somebody has asked for it."""
    found: orm.Session | None = context.kept().get("_sqlalchemy_sessions", {}).get("default")
    return found


def flush() -> None:
    """Write what the session holds back, before a statement that goes past it; most deeds on the quick ways have none."""
    session = session_here()
    if session is not None:
        session.flush()


def forget() -> None:
    """Let the session read anew what a statement changed past it."""
    session = session_here()
    if session is not None:
        session.expire_all()


def is_writing() -> bool:
    """Whether a transaction is open that writes past the session."""
    writer = _writer()
    return writer is not None and writer.in_transaction()


def commit() -> None:
    """Commit what this context wrote, by its session or past it; for the edge alone."""
    session, writer = session_here(), _writer()
    if session is not None:
        session.commit()
    elif writer is not None:
        if writer.in_transaction():
            writer.commit()
        _let_go_of_writer()


def rollback() -> None:
    """Undo it."""
    session, writer = session_here(), _writer()
    if session is not None:
        session.rollback()
    elif writer is not None:
        if writer.in_transaction():
            writer.rollback()
        _let_go_of_writer()


def _let_go_of_writer() -> None:
    writer: sa.Connection | None = context.kept().pop(_WRITER, None)
    if writer is not None:
        writer.close()


def is_reading() -> bool:
    """Whether this context may only read."""
    return bool(context.kept().get("reading_only", False))


def reader() -> sa.Connection:
    """Return the one connection that a reading context reads by, its session included; ``release`` gives it back.

    Asking it directly costs half of what the session's own bookkeeping does; for queries that every page makes.
    """
    kept = context.kept()
    assert kept.get("reading_only")
    connection: sa.Connection | None = kept.get(_READER)
    if connection is None:
        connection = kept[_READER] = _take()
    return connection


def release() -> None:
    """End the reading, if this context has read, and give back what it wrote by."""
    _let_go_of_writer()
    connection: sa.Connection | None = context.kept().pop(_READER, None)
    if connection is not None:
        # Not a rollback: psycopg forgets its prepared statements at each, and every page would be planned anew.
        connection.commit()
        _give(connection)


def _take() -> sa.Connection:
    """Return a connection that reads: one that another request has done with, or a new one."""
    try:
        return _idle().pop()
    except IndexError:
        return db.get_engine("default").connect()


def _give(connection: sa.Connection) -> None:
    """Keep a connection to SQLite for whoever reads next: it is a file of ours, which does not go away as a server does.

    It stays checked out of its pool, whose bookkeeping costs as much as a small query.
    """
    pool, is_file = connection.engine.pool, connection.dialect.name == "sqlite"
    # Where more are out than the pool keeps, somebody may be waiting at the pool for this one.
    waited_for = not isinstance(pool, QueuePool) or pool.checkedout() > pool.size()
    if is_file and not waited_for and not connection.invalidated:
        _idle().append(connection)
    else:
        connection.close()


def _idle() -> list[sa.Connection]:
    idle: list[sa.Connection] = context.app().extensions[_IDLE]
    return idle


def connection() -> sa.Connection:
    """Return the connection that this context reads or writes by, for statements that are given to it directly.

    A deed that asks for nothing else needs no session, whose bookkeeping costs as much as what such a deed writes.
    """
    kept = context.kept()
    if kept.get("reading_only"):
        return reader()
    session = session_here()
    if session is None:
        writer = _writer()
        if writer is None:
            writer = kept[_WRITER] = db.get_engine("write").connect()
        return writer
    known: sa.Connection | None = kept.get(_SESSIONS)
    if known is None or known.closed or not known.in_transaction():
        known = kept[_SESSIONS] = session.connection()
    return known


def _writer() -> sa.Connection | None:
    writer: sa.Connection | None = context.kept().get(_WRITER)
    return writer


@contextmanager
def beside() -> Iterator[sa.Connection]:
    """Give a connection that reads beside the session's own transaction; it ends without a rollback, as ``release`` does.

    On PostgreSQL each statement is a transaction of its own, as it would be seen in one: BEGIN and COMMIT are two more
    ways there and back.
    """
    connection = _take()
    try:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
        yield connection
        if connection.in_transaction():
            connection.commit()
    except BaseException:
        connection.close()
        raise
    _give(connection)


@contextmanager
def writing() -> Iterator[orm.Session]:
    """Give a writing session of its own, committed at the end; only for bookkeeping at the edge, never for a deed."""
    with Session(db.get_engine("write")) as session, session.begin():
        yield session


@contextmanager
def committed(app: Flask) -> Iterator[None]:
    """Give a command of the command line its context; what it did is committed at its end, or not at all."""
    with app.app_context():
        yield
        db.session.commit()


def forget_log() -> None:
    """Empty SQLite's log of changes into the file, where deleted rows are overwritten; in the log they would stay.

    Somebody who reads at this moment keeps a part of it; the next time takes that too. PostgreSQL has nothing like it.
    """
    engine = db.get_engine("write")
    if engine.dialect.name != "sqlite":
        return
    db.session.commit()  # this very session would be such a reader
    connection = engine.raw_connection()
    try:
        raw: Any = connection.driver_connection
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def insert_once(model: type[Model], **values: Any) -> bool:
    """Insert a row unless a unique constraint already holds its like; say whether it was inserted.

    The one race-proof way to "add if absent": two requests at once leave one row and no error.
    """
    session = db.session
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    # A trigger that refuses to replace a row can't tell that apart from leaving it alone. The write lock is ours already.
    if on_sqlite and _is_known(model, values):
        return False
    session.flush()
    columns = orm.class_mapper(model).columns
    given = {columns[name].name: value for name, value in values.items()}
    return session.execute(_adding(model.__table__, on_sqlite), given).first() is not None


@cache
def _adding(table: Any, on_sqlite: bool) -> sa.Executable:
    """Return the statement, made once for a table."""
    build = sqlite.insert if on_sqlite else postgresql.insert
    # RETURNING tells it on both databases; psycopg's count of inserted rows is -1 here.
    added: sa.Executable = build(table).on_conflict_do_nothing().returning(sa.literal_column("1"))
    return added


def _is_known(model: type[Model], values: dict[str, Any]) -> bool:
    """Whether a row of a table that refuses known keys shares the primary key or another unique key with ``values``."""
    table = model.__table__
    if not isinstance(table, sa.Table) or REFUSES_KNOWN not in table.info:
        return False
    unique = (sa.PrimaryKeyConstraint, sa.UniqueConstraint)
    keys = [key.columns for key in table.constraints if isinstance(key, unique)]
    same = [
        sa.and_(*(column == values[column.key] for column in key)) for key in keys if values.keys() >= set(key.keys())
    ]
    return (
        bool(same) and db.session.scalar(sa.select(sa.literal(1)).select_from(table).where(sa.or_(*same))) is not None
    )


def init_app(app: Flask) -> None:
    """Make the engines of ``app`` from its ``SQLALCHEMY_ENGINES`` and give each of them our ways."""
    app.teardown_appcontext(lambda _: release())  # the first one registered is the last to run
    app.extensions[_IDLE] = []
    db.init_app(app)
    # The extension also closes async sessions, which we have none of, in a thread of its own: 0.5 ms a request.
    app.teardown_appcontext_funcs = [close for close in app.teardown_appcontext_funcs if not iscoroutinefunction(close)]
    with app.app_context():
        db.sessionmaker.configure(bind=None)  # the extension binds to the reading engine; our session chooses by itself
        for name, engine in db.engines.items():
            engines.prepare(engine, writes=name == "write")
