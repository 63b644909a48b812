"""The key that marketing mail is signed with."""

from functools import lru_cache
from pathlib import Path

from clozette.newsletters.sending import dkim
from clozette.settings import Settings


def signer(settings: Settings) -> dkim.Signer | None:
    """Return who signs; nothing where no domain is set.

    :raises dkim.BadKey: if there is a domain and no good key.
    """
    if not settings.dkim_domain:
        return None
    return _signer(settings.dkim_domain, settings.dkim_selector, settings.dkim_key)


@lru_cache(maxsize=8)
def _signer(domain: str, selector: str, key: str) -> dkim.Signer:
    return dkim.Signer(domain, selector, dkim.read_key(_pem(key)))


def _pem(key: str) -> bytes:
    """Read the key itself, or the file that it names."""
    if key.startswith("-----"):
        return key.encode()
    try:
        return Path(key).read_bytes()
    except OSError as error:
        raise dkim.BadKey(f"the key can't be read ({type(error).__name__})") from error
