"""Fixed windows that all processes of a machine share: a file of places of equal size, one read and one write a count.

Every request counts, so this must cost next to nothing, and a page that only reads must not wait for a database's writer.
A window has its few places by its key; where all of them are taken, that of the least count is given away: who comes from
very many addresses pushes out their own tries, not the count of one who presses on. A file that is lost or cut forgets.
"""

import fcntl
import hashlib
import os
import struct
import threading
from functools import lru_cache
from pathlib import Path

_BUCKETS, _PLACES = 1 << 15, 8
_PLACE = struct.Struct("<16sdq")  # key, end, count
_BUCKET = _PLACE.size * _PLACES


class _File:
    """The file as one process has it, to be entered by whoever uses it alone: its own lock is between processes only."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.pid = os.getpid()
        self._threads = threading.Lock()
        self._number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)

    def __enter__(self) -> int:
        self._threads.acquire()
        try:
            fcntl.flock(self._number, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise
        return self._number

    def __exit__(self, *error: object) -> None:
        try:
            fcntl.flock(self._number, fcntl.LOCK_UN)
        finally:
            self._threads.release()


class Windows:
    """Counts by name, safe between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: _File | None = None

    def count(self, name: str, expiry: float, amount: int, now: float) -> tuple[int, float]:
        """Count in a window that the first one opens; return the count, and when the window ends."""
        key, start = _where(name)
        with self._alone() as file:
            bucket = _read(file, start)
            place = _place_of(key, bucket, now)
            known, end, count = _PLACE.unpack_from(bucket, place)
            if known != key or end <= now:
                end, count = now + expiry, 0
            count += amount
            os.pwrite(file, _PLACE.pack(key, end, count), start + place)
        return count, end

    def standing(self, name: str, now: float) -> tuple[int, float]:
        """Return the count of a window and when it ends; of one that is over nothing, and now."""
        key, start = _where(name)
        with self._alone() as file:
            bucket = _read(file, start)
        known, end, count = _PLACE.unpack_from(bucket, _place_of(key, bucket, now))
        return (count, end) if known == key and end > now else (0, now)

    def clear(self, name: str) -> None:
        """Forget one window."""
        key, start = _where(name)
        with self._alone() as file:
            bucket = _read(file, start)
            place = _place_of(key, bucket, now=0)
            if bucket.startswith(key, place):
                os.pwrite(file, bytes(_PLACE.size), start + place)

    def reset(self) -> None:
        """Forget everything."""
        with self._alone() as file:
            os.ftruncate(file, 0)

    def _alone(self) -> _File:
        """Return the file; a fork would share its parent's, and with it the lock."""
        found = self._known
        if found is None or found.pid != os.getpid():
            found = self._known = _File(self._path)
        return found


@lru_cache(maxsize=4096)
def _where(name: str) -> tuple[bytes, int]:
    """Return what stands for a name, and where the places begin that it may have."""
    key = hashlib.blake2b(name.encode(), digest_size=16).digest()
    return key, int.from_bytes(key[:4], "big") % _BUCKETS * _BUCKET


def _read(file: int, start: int) -> bytes:
    return os.pread(file, _BUCKET, start).ljust(_BUCKET, b"\0")


def _place_of(key: bytes, bucket: bytes, now: float) -> int:
    """Return the place of a key: its own, else one that is free or over, else that of the least count."""
    own = bucket.find(key)
    if own % _PLACE.size == 0:
        return own
    counts = [count if end > now else 0 for _, end, count in _PLACE.iter_unpack(bucket)]
    return counts.index(min(counts)) * _PLACE.size
