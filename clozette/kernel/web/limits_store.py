"""A store for limits on one machine without Redis: two small files that all processes share.

``limits.db`` (SQLite) holds moving windows, ``limits.windows`` beside it the fixed ones, which every request counts in.
They keep only what a lost file may forget, so nobody waits for a disk (``synchronous=OFF``).
"""

import os
import sqlite3
import threading
from pathlib import Path
from urllib.parse import urlsplit

from limits.storage import MovingWindowSupport, Storage

from clozette.kernel import clock
from clozette.kernel.web.limits_windows import Windows

PATIENCE = 2.0  # seconds to wait for another process's write
PRUNE_EVERY = 1000

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS tries (key TEXT NOT NULL, at REAL NOT NULL, amount INTEGER NOT NULL, ends REAL NOT NULL);
    CREATE INDEX IF NOT EXISTS tries_by_key ON tries (key, at);
    CREATE INDEX IF NOT EXISTS tries_by_end ON tries (ends);
"""
# One statement, so that two processes can't both take the last place.
_TRY = """
    INSERT INTO tries (key, at, amount, ends) SELECT :key, :now, :amount, :now + :expiry
    WHERE :amount + (SELECT coalesce(sum(amount), 0) FROM tries WHERE key = :key AND at > :now - :expiry) <= :limit
"""
_WINDOW = "SELECT min(at), coalesce(sum(amount), 0) FROM tries WHERE key = :key AND at > :now - :expiry"


class FileStorage(Storage, MovingWindowSupport):
    """Fixed and moving windows, safe between threads and processes; time is the application's clock."""

    STORAGE_SCHEME = ["clozette-file"]

    def __init__(self, uri: str, wrap_exceptions: bool = True, **options: float | str | bool) -> None:
        """Open the files that ``uri`` (``clozette-file:///path``) names without their endings; make them if need be."""
        super().__init__(uri, wrap_exceptions=wrap_exceptions, **options)
        path = Path(urlsplit(uri).path)
        self.path = path.with_suffix(".db")
        self.windows = Windows(path.with_suffix(".windows"))
        self._local = threading.local()
        self._since_pruning = 0

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What a broken store raises."""
        return (sqlite3.Error, OSError)

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count in a fixed window that the first hit opens; return the count."""
        return self.windows.count(key, expiry, amount, _now())[0]

    def get(self, key: str) -> int:
        """Return the count of a fixed window."""
        return self.windows.standing(key, _now())[0]

    def get_expiry(self, key: str) -> float:
        """Return when a fixed window ends."""
        return self.windows.standing(key, _now())[1]

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Take ``amount`` places of a moving window, if there are so many."""
        self._prune_sometimes()
        values = {"key": key, "now": _now(), "amount": amount, "expiry": expiry, "limit": limit}
        return self._connection.execute(_TRY, values).rowcount == 1

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """Return when the oldest place of a moving window was taken, and how many are."""
        now = _now()
        start, count = self._connection.execute(_WINDOW, {"key": key, "now": now, "expiry": expiry}).fetchone()
        return (now if start is None else start), count

    def clear(self, key: str) -> None:
        """Forget one key."""
        self.windows.clear(key)
        self._connection.execute("DELETE FROM tries WHERE key = ?", (key,))

    def check(self) -> bool:
        """Whether the file of moving windows can be read."""
        return bool(self._connection.execute("SELECT 1").fetchone())

    def reset(self) -> int | None:
        """Forget everything; return how many tries of moving windows that were."""
        self.windows.reset()
        return self._connection.execute("DELETE FROM tries").rowcount

    @property
    def _connection(self) -> sqlite3.Connection:
        """This thread's connection, in this process."""
        if getattr(self._local, "pid", None) != os.getpid():
            self._local.connection = self._connect()
            self._local.pid = os.getpid()
        found: sqlite3.Connection = self._local.connection
        return found

    def _connect(self) -> sqlite3.Connection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=OFF")
        connection.executescript(_SCHEMA)
        return connection

    def _prune_sometimes(self) -> None:
        self._since_pruning += 1
        if self._since_pruning >= PRUNE_EVERY:
            self._since_pruning = 0
            self._connection.execute("DELETE FROM tries WHERE ends <= ?", (_now(),))


def _now() -> float:
    return clock.now().timestamp()
