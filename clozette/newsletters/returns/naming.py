"""Of which mail of ours something speaks. Only names that we made ourselves count: they carry a proof (requirement 43).

Anybody can mail our mailboxes; a name without its proof, or a mere address, never suppresses anybody.
"""

import hmac
import re
from base64 import b32encode
from collections.abc import Iterable
from dataclasses import dataclass

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.returns.models import Mailbox
from clozette.newsletters.sending import names
from clozette.newsletters.subscriptions.models import Subscription

PLAIN = frozenset({"bounce", "fbl", "postmaster", "abuse"})
"""Mailboxes that anybody may write to."""

_NAME = r"c[0-9a-z]{1,13}\.s[0-9a-z]{1,13}\.[0-9a-f]{24}"
_FLAGS = re.IGNORECASE | re.ASCII  # or letters like the long s pass for ours
_CAMPAIGN = re.compile(rf"(bounce\+)?({_NAME})@", _FLAGS)
_PATH = re.compile(r"bounce\+[0-9a-z.]{1,64}@", re.IGNORECASE | re.ASCII)
_SITE = re.compile(r"bounce\+t([0-9a-z]{1,13})\.([a-z2-7]{26})@", _FLAGS)
_LEAVE = re.compile(r"(?i:unsub)\+([A-Za-z0-9_-]{30,64})@")
"""A token's letters differ by their case: nothing is made small on the way from a header to here."""
_DAMAGED = re.compile(r"(?i:unsub)\+([a-z0-9_-]{43}|[A-Z0-9_-]{43})@")


@dataclass(frozen=True)
class Ours:
    """A mail of ours: of a campaign to a contact, or of the site itself to a mailbox.

    :ivar by_path: whether it was named by its path; a message's name stands in every mail that its reader forwards.
    """

    campaign_id: int = 0
    contact_id: int = 0
    mailbox_id: int = 0
    by_path: bool = False


def find_path(texts: Iterable[str]) -> Ours | None:
    """Return the mail of ours whose path (the envelope's sender, which no reader sees) these texts name first."""
    for text in texts:
        for found in _PATH.finditer(text):
            if (ours := find([found[0]])) is not None:
                return ours
    return None


def find(texts: Iterable[str], *, by_leave: bool = True) -> Ours | None:
    """Return the mail of ours that these texts name first; nothing if no name in them is ours.

    :param by_leave: whether a leave token may name it: not where more hangs on it than leaving (requirement 62).
    """
    for text in texts:
        for found in _CAMPAIGN.finditer(text):
            named = names.read_name(found[2], "returns" if found[1] else "messages")
            if named is not None:
                return Ours(*named, by_path=bool(found[1]))
        for found in _SITE.finditer(text):
            if (mailbox_id := read_path(found[1], found[2])) is not None:
                return Ours(mailbox_id=mailbox_id, by_path=True)
        for found in _LEAVE.finditer(text) if by_leave else ():
            if (link := keys.read("leave", found[1])) is not None:
                return _of(link)
    return None


def is_forged(addressed: Iterable[str]) -> bool:
    """Whether a mail is for a bounce address that looks like one of ours and lacks the proof."""
    return any("bounce+" in one.lower() and find([one]) is None for one in addressed)


def leave_token(addressed: Iterable[str]) -> str | None:
    """Return the token of ours that a mail to these addresses brings, if it does (requirement 64)."""
    tokens = (found[1] for one in addressed for found in _LEAVE.finditer(one))
    return next((token for token in tokens if keys.read("leave", token) is not None), None)


def is_damaged(addressed: Iterable[str]) -> bool:
    """Whether a mail is for a leave address of ours whose letters somebody on the way made all small or all large.

    What it asks for can't be known any more; but somebody wanted to leave, and staff have to hear of it.
    """
    return any(_DAMAGED.search(one) for one in addressed)


def is_ours(address: str, domain: str) -> bool:
    """Whether we take mail for an address: our own mailboxes, and names with their proof."""
    local, _, at = address.strip("<> ").rpartition("@")
    if at.lower() != domain.lower():
        return False
    return local.lower() in PLAIN or find([f"{local}@"]) is not None or is_damaged([f"{local}@"])


def path(mailbox_id: int, domain: str) -> str:
    """Return the envelope's sender of the site's own mail to a mailbox."""
    encoded = ids.encode(mailbox_id)
    return f"bounce+t{encoded}.{_mac(encoded)}@{domain}"


def read_path(encoded: str, proof: str) -> int | None:
    """Return the mailbox of such a path; nothing if we did not make it."""
    encoded = encoded.lower()
    if not hmac.compare_digest(_mac(encoded), proof.lower()):
        return None
    return ids.decode(encoded)


def mailbox(mailbox_id: int) -> Mailbox | None:
    """Return a mailbox, if mail of the site went there lately."""
    return db.session.get(Mailbox, mailbox_id)


def _of(link: keys.Link) -> Ours | None:
    subscription = db.session.get(Subscription, link.subscription_id)
    return Ours(link.campaign_id, subscription.contact_id) if subscription else None


def _mac(encoded: str) -> str:
    made = hmac.digest(keys.key("returns"), b"mailbox " + encoded.encode(), "sha256")
    return b32encode(made)[:26].decode().lower()
