"""Keeps an archive encrypted at rest, in parts, so that neither writing nor reading it takes more memory than a part.

Each part is sealed by AES-256-GCM under the export's own key; its number is the nonce, and its number, the export and
whether it is the last are authenticated: parts can't be dropped, swapped or cut off unnoticed. The key is kept sealed under
the person's own key and the site's secret: database and files together don't open it, and erasing the person ends it.
"""

import hashlib
import hmac
import io
import secrets
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clozette.accounts import keys
from clozette.kernel.ports.storage import Missing, Storage
from clozette.media import files
from clozette.privacy.models import Subject
from clozette.privacy.subjects import Erased

PART = 4 * 1024 * 1024
ROOT = "exports/"
_NONCE = 12
_MEDIA_TYPE = "application/octet-stream"


class Damaged(Exception):
    """A part is missing or was changed: the archive is not whole and must not be handed out."""


def new_key() -> bytes:
    """Return a key that nothing else is sealed with."""
    return AESGCM.generate_key(256)


def seal_key(key: bytes, subject: Subject, export_id: int) -> bytes:
    """Seal the key of an export for keeping in its row."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_wrapping(subject)[0]).encrypt(nonce, key, str(export_id).encode())


def open_key(sealed: bytes, subject: Subject, export_id: int) -> bytes:
    """Return what ``seal_key`` sealed, by whichever of the site's secrets it was.

    :raises Damaged: if none opens it.
    """
    for wrapping in _wrapping(subject):
        try:
            return AESGCM(wrapping).decrypt(sealed[:_NONCE], sealed[_NONCE:], str(export_id).encode())
        except InvalidTag:
            continue
    raise Damaged("no key opens it")


class Writer(io.RawIOBase):
    """Takes the bytes of an archive and keeps them part by part; ``finish`` makes it whole."""

    def __init__(self, folder: str, key: bytes) -> None:
        super().__init__()
        self.parts = self.size = 0
        self._folder = folder
        self._cipher = AESGCM(key)
        self._digest = hashlib.sha256()
        self._waiting = bytearray()

    def writable(self) -> bool:
        """Say yes; it can't be read or searched, so that an archive is written straight through."""
        return True

    def write(self, data: bytes | memoryview) -> int:  # type: ignore[override]
        """Take some bytes."""
        self._digest.update(data)
        self._waiting += data
        self.size += len(data)
        while len(self._waiting) > PART:  # one part is kept back: the last is told apart
            self._keep(bytes(self._waiting[:PART]), last=False)
            del self._waiting[:PART]
        return len(data)

    def finish(self) -> str:
        """Keep what is left as the last part; return the digest of all that was written."""
        self._keep(bytes(self._waiting), last=True)
        self._waiting.clear()
        return self._digest.hexdigest()

    def _keep(self, data: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self.parts), data, _bound(self._folder, self.parts, last))
        files.store().put(_key(self._folder, self.parts), sealed, _MEDIA_TYPE)
        self.parts += 1


def read(folder: str, key: bytes, parts: int) -> Iterator[bytes]:
    """Return an archive's bytes, part by part; they may be read after the request is over.

    :raises Damaged: while reading, at the part that is missing or was changed.
    """
    return _read(files.store(), folder, AESGCM(key), parts)


def is_whole(folder: str, parts: int, size: int) -> bool:
    """Whether every part is there, with the bytes that it should have; cheap, nothing is decrypted."""
    kept = {one.key: one.size for one in files.store().stored(_key(folder))}
    tags = 16 * parts
    return set(kept) == {_key(folder, number) for number in range(parts)} and sum(kept.values()) == size + tags


def remove(folder: str) -> None:
    """Remove an archive's parts; those that are gone are no fault."""
    files.remove_keys(found.key for found in list(files.store().stored(_key(folder))))


def folders() -> set[str]:
    """Return every folder that holds parts."""
    return {folder_of(one.key) for one in files.store().stored(ROOT)}


def folder_of(key: str) -> str:
    """Return the folder that a part is in."""
    return key.split("/")[2]


def _read(store: Storage, folder: str, cipher: AESGCM, parts: int) -> Iterator[bytes]:
    for number in range(parts):
        try:
            sealed = store.get(_key(folder, number))
            yield cipher.decrypt(_nonce(number), sealed, _bound(folder, number, number == parts - 1))
        except (Missing, InvalidTag) as error:
            raise Damaged(f"part {number} of {parts}") from error


def _wrapping(subject: Subject) -> list[bytes]:
    if subject.key is None:
        raise Erased
    return [hmac.digest(secret, subject.key, "sha256") for secret in keys.derived("export")]


def _nonce(number: int) -> bytes:
    return number.to_bytes(_NONCE, "big")


def _bound(folder: str, number: int, last: bool) -> bytes:
    return f"{folder}/{number}/{'last' if last else 'more'}".encode()


def _key(folder: str, number: int | None = None) -> str:
    return f"{ROOT}{folder[:2]}/{folder}/{'' if number is None else f'{number:08d}.part'}"
