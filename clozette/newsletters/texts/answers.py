"""What people text back: STOP counts at once, HELP is answered, START leads to where one can agree again.

The provider's webhook is signed like ``t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>." and the body>``.
"""

import hashlib
import hmac
import json
import re
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.newsletters.texts import regions, rules, services
from clozette.newsletters.texts.events import TextHeard
from clozette.newsletters.texts.models import Answer, TextSending

FRESH = timedelta(minutes=5)
REMEMBERED = timedelta(days=30)
_REF = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


class NotUnderstood(Exception):
    """The message is none that we know."""


def is_signed(secret: str, signature: str, body: bytes, now: datetime) -> bool:
    """Whether the provider sent this body a moment ago."""
    found = _SIGNATURE.fullmatch(signature)
    if not secret or found is None:
        return False
    made = hmac.digest(secret.encode(), found[1].encode() + b"." + body, hashlib.sha256).hex()
    return hmac.compare_digest(made, found[2]) and abs(now.timestamp() - int(found[1])) <= FRESH.total_seconds()


def read(body: bytes) -> dict[str, str]:
    """Read a message: its ``kind``, ``id``, and what belongs to it.

    :raises NotUnderstood: for anything else.
    """
    try:
        said: Any = json.loads(body)
    except ValueError:
        raise NotUnderstood from None
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise NotUnderstood
    wanted = {"answer": {"id", "from", "text"}, "receipt": {"id", "message", "state"}}.get(said.get("kind", ""))
    if wanted is None or not wanted <= said.keys() or not 1 <= len(said["id"]) <= 200:
        raise NotUnderstood
    return said


def take(said: dict[str, str], now: datetime) -> str:
    """Act on a message, once; return what it was understood as."""
    digest = hashlib.sha256(f"{said['kind']}:{said['id']}".encode(errors="surrogatepass")).hexdigest()
    if not insert_once(Answer, digest=digest, heard_at=now):
        return "known"
    if said["kind"] == "receipt":
        return _receipt(said["message"], said["state"], now)
    return _hear(said["from"], said["text"], digest, now)


def forget_old(now: datetime) -> None:
    """Forget which messages were heard long ago: the provider repeats none that is so old."""
    db.session.execute(sa.delete(Answer).where(Answer.heard_at < now - REMEMBERED))


def _hear(sender: str, text: str, digest: str, now: datetime) -> str:
    number, word = _number_of(sender), rules.word_of(text)
    if number is None or not word:
        return "nothing"
    phone = services.by_number(number)
    if word == "stop":
        services.end(number, method="sms:stop", source="sms:stop", now=now)
    if phone is not None:
        events.publish(TextHeard(phone.id, word, digest))
    return word


def _number_of(sender: str) -> str | None:
    """Return who sent a text; providers know numbers with their country's code alone, some without the sign before it."""
    return regions.canonical(sender) or regions.canonical(f"+{sender.strip()}")


def _receipt(ref: str, state: str, now: datetime) -> str:
    """Note that a text arrived, or did not."""
    if not _REF.fullmatch(ref):
        return "nothing"
    mine = (TextSending.ref == ref,)
    if state == "delivered":
        step = sa.update(TextSending).where(*mine, TextSending.delivered_at.is_(None)).values(delivered_at=now)
    elif state == "failed":
        step = (
            sa.update(TextSending)
            .where(*mine, TextSending.state == "sent")
            .values(state="failed", reason="undelivered")
        )
    else:
        return "nothing"
    db.session.execute(step)
    return "receipt"
