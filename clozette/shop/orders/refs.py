"""What people call orders and swaps by: random, so that nobody counts them."""

import secrets

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"
_LENGTH = 10


def new() -> str:
    """Return a new one."""
    return "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
