"""A ZIP written straight through: no file is held in memory, each one's digest and size are noted for the manifest."""

import hashlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Protocol, cast

SMALL = 64 * 1024
LARGE = 1024 * 1024


class Sink(Protocol):
    """Where the bytes of an archive go."""

    def write(self, data: bytes, /) -> int:
        """Take some."""


@dataclass
class File:
    """One file of the archive while it is written, and what the manifest says of it afterwards."""

    path: str
    facts: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256)
    _out: IO[bytes] | None = None
    _waiting: bytearray = field(default_factory=bytearray)

    def write(self, data: bytes) -> None:
        """Write some bytes."""
        self.size += len(data)
        self._digest.update(data)
        if len(data) > SMALL:  # a photo goes through as it is, not copied whole
            self.flush()
            self._pass_on(memoryview(data))
            return
        self._waiting += data
        if len(self._waiting) >= SMALL:
            self.flush()

    def flush(self) -> None:
        """Hand over what was collected: many small writes cost more than a few large ones."""
        if self._waiting:
            self._pass_on(memoryview(bytes(self._waiting)))
        self._waiting.clear()

    def _pass_on(self, data: memoryview) -> None:
        assert self._out is not None
        for start in range(0, len(data), LARGE):
            self._out.write(data[start : start + LARGE])

    def entry(self) -> dict[str, Any]:
        """Return the manifest's line."""
        return {"path": self.path, "bytes": self.size, "sha256": self._digest.hexdigest(), **self.facts}


class Archive:
    """Writes files one after the other into ``out``, which only needs to be written to; ZIP64 where it grows large."""

    def __init__(self, out: Sink, made_at: datetime) -> None:
        self._zip = zipfile.ZipFile(cast("IO[bytes]", out), "w", zipfile.ZIP_DEFLATED, allowZip64=True)
        self._date = made_at.timetuple()[:6]
        self.files: list[dict[str, Any]] = []

    @contextmanager
    def file(self, path: str, *, packed: bool = True, **facts: Any) -> Iterator[File]:
        """Give a file to be written; ``facts`` go into the manifest. Photos are packed already."""
        info = zipfile.ZipInfo(path, self._date)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.external_attr = 0o600 << 16
        made = File(path, facts)
        with self._zip.open(info, "w", force_zip64=True) as out:
            made._out = out
            yield made
            made.flush()
        self.files.append(made.entry())

    def add(self, path: str, data: bytes, *, packed: bool = True, **facts: Any) -> None:
        """Add a small file at once."""
        with self.file(path, packed=packed, **facts) as made:
            made.write(data)

    def abandon(self) -> None:
        """Write nothing more: what there is will never be an archive (a forgotten one would end itself properly)."""
        self._zip.fp = None

    def close(self) -> None:
        """Write the directory at the end; without it no reader opens the archive."""
        self._zip.close()
