"""A sponsor's own address for what is handed over: known by a secret of both, and tried before anything goes there."""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask_babel import gettext as _

from clozette.accounts import keys
from clozette.contests.sponsors import events
from clozette.contests.sponsors.models import Hook, Sponsor
from clozette.kernel.database import db, insert_once
from clozette.kernel.events import publish
from clozette.kernel.ports import links
from clozette.kernel.refusal import Refusal, Refused

SIGNATURE, CHALLENGE = "Clozette-Signature", "Clozette-Challenge"
_USE, _NONCE = "sponsors' addresses", 12


def set_address(sponsor: Sponsor, address: str, *, now: datetime) -> str:
    """Keep a sponsor's address and return the new secret for it; nothing else shows it again."""
    secret = secrets.token_urlsafe(32)
    nonce = secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(keys.derived(_USE)[0]).encrypt(nonce, secret.encode(), str(sponsor.id).encode())
    values = {"address": address, "secret": sealed, "set_at": now, "proven_at": None}
    if not insert_once(Hook, sponsor_id=sponsor.id, **values):
        db.session.execute(sa.update(Hook).where(Hook.sponsor_id == sponsor.id).values(values))
    publish(events.HookSet(sponsor.id))
    return secret


def secret_of(hook: Hook) -> bytes:
    """Return the secret in clear.

    :raises InvalidTag: if it was sealed with a key that is gone.
    """
    for key in keys.derived(_USE):
        try:
            return AESGCM(key).decrypt(hook.secret[:_NONCE], hook.secret[_NONCE:], str(hook.sponsor_id).encode())
        except InvalidTag:
            continue
    raise InvalidTag


def signed(secret: bytes, payload: bytes, now: datetime) -> dict[str, str]:
    """Return the header that shows a sponsor that these bytes are ours, and of when."""
    at = str(int(now.timestamp()))
    made = hmac.digest(secret, at.encode() + b"." + payload, "sha256").hex()
    return {SIGNATURE: f"t={at},v1={made}"}


def prove(hook: Hook, *, save: Callable[[], None], now: datetime) -> None:
    """Ask an address for the digest of a challenge that only the secret's holder can make. No person is in it.

    :param save: ends the transaction: nobody waits for a stranger's server.
    """
    sponsor_id, address, secret, set_at = hook.sponsor_id, hook.address, secret_of(hook), hook.set_at
    save()
    challenge = secrets.token_hex(16)
    answer = way().answer(address, {CHALLENGE: challenge})
    wanted = hmac.digest(secret, challenge.encode(), "sha256").hex().encode()
    if answer is not None and hmac.compare_digest(answer.strip(), wanted):
        same = (Hook.sponsor_id == sponsor_id, Hook.set_at == set_at)
        db.session.execute(sa.update(Hook).where(*same).values(proven_at=now))


def try_again(sponsor: Sponsor) -> None:
    """Have an address tried once more.

    :raises Refused: if there is none.
    """
    if db.session.get(Hook, sponsor.id) is None:
        raise Refused(Refusal("no_hook", _("There is no address to try."), "address"))
    publish(events.HookSet(sponsor.id))


def way() -> links.PublicLinks:
    """Return the way to the open net; tests have one to a server of their own."""
    found = links.links()
    return found if isinstance(found, links.PublicLinks) else links.PublicLinks()
