"""Ways to hand a payload to a third party: one promise, a file for them to fetch, their own HTTPS address, and memory."""

import http.client
import secrets
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Protocol

from clozette.kernel.ports import departures, links
from clozette.kernel.ports.release import UNCERTAIN, NotTaken, Release


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
    """The recipient's own address: HTTPS, on the open net, and exactly there; no redirect is followed.

    :param sign: returns the headers that show whose bytes these are.
    :param save: commits the log and the departure; only then does a byte go.
    """

    def __init__(
        self,
        address: str,
        *,
        form: str = "application/json",
        sign: Callable[[bytes], Mapping[str, str]] | None = None,
        save: Callable[[], None] | None = None,
        way: links.PublicLinks | None = None,
    ) -> None:
        if not address.startswith("https://"):
            raise ValueError("data about people goes out by HTTPS alone")
        self._address, self._form, self._sign, self._save = address, form, sign, save
        self._way = way or links.PublicLinks()

    def carry(self, release: Release) -> None:
        """Send it once.

        :raises NotTaken: for an answer of 300 and more, for an address inside the house, and where nobody could be reached;
            as ``uncertain`` once bytes were on their way and no answer came.
        """
        payload = departures.leave("post", release)
        if self._save:
            self._save()
        connection, path = self._reached()
        with closing(connection):
            try:
                status = self._sent(connection, path, payload)
            except (OSError, ValueError, http.client.HTTPException) as error:
                raise NotTaken(UNCERTAIN) from error
        if status >= 300:
            raise NotTaken(str(status))

    def _reached(self) -> tuple[http.client.HTTPSConnection, str]:
        """Return an open connection to the address, and the path there."""
        try:
            way = self._way.reach(self._address)
            if way is None:
                raise NotTaken("refused")
            way[0].connect()
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise NotTaken(type(error).__name__) from error
        return way

    def _sent(self, connection: http.client.HTTPSConnection, path: str, payload: bytes) -> int:
        headers = {"Content-Type": self._form, "Connection": "close", **(self._sign(payload) if self._sign else {})}
        connection.request("POST", path, body=payload, headers=headers)
        return connection.getresponse().status


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
