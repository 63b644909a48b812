"""Ways to hand a payload to a third party: one promise, a file for them to fetch, their own HTTPS address, and memory."""

import secrets
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from clozette.kernel.ports import departures
from clozette.kernel.ports.release import Release

TIMEOUT = 20.0


class Courier(Protocol):
    """What takes a released payload to its recipient."""

    def carry(self, release: Release) -> None:
        """Hand it over, after the commit of the log that it stands in.

        :raises NotReleased: without a slip that the log knows.
        """


class Drop:
    """A folder that the recipient fetches from, each file under a name that can't be guessed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def carry(self, release: Release) -> None:
        """Leave a file."""
        payload = departures.leave("drop", release)
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / f"{secrets.token_hex(16)}.json").write_bytes(payload)


class Post:
    """The recipient's own address, which must be HTTPS."""

    def __init__(self, address: str, headers: Mapping[str, str] | None = None) -> None:
        if not address.startswith("https://"):
            raise ValueError("data about people goes out by HTTPS alone")
        self._address, self._headers = address, dict(headers or {})

    def carry(self, release: Release) -> None:
        """Send it; an answer of 400 and more raises."""
        payload = departures.leave("post", release)
        headers = {"Content-Type": "application/json", **self._headers}
        asked = urllib.request.Request(self._address, data=payload, headers=headers, method="POST")  # noqa: S310 - https
        with urllib.request.urlopen(asked, timeout=TIMEOUT):  # noqa: S310 - https
            pass


class Memory:
    """Keeps what would go out; for tests, and for answers that a member of staff downloads."""

    def __init__(self) -> None:
        self.carried: list[bytes] = []

    def carry(self, release: Release) -> None:
        """Keep it."""
        self.carried.append(departures.leave("memory", release))


class Download:
    """The answer to the member of staff who asked for it and takes it to the recipient."""

    def carry(self, release: Release) -> None:
        """Nothing goes out by itself."""
        self.payload = departures.leave("download", release)
