"""The files of a photo: ``photos/<two letters>/<folder>/original.jpg``, ``…/640.webp``, ``…/1080.avif``.

The folder is a fresh random word for each photo, so a request that fails leaves files that nothing points to and that the
sweep finds, and never overwrites another's.
"""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress

from flask import Flask, current_app

from clozette.kernel.images import CleanPhoto
from clozette.kernel.ports.storage import Storage, StorageError, Stored, from_url

ROOTS = ("photos/", "unfinished/")
MEDIA_TYPES = {"webp": "image/webp", "avif": "image/avif", "jpg": "image/jpeg"}
_STORE = "clozette.media.store"


def store() -> Storage:
    """Return the store of ``MEDIA_URL``, opened when first asked for."""
    extensions = current_app.extensions
    if _STORE not in extensions:
        extensions[_STORE] = from_url(extensions["clozette.settings"].media_url)
    found: Storage = extensions[_STORE]
    return found


def use(app: Flask, storage: Storage) -> None:
    """Keep files in ``storage``, whatever the settings say; for tests."""
    app.extensions[_STORE] = storage


def new_folder() -> str:
    """Return the name of a folder that nobody has."""
    return secrets.token_hex(16)


def put(folder: str, clean: CleanPhoto) -> None:
    """Keep a new photo's files: all of them or, as far as the store obeys, none.

    :raises StorageError: ``Full`` if there is no room.
    """
    try:
        _put_one(folder, "original", clean.suffix, clean.original)
        put_variants(folder, "webp", clean.variants)
    except StorageError:
        with suppress(StorageError):  # else the sweep finds them
            remove(folder)
        raise


def put_original(folder: str, suffix: str, data: bytes) -> None:
    """Keep a full picture alone; its widths follow by the task that makes them."""
    _put_one(folder, "original", suffix, data)


def copy(folder: str, into: str) -> int:
    """Copy all files of a photo into the folder of another; say how many there were."""
    found = [stored.key for stored in store().stored(_key(folder))]
    for key in found:
        name, _, suffix = key.rpartition("/")[2].rpartition(".")
        _put_one(into, name, suffix, store().get(key))
    return len(found)


def put_variants(folder: str, suffix: str, variants: Mapping[int, bytes]) -> None:
    """Keep further widths."""
    for width, data in variants.items():
        _put_one(folder, str(width), suffix, data)


def variant(folder: str, width: int, suffix: str) -> bytes:
    """Return one width."""
    return store().get(_key(folder, str(width), suffix))


def original(folder: str, suffix: str) -> bytes:
    """Return the full picture."""
    return store().get(_key(folder, "original", suffix))


def remove(folder: str) -> None:
    """Remove all files of a photo; those that are gone are no fault."""
    remove_keys(found.key for found in list(store().stored(_key(folder))))


def remove_keys(keys: Iterable[str]) -> None:
    """Remove single files."""
    for key in keys:
        store().remove(key)


def all_stored() -> Iterator[Stored]:
    """List every file that belongs to this room, and what interrupted writes left."""
    for root in ROOTS:
        yield from store().stored(root)


def folder_of(key: str) -> str:
    """Return the folder that a key is in; of something left unfinished, nothing."""
    parts = key.split("/")
    return parts[2] if len(parts) == 4 else ""


def _put_one(folder: str, name: str, suffix: str, data: bytes) -> None:
    store().put(_key(folder, name, suffix), data, MEDIA_TYPES[suffix])


def _key(folder: str, name: str = "", suffix: str = "") -> str:
    file = f"{name}.{suffix}" if name else ""
    return f"photos/{folder[:2]}/{folder}/{file}"
