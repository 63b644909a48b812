"""What leaves the house by a port is written down there, whatever the slip says, so that both can be compared later."""

import hashlib
from collections.abc import Callable

from flask import Flask, current_app

from clozette.kernel.ports.release import NotReleased, Release

_KEY = "clozette.departures"
Note = Callable[[str, int, str, int], bool]


def init_app(app: Flask, note: Note) -> None:
    """Say who writes departures down: ``note(port, handover_id, sha256, bytes)``, false for what no log knows."""
    app.extensions[_KEY] = note


def leave(port: str, release: object) -> bytes:
    """Return the bytes that may leave by a port now, once they are written down; every port to third parties calls this.

    :raises NotReleased: without a slip, or with one whose payload is not what the log says of it.
    """
    if not isinstance(release, Release):
        raise NotReleased(f"{port}: nothing leaves without a Release")
    note: Note = current_app.extensions[_KEY]
    digest = hashlib.sha256(release.payload).hexdigest()
    if not note(port, release.handover_id, digest, len(release.payload)):
        raise NotReleased(f"{port}: the log knows no such hand-over")
    return release.payload
