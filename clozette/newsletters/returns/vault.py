"""How a mail that came back is kept, and known again."""

import hashlib
import hmac
import json
from collections.abc import Sequence

from clozette.newsletters import keys, sealing

_KEY = "returned mails"


def digest(content: bytes, recipients: Sequence[str]) -> str:
    """Return the keyed digest that a mail is known again by."""
    said = b"".join(one.encode() + b"\0" for one in sorted(recipients)) + b"\0" + content
    return hmac.new(keys.key(_KEY), said, hashlib.sha256).hexdigest()


def seal(content: bytes, recipients: Sequence[str]) -> bytes:
    """Lock a mail up."""
    return sealing.seal(_KEY, json.dumps(list(recipients)).encode() + b"\n" + content)


def unseal(sealed: bytes) -> tuple[bytes, tuple[str, ...]]:
    """Return a mail and its envelope's recipients."""
    recipients, _, content = sealing.unseal(_KEY, sealed).partition(b"\n")
    return content, tuple(json.loads(recipients))
