"""Our own part of a draw: 32 random bytes, sealed until the draw, whose digest is public before anybody enters."""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clozette.accounts import keys

_USE = "seeds of draws"
_LENGTH, _NONCE = 32, 12


class Lost(Exception):
    """The seed was sealed with a secret that the site does not know any more."""


def new() -> tuple[bytes, str]:
    """Return a new seed, sealed, and its digest."""
    seed, nonce = secrets.token_bytes(_LENGTH), secrets.token_bytes(_NONCE)
    sealed = nonce + AESGCM(keys.derived(_USE)[0]).encrypt(nonce, seed, None)
    return sealed, hashlib.sha256(seed).hexdigest()


def unseal(sealed: bytes) -> bytes:
    """Return a seed.

    :raises Lost: if no secret of the site opens it.
    """
    for key in keys.derived(_USE):
        try:
            return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], None)
        except InvalidTag:
            continue
    raise Lost("put the secret under which the contest opened back into CLOZETTE_SECRET_KEYS, behind the new one")
