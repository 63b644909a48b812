"""Signed heads: the size, root and chain of the tree at a moment, published outside of the database.

Whoever changes the database can make a tree that is whole in itself; only a head that lies elsewhere shows that it is
another one, or that its end is missing. Heads go to ``CLOZETTE_HEADS_URL`` (a folder or a bucket; ``var/ledger`` by
default), into every receipt, and to anybody who asks for ``/.well-known/clozette-ledger.json``.

The signing keys come from the secret keys. Beside the heads lies ``keys.json``, signed like them: the public keys that were
followed by others, each with the size of the last head that it may have signed, so that older heads still hold once the
secret is dropped. A secret has to stay in ``CLOZETTE_SECRET_KEYS``, behind the new one, until that list was published; the
worker does it as soon as it starts with a new secret in front, though the tree did not grow.
"""

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import current_app

from clozette.kernel.database import db
from clozette.kernel.ports import storage
from clozette.privacy.tree import canonical, merkle
from clozette.privacy.tree.models import Head, Leaf
from clozette.privacy.tree.nodes import Stored

EVERY = timedelta(seconds=60)
LATEST = "latest.json"
KEYS = "keys.json"
_LAYOUT = "clozette head 1"
_KEYS_LAYOUT = "clozette keys 1"
_FOLLOWED = "clozette.privacy.followed"


@dataclass(frozen=True)
class SignedHead:
    """A head as it is published; every field but the signature is what was signed."""

    size: int
    at: str
    root: str
    chain: str
    key: str
    signature: str = ""

    def signed_bytes(self) -> bytes:
        """Return what the signature is over: one line a field."""
        return "\n".join((_LAYOUT, str(self.size), self.at, self.root, self.chain, self.key)).encode()

    def text(self) -> str:
        """Return it as it is published."""
        return json.dumps(self.fields(), indent=1, sort_keys=True) + "\n"

    def fields(self) -> dict[str, int | str]:
        """Return it as it stands in proofs."""
        return {"layout": _LAYOUT, **self.__dict__}

    def is_signed_by(self, keys: dict[str, Ed25519PublicKey]) -> bool:
        """Whether one of ``keys`` signed it."""
        if self.key not in keys:
            return False
        try:
            keys[self.key].verify(base64.b64decode(self.signature), self.signed_bytes())
        except (InvalidSignature, ValueError):
            return False
        return True


def read(text: str | bytes) -> SignedHead:
    """Read a published head.

    :raises ValueError: if it is none.
    """
    try:
        found = json.loads(text)
        if found.pop("layout") != _LAYOUT:
            raise ValueError("not a head of this layout")
        head = SignedHead(**found)
        bytes.fromhex(head.root)
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a head") from error
    return head


def publish_when_due(now: datetime) -> SignedHead | None:
    """Publish a head if the tree has grown and the latest head is a minute old, or at once if a new secret signs."""
    with db.get_engine("default").connect() as connection:
        newest = sa.select(Head.size, Head.at, Head.key_id).order_by(Head.size.desc()).limit(1)
        latest = connection.execute(newest).first()
        size = Stored(connection).size()
    if size == 0:
        return None
    if latest and not _is_followed(latest.size, latest.key_id):
        return publish(now)
    if latest and (latest.size == size or latest.at + EVERY > now >= latest.at):
        return None
    return publish(now)


def _is_followed(size: int, name: str) -> bool:
    """Whether the key of the latest head still signs, or this process has published what follows it."""
    present = key_id(current_key())
    return name == present or current_app.extensions.get(_FOLLOWED) == (size, present)


def publish(now: datetime) -> SignedHead:
    """Sign the tree as it is committed now, publish the head, and note it in the database."""
    with db.get_engine("default").connect() as connection:
        head = _sign(connection, now)
        signer = connection.scalar(sa.select(Head.key_id).where(Head.size == head.size))
    store = _store()
    if signer in (None, key_id(head.key)):  # one that a former key signed stays as it was kept elsewhere
        store.put(f"heads/{head.size:012d}.json", head.text().encode(), "application/json")
    store.put(LATEST, head.text().encode(), "application/json")
    _publish_keys(store, head.size)
    with db.get_engine("write").begin() as connection:
        _note(connection, head, now)
    current_app.extensions[_FOLLOWED] = (head.size, key_id(head.key))
    return head


def published() -> Iterator[SignedHead]:
    """Yield every head that was published, smallest first."""
    store = _store()
    for stored in store.stored("heads/"):
        yield read(store.get(stored.key))


def latest() -> SignedHead | None:
    """Return the head that was published last."""
    try:
        return read(_store().get(LATEST))
    except storage.Missing:
        return None


def public_keys() -> dict[str, Ed25519PublicKey]:
    """Return the keys that may have signed: those of all the secret keys, by their published form."""
    return {_published(private): private.public_key() for private in _private_keys()}


def current_key() -> str:
    """Return the key that signs from now on, by its published form."""
    return _published(_private_keys()[0])


@dataclass(frozen=True)
class KeyRing:
    """Whose signatures count: of the keys that are held, and of retired ones on heads up to their last.

    :ivar is_stale: whether the published list of retired keys is not by a key that is held, and so does not count.
    :ivar listed_by: the key that signed that list; the others that are held are on it, or safe to drop only once it is new.
    """

    held: Mapping[str, Ed25519PublicKey]
    retired: Mapping[str, int]
    is_stale: bool = False
    listed_by: str = ""

    def has_signed(self, head: SignedHead) -> bool:
        """Whether a head is ours."""
        if head.key in self.held:
            return head.is_signed_by(dict(self.held))
        if head.key not in self.retired or head.size > self.retired[head.key]:
            return False
        return head.is_signed_by({head.key: Ed25519PublicKey.from_public_bytes(base64.b64decode(head.key))})

    def names(self) -> dict[str, str]:
        """Return every key by its short name."""
        return {key_id(key): key for key in (*self.held, *self.retired)}


def key_ring() -> KeyRing:
    """Return the keys that are held, and those that ``keys.json`` says went before them."""
    held = public_keys()
    try:
        text = _store().get(KEYS)
    except storage.Missing:
        return KeyRing(held, {})
    try:
        found = json.loads(text)
        return KeyRing(held, _read_keys(found, held), listed_by=found["key"])
    except (InvalidSignature, ValueError, KeyError, TypeError, AttributeError):
        return KeyRing(held, {}, is_stale=True)


def _read_keys(found: dict[str, Any], held: Mapping[str, Ed25519PublicKey]) -> dict[str, int]:
    retired = {str(key): int(last) for key, last in found["retired"].items()}
    held[found["key"]].verify(base64.b64decode(found["signature"]), _keys_bytes(retired, found["key"]))
    return retired


def _publish_keys(store: storage.Storage, size: int) -> None:
    """List the keys that others follow: one whose secret is still held may have signed anything up to this head."""
    ring, (first, *others) = key_ring(), _private_keys()
    if ring.is_stale:
        return  # writing over it would lose the keys it names; the doctor tells
    current = _published(first)
    retired = {**ring.retired, **{_published(other): size for other in others}}
    retired.pop(current, None)
    signature = base64.b64encode(first.sign(_keys_bytes(retired, current))).decode()
    listed = {"layout": _KEYS_LAYOUT, "key": current, "retired": retired, "signature": signature}
    store.put(KEYS, (json.dumps(listed, indent=1, sort_keys=True) + "\n").encode(), "application/json")


def _keys_bytes(retired: Mapping[str, int], key: str) -> bytes:
    return "\n".join((_KEYS_LAYOUT, key, *(f"{one} {retired[one]}" for one in sorted(retired)))).encode()


def key_id(key: str) -> str:
    """Return the short name of a published key."""
    return hashlib.sha256(key.encode()).hexdigest()[:16]


def _sign(connection: sa.Connection, now: datetime) -> SignedHead:
    stored = Stored(connection)
    size = stored.size()
    chain = connection.scalar(sa.select(Leaf.chain).where(Leaf.position == size - 1)) or merkle.START
    private = _private_keys()[0]
    head = SignedHead(size, str(canonical.moment(now)), stored.root(size).hex(), chain.hex(), _published(private))
    signature = base64.b64encode(private.sign(head.signed_bytes())).decode()
    return SignedHead(head.size, head.at, head.root, head.chain, head.key, signature)


def _note(connection: sa.Connection, head: SignedHead, now: datetime) -> None:
    if connection.scalar(sa.select(Head.size).where(Head.size == head.size)) is not None:
        return
    values = {
        "size": head.size,
        "at": now,
        "root": bytes.fromhex(head.root),
        "chain": bytes.fromhex(head.chain),
        "key_id": key_id(head.key),
        "signature": base64.b64decode(head.signature),
    }
    connection.execute(sa.insert(Head).values(values))


def _store() -> storage.Storage:
    settings = current_app.extensions["clozette.settings"]
    return storage.from_url(settings.heads_url or f"file://{settings.var / 'ledger'}")


def _published(private: Ed25519PrivateKey) -> str:
    return base64.b64encode(private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()


def _private_keys() -> list[Ed25519PrivateKey]:
    """Derive the signing keys from the secret keys: the first signs, all verify."""
    secrets = current_app.extensions["clozette.settings"].secret_keys
    return [Ed25519PrivateKey.from_private_bytes(_derive(secret)) for secret in secrets]


def _derive(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"clozette ledger head").derive(secret.encode())
