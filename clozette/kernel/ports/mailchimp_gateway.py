"""How Mailchimp is called: the place of its client's ``ApiClient``, which is not used.

It checks what goes into a path, follows no redirect, judges by the status alone, waits no longer than it must, and repeats
only what can be repeated.
"""

import io
import json
import random
import re
import tarfile
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clozette.kernel.ports.mailing_list import Declined, Later, Uncertain

CONNECT, READ = 5.0, 20.0
MOST_CALLS = 8  # the service closes the door at ten
TRIES = 3
MOST_RESULTS = 32 * 2**20
ID = re.compile(r"[A-Za-z0-9]{1,40}")
_REPEATABLE = frozenset({"GET", "PUT", "PATCH", "DELETE"})
_PATH_VALUES = {"subscriber_hash": re.compile(r"[0-9a-f]{32}")}
_WORDS = {
    "Member In Compliance State": "compliance",
    "Forgotten Email Not Subscribed": "forgotten",
    "Member Exists": "exists",
}


@dataclass(frozen=True)
class _Answer:
    status: int
    kind: str
    body: bytes

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError:
            return None


class Gateway:
    """What the client's methods speak through: one account's API."""

    def __init__(self, host: str, api_key: str, authority: Path | None, pause: float) -> None:
        self._host, self._pause = host, pause
        self._key = api_key
        self._verify: bool | str = str(authority) if authority else True
        self._slots = threading.BoundedSemaphore(MOST_CALLS)
        self._sessions = threading.local()

    def call_api(
        self,
        resource_path: str,
        method: str,
        path_params: Mapping[str, Any] | None = None,
        query_params: Sequence[tuple[str, Any]] | None = None,
        header_params: Mapping[str, str] | None = None,
        body: Any = None,
        **_: Any,
    ) -> dict[str, Any]:
        """Make one call of the API and judge its answer.

        :raises Later: if it may go through another time; :raises Declined: if not.
        """
        for name, value in (path_params or {}).items():
            resource_path = resource_path.replace(f"{{{name}}}", checked(name, value))
        query = {name: _plain(value) for name, value in query_params or ()}
        data = None if body is None else json.dumps(body).encode()
        for turn in range(TRIES):
            try:
                return _judged(self._send(method, self._host + resource_path, query, data))
            except Later:
                if method not in _REPEATABLE or turn == TRIES - 1:
                    raise
                time.sleep(self._pause * 2**turn * random.uniform(0.5, 1.5))  # noqa: S311 - no secret
        raise AssertionError

    def fetch(self, address: str) -> bytes:
        """Get a result file, which lies elsewhere: it is not shown our key, and may not be large."""
        import requests
        import urllib3

        if not address.startswith(("https://", self._host)):
            raise Later("odd")
        try:
            with requests.get(
                address, timeout=(CONNECT, READ), allow_redirects=False, stream=True, verify=self._verify
            ) as got:
                content = got.raw.read(MOST_RESULTS + 1, decode_content=False)
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:  # what is read raw raises the latter
            raise Later(type(error).__name__) from None
        if got.status_code != 200 or len(content) > MOST_RESULTS:
            raise Later("odd")
        return bytes(content)

    def select_header_accept(self, accepts: Sequence[str]) -> str:
        """Return what the client puts into a header that we set ourselves."""
        return "application/json"

    def select_header_content_type(self, kinds: Sequence[str]) -> str:
        """Return what the client puts into a header that we set ourselves."""
        return "application/json"

    def _send(self, method: str, address: str, query: Mapping[str, str], data: bytes | None) -> _Answer:
        import requests

        try:
            with self._slots:
                got = self._session().request(
                    method, address, params=query, data=data, timeout=(CONNECT, READ), allow_redirects=False
                )
                return _Answer(got.status_code, got.headers.get("Content-Type", ""), got.content)
        except requests.ConnectTimeout:
            raise Later("timeout") from None
        except requests.RequestException as error:
            # No request body can be seen to have arrived or not: a deed that can't be repeated may have been done.
            raise (Later if method in _REPEATABLE else Uncertain)(type(error).__name__) from None

    def _session(self) -> Any:
        import requests

        if not hasattr(self._sessions, "open"):
            session = requests.Session()
            session.trust_env = False  # a .netrc or a proxy of the environment must not see our key
            session.auth = ("user", self._key)
            session.verify = self._verify
            session.headers["Content-Type"] = "application/json"
            self._sessions.open = session
        return self._sessions.open


def read_results(archive: bytes) -> dict[str, int]:
    """Read a batch's results: nothing of the archive touches the disk, and no more than so much of it is unpacked.

    :raises Later: if it is not what it should be.
    """
    found: dict[str, int] = {}
    left = MOST_RESULTS
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r|gz") as files:
            for one in files:
                if not one.isfile() or not one.name.endswith(".json"):
                    continue
                left -= one.size
                content = files.extractfile(one)
                if left < 0 or content is None:
                    raise Later("odd")
                for row in json.loads(content.read(one.size)):
                    found[str(row["operation_id"])] = int(row["status_code"])
    except (tarfile.TarError, ValueError, KeyError, TypeError, EOFError, OSError):
        raise Later("odd") from None
    return found


def _judged(answer: _Answer) -> dict[str, Any]:
    """Decide by the status alone: an empty 500 is no success, whatever the client makes of it."""
    if 200 <= answer.status < 300:
        if not answer.body:
            return {}
        content = answer.json()
        if not isinstance(content, dict):
            raise Later("odd")
        return content
    said = answer.json() if "json" in answer.kind else None
    if answer.status == 401:
        raise Later("key")
    if answer.status == 429 or answer.status >= 500 or answer.status < 400:
        raise Later(str(answer.status))
    if not isinstance(said, dict):
        # A 403 without a document is how it says that we are too many.
        raise Declined("missing") if answer.status == 404 else Later(str(answer.status))
    if answer.status == 404:
        raise Declined("missing")
    raise Declined(_WORDS.get(str(said.get("title")), "forbidden" if answer.status == 403 else "invalid"))


def checked(name: str, value: Any) -> str:
    """Return a value as it goes into a path, if it may."""
    text = str(value)
    if not _PATH_VALUES.get(name, ID).fullmatch(text):
        raise ValueError(f"{name} is not what a path may hold")
    return text


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, list) else str(value)
