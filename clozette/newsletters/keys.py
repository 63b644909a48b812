"""Keys that stay the same for ever, and what is made with them: digests of addresses, and the tokens in mails.

A link in a mail must work as long as the mail lies in a mailbox, also when the site's secrets were changed twice since;
and a suppressed address must be known again after its contact is gone. So these keys are rows, made once, and not
derived from the secrets.
"""

import base64
import hashlib
import hmac
import secrets
import struct
from contextlib import suppress
from typing import NamedTuple

import sqlalchemy as sa
from flask import g, has_app_context
from sqlalchemy.exc import IntegrityError

from clozette.kernel import clock, digests
from clozette.kernel.database import Session, db, insert_once, is_reading, writing
from clozette.newsletters.subscriptions.models import Key

_KEPT = "newsletters_keys"
_MAC = 16
_LINK = struct.Struct(">QQ")


class Link(NamedTuple):
    """What a link in a mail is about: a subscription, and the campaign (0 for none) that carried it."""

    subscription_id: int
    campaign_id: int


def address_key(canonical: str) -> str:
    """Return the keyed digest of a canonical address (HMAC-SHA256, hex)."""
    return hmac.new(key("addresses"), canonical.encode(), hashlib.sha256).hexdigest()


def address_key_of(canonical: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """Return the same of a column, as the database computes it."""
    return digests.hmac_of(key("addresses"), canonical)


def token(use: str, link: Link, *, by: bytes | None = None) -> str:
    """Return the token for one use (``leave``, ``preferences``, ``why``): 43 characters that say nothing to others.

    :param by: the key of links, from whoever makes many.
    """
    said = _LINK.pack(link.subscription_id, link.campaign_id)
    return base64.urlsafe_b64encode(said + _mac(use, said, by or key("links"))).rstrip(b"=").decode()


def read(use: str, text: str) -> Link | None:
    """Return what a token of this use is about; nothing if we didn't make it."""
    try:
        raw = base64.b64decode(text.encode() + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    said, mac = raw[: _LINK.size], raw[_LINK.size :]
    if (
        len(said) != _LINK.size
        or len(mac) != _MAC
        or not _has("links")
        or not hmac.compare_digest(mac, _mac(use, said, key("links")))
    ):
        return None
    return Link(*_LINK.unpack(said))


def make_ready() -> None:
    """Make the keys that letters are printed with, if they are new: they have to be committed before the first goes out."""
    for name in ("links", "returns", "messages"):
        key(name)


def key(name: str) -> bytes:
    """Return a key, made at its first use; two processes at once make one.

    It is kept for the context alone, and forgotten at a rollback: the transaction that made it may be the one.
    """
    kept: dict[str, bytes] = g.setdefault(_KEPT, {})
    if name not in kept:
        kept[name] = _find(name) or _make(name)
    return kept[name]


@sa.event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, transaction: object) -> None:
    if has_app_context():
        g.pop(_KEPT, None)


def _mac(use: str, said: bytes, by: bytes) -> bytes:
    """Keyed BLAKE2b (RFC 7693): a mail holds five of these, and HMAC by OpenSSL takes five times as long."""
    return hashlib.blake2b(use.encode() + b"\0" + said, key=by, digest_size=_MAC).digest()


def _has(name: str) -> bool:
    """Whether a key was made; a wrong token is no reason to make one."""
    return name in g.get(_KEPT, {}) or _find(name) is not None


def _find(name: str) -> bytes | None:
    found: bytes | None = db.session.scalar(sa.select(Key.key).where(Key.name == name))
    return found


def _make(name: str) -> bytes:
    if is_reading():
        return _make_apart(name)
    insert_once(Key, name=name, key=secrets.token_bytes(32), made_at=clock.now())
    made = _find(name)
    assert made is not None
    return made


def _make_apart(name: str) -> bytes:
    """Make a key for a page that only reads (the look at a mail before it goes), in a transaction of its own."""
    with suppress(IntegrityError), writing() as session:
        session.add(Key(name=name, key=secrets.token_bytes(32), made_at=clock.now()))
    with writing() as session:
        made: bytes = session.scalars(sa.select(Key.key).where(Key.name == name)).one()
    return made
