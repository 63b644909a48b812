"""Files and mails that are kept for a while: packed and encrypted, so that a copy of the table alone tells nothing."""

import secrets
import zlib

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from clozette.newsletters import keys

_NONCE = 12


def seal(use: str, plain: bytes) -> bytes:
    """Lock something up, with the site's key for a use."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(keys.key(use)).encrypt(nonce, zlib.compress(plain, 1), None)


def unseal(use: str, sealed: bytes) -> bytes:
    """Return it."""
    return zlib.decompress(AESGCM(keys.key(use)).decrypt(sealed[:_NONCE], sealed[_NONCE:], None))
