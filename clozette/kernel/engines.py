"""The engines beneath the sessions: their addresses, limits and settings, the same for every connection they open."""

import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from clozette.kernel import digests

MAPPED = 2_000_000_000
"""How much of the SQLite file is read by mapping it into memory: a read is then no system call and no copy."""
CACHED_KIB = 16 * 1024
"""How much of it each connection may keep."""
REST = 1.0
"""After how many seconds of rest a connection is asked whether it still stands."""
_USED = "used"


def config(url: str, **options: Any) -> dict[str, dict[str, Any]]:
    """Return Flask-SQLAlchemy-Lite's engines for one database address: ``default`` reads, ``write`` writes."""
    # An error of the database goes into a log: without the values, which are somebody's.
    common: dict[str, Any] = {"url": url, "hide_parameters": True, **options}
    if sa.make_url(url).get_backend_name() == "sqlite":
        common.setdefault("connect_args", {"timeout": 10, "cached_statements": 256})
        return {"default": common, "write": dict(common)}
    # A stuck statement or lock must become a 503, never a worker that waits for ever.
    limits = "-c statement_timeout=15000 -c lock_timeout=4000"
    # Said once as it connects: an execution option would be set and taken back with every use.
    reads = {"options": f"{limits} -c default_transaction_read_only=on"}
    return {"default": {**common, "connect_args": reads}, "write": {**common, "connect_args": {"options": limits}}}


def prepare(engine: sa.Engine, *, writes: bool) -> None:
    """Teach SQLite our transactions; let PostgreSQL's rested connections be asked first whether they still stand."""
    if engine.dialect.name == "postgresql":
        _ask_after_a_rest(engine)
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare_sqlite(writes=writes))
        sa.event.listen(engine, "begin", _begin_with("BEGIN IMMEDIATE" if writes else "BEGIN"))


def _ask_after_a_rest(engine: sa.Engine) -> None:
    """Ask a pooled connection whether it still stands, unless it was in use a moment ago: it costs a transaction."""

    def note(connection: Any, record: ConnectionPoolEntry) -> None:
        record.info[_USED] = time.monotonic()

    def ask(connection: Any, record: ConnectionPoolEntry, proxy: PoolProxiedConnection) -> None:
        if time.monotonic() - record.info.get(_USED, time.monotonic()) < REST:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.DisconnectionError from error  # the pool opens another one

    sa.event.listen(engine, "checkin", note)
    sa.event.listen(engine, "checkout", ask)


def _prepare_sqlite(*, writes: bool) -> Callable[[Any, Any], None]:
    def prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        digests.teach_sqlite(connection)
        pragmas = ("journal_mode=WAL", "foreign_keys=ON", "synchronous=NORMAL", "secure_delete=ON")
        for pragma in (*pragmas, f"mmap_size={MAPPED}", f"cache_size=-{CACHED_KIB}"):
            connection.execute(f"PRAGMA {pragma}")
        if not writes:
            connection.execute("PRAGMA query_only=ON")

    return prepare


def _begin_with(statement: str) -> Callable[[sa.Connection], None]:
    def begin(connection: sa.Connection) -> None:
        raw = connection.connection.dbapi_connection
        assert raw is not None
        raw.execute(statement)  # sqlite3's own shortcut: one cursor less for every transaction

    return begin
