"""Passwords: which are too easy to guess, and hashing them with argon2id, a few at a time.

No composition rules. What counts is how many guesses a password stands, by zxcvbn's lists of common passwords, words
and names (offline) and by what the member typed elsewhere in the form.
"""

import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from flask import current_app
from flask_babel import gettext as _
from flask_security import hash_password as _hash
from flask_security import verify_password as _verify
from werkzeug.exceptions import ServiceUnavailable

from clozette.settings import Settings

MIN_LENGTH = 10
MAX_LENGTH = 256
MIN_GUESSES_LOG10 = 6.0
_ZXCVBN_READS = 72
_OWN_WORD = 4
_LEFT_BESIDE_OWN = 6

# 28 MiB and three rounds take 60 to 90 ms of one core; argon2-cffi's defaults would take 64 MiB and four lanes.
ARGON2 = {"argon2__type": "ID", "argon2__rounds": 3, "argon2__memory_cost": 28 * 1024, "argon2__parallelism": 1}
# Tests make thousands of hashes; that the real parameters are used elsewhere is a test of its own.
ARGON2_IN_TESTS = {"argon2__type": "ID", "argon2__rounds": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}

AT_ONCE = 2
WAIT_SECONDS = 5.0
_slots = threading.BoundedSemaphore(AT_ONCE)


def hash_password(password: str) -> str:
    """Return the argon2id hash of ``password``."""
    with _slot():
        return str(_hash(normalise(password)))


def verify(password: str, known_hash: str | None) -> bool:
    """Whether ``password`` is right. Without a hash (nobody has that address) it takes as long, and is wrong."""
    with _slot():
        right = bool(_verify(normalise(password), known_hash or _nobodys_hash(_scheme())))
    return right and known_hash is not None


def needs_new_hash(known_hash: str) -> bool:
    """Whether a hash was made with other parameters than today's."""
    return bool(current_app.extensions["security"].pwd_context.needs_update(known_hash))


def spend_as_long() -> None:
    """Take the time of one verification, so that an answer's time doesn't tell whether an address is known."""
    verify("nobody's password", None)


def normalise(password: str) -> str:
    """Fold the ways in which keyboards compose one letter."""
    return unicodedata.normalize("NFKC", password)


def why_not(password: str, own: list[str]) -> str | None:
    """Say why a password of allowed length can't be taken, or nothing.

    :param own: what the member typed beside it: names, address, handle, birth date.
    """
    words = _own_words(own)
    if _made_of(password, words):
        return str(_("This is made of your own name, address or birth date. Take something that others can't know."))
    if _guesses_log10(password, words) < MIN_GUESSES_LOG10:
        return str(
            _("This is one of the first that others would try. Three or four unrelated words are a good password.")
        )
    return None


def _own_words(own: list[str]) -> list[str]:
    found = [text.casefold() for text in own if text]
    parts = [part for text in found for part in re.split(r"[\W_]+", text) if len(part) >= _OWN_WORD]
    joined = [re.sub(r"[\W_]+", "", text) for text in found]
    return sorted({*found, *parts, *joined}, key=len, reverse=True)


def _made_of(password: str, words: list[str]) -> bool:
    rest = re.sub(r"[\W_]+", "", password.casefold())
    before = rest
    for word in words:
        plain = re.sub(r"[\W_]+", "", word)
        if len(plain) >= _OWN_WORD:
            rest = rest.replace(plain, "")
    return rest != before and len(rest) < _LEFT_BESIDE_OWN


def _guesses_log10(password: str, words: list[str]) -> float:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its word lists are 12 MB that most processes never need

    return float(zxcvbn(password[:_ZXCVBN_READS], user_inputs=words)["guesses_log10"])


def parameters(settings: Settings) -> dict[str, object]:
    """Return passlib's options for argon2id."""
    return dict(ARGON2_IN_TESTS if settings.env == "test" else ARGON2)


def _scheme() -> str:
    return str(sorted(current_app.config["SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS"].items()))


@cache
def _nobodys_hash(scheme: str) -> str:
    return str(_hash("the password of nobody"))


@contextmanager
def _slot() -> Iterator[None]:
    """Let a few hash at once: each takes 28 MiB and a core, and a crowd of sign-ins must not starve the rest."""
    if not _slots.acquire(timeout=WAIT_SECONDS):
        raise ServiceUnavailable
    try:
        yield
    finally:
        _slots.release()
