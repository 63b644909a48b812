"""Where the bytes are: ``goods/<two letters>/<folder>/file.bin`` in the store of photos; no address leads there."""

import secrets
from collections.abc import Iterator

from clozette.kernel.ports.storage import Stored
from clozette.media import files

_ROOT = "goods/"
_PLAIN = "application/octet-stream"


def put(data: bytes) -> str:
    """Keep bytes in a folder of their own; return its name."""
    folder = secrets.token_hex(16)
    files.store().put(_key(folder), data, _PLAIN)
    return folder


def get(folder: str) -> bytes:
    """Return what is kept.

    :raises Missing: if it is gone.
    """
    return files.store().get(_key(folder))


def remove(folder: str) -> None:
    """Forget it."""
    files.store().remove(_key(folder))


def stored() -> Iterator[tuple[str, Stored]]:
    """List all that is kept, each with the name of its folder."""
    for one in files.store().stored(_ROOT):
        yield one.key.split("/")[-2], one


def _key(folder: str) -> str:
    return f"{_ROOT}{folder[:2]}/{folder}/file.bin"
