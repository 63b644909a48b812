"""An archive that somebody hands in: opened, checked against its own manifest, and read without trusting its sizes."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from clozette.rights.export import schema

CHUNK = 1024 * 1024
MOST_MANIFEST = 256 * 1024 * 1024
MOST_LINE = 16 * 1024 * 1024


class Unfit(Exception):
    """The archive can't be taken; the text says why, in words for whoever runs the site."""


class Received:
    """One archive that is read."""

    def __init__(self, source: Path | IO[bytes]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
        except (zipfile.BadZipFile, OSError) as error:
            raise Unfit("This is no whole ZIP archive.") from error
        self.manifest = self._manifest()
        self._files: dict[str, dict[str, Any]] = {one["path"]: one for one in self.manifest["files"]}

    def __enter__(self) -> "Received":
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None) -> None:
        self._zip.close()

    def check(self, *, incomplete: bool) -> None:
        """Check that every file is there and is what the manifest says.

        :raises Unfit: naming the first that isn't.
        """
        if not (self.manifest.get("complete") or incomplete):
            raise Unfit("It says itself that files are missing. Take it all the same with --incomplete.")
        names = self._zip.namelist()
        if len(names) != len(set(names)) or set(names) != {*self._files, "manifest.json"}:
            raise Unfit("Its files are not those of its manifest.")
        for path, said in self._files.items():
            digest = hashlib.sha256()
            for chunk in self._chunks(path):
                digest.update(chunk)
            if digest.hexdigest() != said.get("sha256"):
                raise Unfit(f"{path} is not what the manifest says.")

    def count(self, name: str) -> int:
        """Return how many rows a section has."""
        return int(self.manifest.get("counts", {}).get(name, 0))

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Yield the rows of a section; each stands on a line of its own, so that a large table takes no memory."""
        path = f"data/{name}.json"
        if path not in self._files:
            return
        with self._zip.open(path) as file:
            head = _json(path, self._line(file) + b"]}")
            if (head.get("format"), head.get("version")) != (f"{schema.FORMAT}-table", schema.VERSION):
                raise Unfit(f"{path} has another format.")
            while (line := self._line(file)) not in (b"]}", b""):
                yield _json(path, line.removesuffix(b","))

    def file(self, path: str) -> bytes:
        """Return a file of the archive.

        :raises KeyError: if there is none.
        """
        if path not in self._files:
            raise KeyError(path)
        return b"".join(self._chunks(path))

    def _manifest(self) -> dict[str, Any]:
        try:
            with self._zip.open("manifest.json") as file:
                manifest = json.loads(file.read(MOST_MANIFEST))
        except (KeyError, ValueError, zipfile.BadZipFile) as error:
            raise Unfit("There is no manifest in it.") from error
        if not isinstance(manifest, dict) or manifest.get("format") != schema.FORMAT:
            raise Unfit("It is no export of a Clozette site.")
        if manifest.get("version") != schema.VERSION:
            raise Unfit(f"Its version is {manifest.get('version')!r}; this site reads {schema.VERSION}.")
        return manifest

    def _chunks(self, path: str) -> Iterator[bytes]:
        """Read a file, never more than the manifest says that it has: a bomb is no bomb then."""
        left = int(self._files[path]["bytes"])
        try:
            with self._zip.open(path) as file:
                while chunk := file.read(CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise Unfit(f"{path} is larger than the manifest says.")
                    yield chunk
        except zipfile.BadZipFile as error:
            raise Unfit(f"{path} can't be unpacked.") from error
        if left:
            raise Unfit(f"{path} is smaller than the manifest says.")

    def _line(self, file: IO[bytes]) -> bytes:
        line = file.readline(MOST_LINE)
        if len(line) == MOST_LINE:
            raise Unfit("A line is too long.")
        return line.strip()


def _json(path: str, text: bytes) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unfit(f"{path} can't be read.") from error
    if not isinstance(found, dict):
        raise Unfit(f"{path} holds something that is no row.")
    return found
