"""Names of single mails, with the proof that we made them: in the Message-ID, and in the envelope's sender (VERP)."""

import hashlib
import hmac
import re
from functools import lru_cache

from clozette.kernel import ids
from clozette.newsletters import keys

_MAC_BYTES = 12
_NAME = re.compile(r"c([0-9a-z]{1,13})\.s([0-9a-z]{1,13})\.([0-9a-f]{24})")
_encoded = lru_cache(maxsize=64)(ids.encode)


def name_of(campaign_id: int, contact_id: int, use: str, *, by: bytes | None = None) -> str:
    """Return the name of one campaign to one contact, with the proof that we made it (``returns`` or ``messages``).

    :param by: the key of that use, from whoever makes many.
    """
    said = f"c{_encoded(campaign_id)}.s{_encoded(contact_id)}"
    return f"{said}.{_mac(said, by or keys.key(use))}"


def read_name(name: str, use: str) -> tuple[int, int] | None:
    """Return the campaign and the contact of a name that we made; nothing for any other."""
    found = _NAME.fullmatch(name.lower())
    if found is None:
        return None
    try:
        campaign_id, contact_id = ids.decode(found[1]), ids.decode(found[2])
    except ValueError:
        return None
    said = f"c{found[1]}.s{found[2]}"
    return (campaign_id, contact_id) if hmac.compare_digest(found[3], _mac(said, keys.key(use))) else None


def verp(campaign_id: int, contact_id: int, domain: str, *, by: bytes | None = None) -> str:
    """Return the envelope's sender: whatever comes back to it says which mail it was, and that it was ours."""
    return f"bounce+{name_of(campaign_id, contact_id, 'returns', by=by)}@{domain}"


def read_verp(address: str) -> tuple[int, int] | None:
    """Return the campaign and the contact of an address made by ``verp``; nothing for any other (requirement 43)."""
    local = address.strip("<> ").rpartition("@")[0].lower()
    return read_name(local.removeprefix("bounce+"), "returns") if local.startswith("bounce+") else None


def _mac(said: str, by: bytes) -> str:
    """Return the proof: short enough for a local part of 64 letters with the longest ids (RFC 5321, 4.5.3.1.1)."""
    return hashlib.blake2b(said.encode(), key=by, digest_size=_MAC_BYTES).hexdigest()
