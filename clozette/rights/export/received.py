"""An archive that somebody hands in: opened, checked against its own manifest, and read without trusting its sizes."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from clozette.rights.export import schema

CHUNK = 1024 * 1024
MOST_FILES = 200_000
MOST_MANIFEST = 32 * 1024 * 1024
MOST_LINE = 16 * 1024 * 1024
MOST_TOGETHER = 16 * 1024**3
"""So many bytes may come out of an archive, whatever it says of itself."""
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError)
"""What ``zipfile`` raises on a file that is not as it should be."""


class Unfit(Exception):
    """The archive can't be taken; the text says why, in words for whoever runs the site."""


class Received:
    """One archive that is read."""

    def __init__(self, source: Path | IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
        except _BROKEN as error:
            raise Unfit("This is no whole ZIP archive.") from error
        try:
            self._refuse_too_much()
            self.manifest = self._manifest()
        except Unfit:
            self._zip.close()
            raise
        self._files: dict[str, dict[str, Any]] = {one["path"]: one for one in self.manifest["files"]}

    def __enter__(self) -> "Received":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def check(self, *, incomplete: bool) -> None:
        """Check that every file is there and is what the manifest says.

        :raises Unfit: naming the first that isn't.
        """
        if not (self.manifest["complete"] or incomplete):
            raise Unfit("It says itself that files are missing. Take it all the same with --incomplete.")
        names = self._zip.namelist()
        if len(names) != len(set(names)) or set(names) != {*self._files, "manifest.json"}:
            raise Unfit("Its files are not those of its manifest.")
        for path, said in self._files.items():
            digest = hashlib.sha256()
            for chunk in self._chunks(path):
                digest.update(chunk)
            if digest.hexdigest() != said["sha256"]:
                raise Unfit(f"{path} is not what the manifest says.")

    def count(self, name: str) -> int:
        """Return how many rows a section has."""
        return int(self.manifest["counts"].get(name, 0))

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a section; each stands on a line of its own, so that a large table takes no memory."""
        path = f"data/{name}.json"
        if path not in self._files:
            return
        with self._opened(path) as file:
            head = _json(path, self._line(file) + b"]}")
            if (head.get("format"), head.get("version")) != (f"{schema.FORMAT}-table", schema.VERSION):
                raise Unfit(f"{path} has another format.")
            while (line := self._line(file)) != b"]}":
                if not line:
                    raise Unfit(f"{path} breaks off.")
                yield _json(path, line.removesuffix(b","))

    def file(self, path: str, most: int) -> bytes | None:
        """Return a file of the archive; none if it isn't there, or is larger than ``most``."""
        if path not in self._files or self._zip.getinfo(path).file_size > most:
            return None
        return b"".join(self._chunks(path))

    def _refuse_too_much(self) -> None:
        """Look at what the ZIP itself says, before anything is unpacked: it never gives more of a file than that."""
        entries = self._zip.infolist()
        if len(entries) > MOST_FILES or sum(one.file_size for one in entries) > MOST_TOGETHER:
            raise Unfit("It is larger than an export can be.")
        for one in entries:
            if one.flag_bits & 1:
                raise Unfit("It is encrypted. Unlock it first.")
            if one.compress_type not in _PACKED:
                raise Unfit("It is packed in a way that exports are not.")

    def _manifest(self) -> dict[str, Any]:
        if "manifest.json" not in self._zip.namelist():
            raise Unfit("There is no manifest in it.")
        if self._zip.getinfo("manifest.json").file_size > MOST_MANIFEST:
            raise Unfit("Its manifest is too large.")
        with self._opened("manifest.json") as file:
            manifest = _json("manifest.json", file.read())
        if manifest.get("format") != schema.FORMAT:
            raise Unfit("It is no export of a Clozette site.")
        if manifest.get("version") != schema.VERSION:
            raise Unfit(f"Its version is {manifest.get('version')!r}; this site reads {schema.VERSION}.")
        if not _is_manifest(manifest):
            raise Unfit("Its manifest is not as it should be.")
        return manifest

    @contextmanager
    def _opened(self, path: str) -> Iterator[IO[bytes]]:
        try:
            with self._zip.open(path) as file:
                yield file
        except _BROKEN as error:
            raise Unfit(f"{path} can't be unpacked.") from error

    def _chunks(self, path: str) -> Iterator[bytes]:
        """Read a file, never more than the manifest says that it has: a bomb is no bomb then."""
        left = self._files[path]["bytes"]
        with self._opened(path) as file:
            while chunk := file.read(CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise Unfit(f"{path} is larger than the manifest says.")
                yield chunk
        if left:
            raise Unfit(f"{path} is smaller than the manifest says.")

    def _line(self, file: IO[bytes]) -> bytes:
        line = file.readline(MOST_LINE)
        if len(line) == MOST_LINE:
            raise Unfit("A line is too long.")
        return line.strip()


def _is_manifest(said: dict[str, Any]) -> bool:
    """Whether every field that is used later has its type."""
    files, counts = said.get("files"), said.get("counts")
    return (
        isinstance(said.get("subject"), str)
        and isinstance(said.get("complete"), bool)
        and isinstance(counts, dict)
        and all(_is_count(value) for value in counts.values())
        and isinstance(files, list)
        and all(isinstance(one, dict) and _is_file(one) for one in files)
    )


def _is_file(one: dict[str, Any]) -> bool:
    return isinstance(one.get("path"), str) and isinstance(one.get("sha256"), str) and _is_count(one.get("bytes"))


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _json(path: str, text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unfit(f"{path} can't be read.") from error
    if not isinstance(found, dict):
        raise Unfit(f"{path} holds something that is no row.")
    return found
