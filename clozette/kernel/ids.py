"""Row ids: 63-bit integers that grow with time and can't be guessed from a neighbour.

Layout: 41 bits of milliseconds since 2020-01-01, then 22 random bits. In addresses an id is written in Crockford's
base 32 (lower case), so that it is short, readable aloud and gives no count away.
"""

import re
import secrets
import threading
from datetime import UTC, datetime

from werkzeug.routing import BaseConverter, ValidationError

from clozette.kernel import clock

EPOCH_MS = int(datetime(2020, 1, 1, tzinfo=UTC).timestamp() * 1000)
RANDOM_BITS = 22
_OVERTAKEN = 1000 << RANDOM_BITS
MAX_ID = 2**63 - 1
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_VALUE = {letter: number for number, letter in enumerate(_ALPHABET)}
_lock = threading.Lock()
_last = 0


def new_id() -> int:
    """Return a new id, larger than every id this process made before (unless the clock is moved back)."""
    global _last
    with _lock:
        made = id_at(clock.now(), secrets.randbits(RANDOM_BITS))
        # A burst runs ahead of its millisecond; within a second of it the clock was not moved back, only overtaken.
        if made <= _last < made + _OVERTAKEN:
            made = _last + 1 + secrets.randbits(8)
        _last = made
        return made


def id_at(moment: datetime, tail: int = 0) -> int:
    """Return the id that ``moment`` gives with ``tail`` as its random bits; the first id of that millisecond by default."""
    milliseconds = int(moment.timestamp() * 1000) - EPOCH_MS
    return (max(milliseconds, 0) << RANDOM_BITS) | tail


def moment_of(row_id: int) -> datetime:
    """Return when an id was made, to the millisecond."""
    return datetime.fromtimestamp(((row_id >> RANDOM_BITS) + EPOCH_MS) / 1000, UTC)


def encode(row_id: int) -> str:
    """Write an id as 13 letters or fewer."""
    letters = ""
    while row_id > 1023:  # two letters at a time: the ledger writes millions of ids when it is verified
        letters = _PAIRS[row_id & 1023] + letters
        row_id >>= 10
    return (_PAIRS[row_id] if row_id > 31 else _ALPHABET[row_id]) + letters


def decode(text: str) -> int:
    """Read what ``encode`` wrote.

    :raises ValueError: if it is not the one way of writing an id.
    """
    if not re.fullmatch(r"[0-9a-hjkmnp-tv-z]{1,13}", text):
        raise ValueError("not an id")
    row_id = 0
    for letter in text:
        row_id = row_id * 32 + _VALUE[letter]
    if row_id > MAX_ID or encode(row_id) != text:
        raise ValueError("not an id")
    return row_id


class IdConverter(BaseConverter):
    """``<id:look_id>`` in an address: an integer in Python, base 32 in the address; anything else is 404."""

    regex = r"[0-9a-hjkmnp-tv-z]{1,13}"

    def to_python(self, value: str) -> int:
        """Read the id, or let the address not match."""
        try:
            return decode(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def to_url(self, value: int) -> str:
        """Write the id."""
        return encode(value)
