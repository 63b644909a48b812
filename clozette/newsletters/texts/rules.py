"""Decisions about texts: what an answer means, when it is day, and what a message says of who sends it. No database."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from clozette.newsletters.texts import regions

DAY_BEGINS, DAY_ENDS = 9, 20
GAP = timedelta(days=3)
REGISTER_HOLDS = timedelta(days=21)
REGISTERED_SENDERS = frozenset({"SG"})
"""Countries that mark a sender whose name is not registered there as a likely fraud, or drop its messages."""
REGISTERS = frozenset({"SG"})
"""Countries where a number may be texted only with a consent in evidential form, or a register's word (requirement 67)."""
Word = Literal["stop", "help", "start", ""]

_WORDS: dict[str, Word] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "UNSUB", "CANCEL", "END", "QUIT", "BERHENTI"), "stop"),
    **dict.fromkeys(("REVOKE", "REMOVE", "OPTOUT", "OPT OUT", "STOPP", "STOPPEN", "ARRET", "ALTO", "BAJA"), "stop"),
    **dict.fromkeys(("HELP", "INFO", "BANTUAN"), "help"),
    **dict.fromkeys(("START", "UNSTOP", "YES", "MULAI"), "start"),
}
_LETTERS = re.compile(r"[^\W\d_]+")
# GSM 03.38: the letters that fit in seven bits, and those that take two places.
_PLAIN = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_TWICE = frozenset("^{}\\[~]|€")


def word_of(text: str) -> Word:
    """Return what an answer asks for, by its first word or two; nothing where it is something else.

    Case, accents, width and whatever is no letter make no difference.
    """
    plain = "".join(one for one in unicodedata.normalize("NFKD", text) if not unicodedata.combining(one))
    words = _LETTERS.findall(plain.upper())
    return _WORDS.get(" ".join(words[:2])) or _WORDS.get(" ".join(words[:1]), "")


def is_day(zone: str, now: datetime) -> bool:
    """Whether it is day in every time zone that ``zone`` stands for (requirement 70)."""
    zones = regions.zones_of(zone)
    return bool(zones) and all(DAY_BEGINS <= now.astimezone(ZoneInfo(one)).hour < DAY_ENDS for one in zones)


def with_day(zones: Iterable[str], now: datetime) -> list[str]:
    """Return those of some zones where it is day."""
    return sorted(zone for zone in zones if is_day(zone, now))


def parts_of(text: str) -> int:
    """Return how many messages the networks make of a text: each is paid for."""
    if all(letter in _PLAIN or letter in _TWICE for letter in text):
        length, one, more = sum(1 + (letter in _TWICE) for letter in text), 160, 153
    else:
        length, one, more = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= one else -(-length // more)
