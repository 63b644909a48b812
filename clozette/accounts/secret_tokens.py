"""Random tokens that are given out once and kept only as a digest."""

import hashlib
import secrets

BYTES = 32


def make() -> str:
    """Return a new token of 256 random bits, fit for a cookie or a header."""
    return secrets.token_urlsafe(BYTES)


def digest(token: str) -> str:
    """Return what the database keeps. The tokens are random and long, so a fast digest is enough."""
    return hashlib.sha256(token.encode()).hexdigest()
