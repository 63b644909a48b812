"""Keys for one purpose each, derived from the site's secrets: the first signs, all of them verify."""

import hashlib
import hmac

from flask import current_app

from clozette.settings import Settings


def derived(purpose: str) -> list[bytes]:
    """Return the keys of ``purpose``, newest first."""
    settings: Settings = current_app.extensions["clozette.settings"]
    label = f"clozette accounts: {purpose}".encode()
    return [hmac.digest(secret.encode(), label, hashlib.sha256) for secret in settings.secret_keys]


def sign(purpose: str, text: str) -> str:
    """Return the keyed digest of ``text`` by the newest key."""
    return hmac.new(derived(purpose)[0], text.encode(), hashlib.sha256).hexdigest()


def digests(purpose: str, text: str) -> list[str]:
    """Return the keyed digests of ``text`` by every key, to look one of them up."""
    return [hmac.new(key, text.encode(), hashlib.sha256).hexdigest() for key in derived(purpose)]


def verifies(purpose: str, text: str, signature: str) -> bool:
    """Whether one of the keys made ``signature``. Bytes are compared: strings outside ASCII would raise."""
    given = signature.encode()
    return any(hmac.compare_digest(made.encode(), given) for made in digests(purpose, text))
