"""The codes of promotions: made or taken in, sealed at rest, known by a keyed digest so that none is there twice."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clozette.accounts import keys

_USE = "codes of promotions"
_NONCE, _LENGTH = 12, 12
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without letters and digits that look alike: codes are read off screens."""


def new() -> str:
    """Return a code that nobody can guess."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))


def seal(code: str) -> bytes:
    """Make a code unreadable without the site's secret."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(keys.derived(_USE)[0]).encrypt(nonce, code.encode(), None)


def unseal(sealed: bytes) -> str:
    """Return a code; nothing if no secret of the site opens it any more."""
    for key in keys.derived(_USE):
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None).decode()
        except InvalidTag:
            continue
    return ""


def digests(typed: str) -> list[str]:
    """Return what tells the code that somebody typed, in small letters or in capital ones."""
    return [one for code in {typed, typed.upper()} for one in keys.digests(_USE, code)]


def digest(code: str) -> str:
    """Return what tells a code that is there already."""
    return keys.sign(_USE, code)
