"""How a mail that came back is kept: packed and encrypted, so that a copy of the table alone is no mailbox."""

import hashlib
import hmac
import json
import secrets
import zlib
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clozette.newsletters import keys

_NONCE = 12
_KEY = "returned mails"


def digest(content: bytes, recipients: Sequence[str]) -> str:
    """Return the keyed digest that a mail is known again by."""
    said = b"".join(one.encode() + b"\0" for one in sorted(recipients)) + b"\0" + content
    return hmac.new(keys.key(_KEY), said, hashlib.sha256).hexdigest()


def seal(content: bytes, recipients: Sequence[str]) -> bytes:
    """Lock a mail up."""
    nonce = secrets.token_bytes(_NONCE)
    plain = json.dumps(list(recipients)).encode() + b"\n" + content
    return nonce + AESGCM(keys.key(_KEY)).encrypt(nonce, zlib.compress(plain, 1), None)


def unseal(sealed: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a mail and its envelope's recipients."""
    plain = zlib.decompress(AESGCM(keys.key(_KEY)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
    recipients, _, content = plain.partition(b"\n")
    return content, tuple(json.loads(recipients))
