"""Money: whole minor units and an ISO 4217 currency, never a float. Read as people of a language write it, shown the same way."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from babel import Locale
from babel.core import get_global
from babel.numbers import NumberFormatError, get_currency_name, parse_decimal, parse_pattern

MAX_MINOR = 10**13
"""No single amount is larger: far above every price, far below the 63 bits of a column."""

_NONE = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"}
_THREE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
_EXPONENTS = dict.fromkeys(_NONE, 0) | dict.fromkeys(_THREE, 3)
"""ISO 4217's minor units where they are not 2. CLDR's own digits differ (IQD, LBP, TWD …): those say what shops print."""

_LETTER_THEN_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")
"""Where a currency's letters touch the number: CLDR wants a blank there, Babel leaves it out."""
_AMOUNT = re.compile(r"[\d.,٫٬'’]*\d[\d.,٫٬'’]*")


class BadAmount(ValueError):
    """What was typed is no amount of that currency. ``reason``: ``unreadable``, ``decimals`` or ``large``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _currencies() -> frozenset[str]:
    """Every currency that is legal tender somewhere today."""
    used = get_global("territory_currencies").values()
    return frozenset(code for rows in used for code, _since, until, tender in rows if tender and until is None)


CURRENCIES = _currencies()


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, sen, yen) of one currency."""

    amount_minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise ValueError(f"not a currency: {self.currency}")

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.amount_minor).scaleb(-exponent(self.currency))

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError("two currencies don't add up")
        return Money(self.amount_minor + other.amount_minor, self.currency)

    def format(self, locale: Locale | str) -> str:
        """Write it as people of ``locale`` do, with all the currency's decimals."""
        where = Locale.parse(locale) if isinstance(locale, str) else locale
        pattern = parse_pattern(where.currency_formats["standard"].pattern)
        decimals = exponent(self.currency)
        pattern.frac_prec = (decimals, decimals)
        written = pattern.apply(self.amount, where, currency=self.currency, currency_digits=False)
        return _LETTER_THEN_DIGIT.sub("\N{NO-BREAK SPACE}", written)

    def typed(self, locale: Locale | str) -> str:
        """Write the bare number so that :func:`parse` reads it back: what an edit form shows."""
        where = Locale.parse(locale) if isinstance(locale, str) else locale
        mark = where.number_symbols["latn"]["decimal"]
        return format(self.amount, "f").replace(".", mark)


def exponent(currency: str) -> int:
    """Return how many decimals ISO 4217 gives a currency."""
    return _EXPONENTS.get(currency, 2)


def parse(text: str, currency: str, locale: Locale | str) -> Money:
    """Read an amount as people of ``locale`` write it.

    More decimals than the currency has are refused, never rounded: in English ``150.000`` rupiah is more likely a
    hundred and fifty thousand than a hundred and fifty.

    :raises BadAmount: if it can't be read, has too many decimals or is too large.
    """
    bare = "".join(text.split())
    if not _AMOUNT.fullmatch(bare):
        raise BadAmount("unreadable")
    try:
        amount = parse_decimal(bare, locale=locale, strict=True)
    except (NumberFormatError, InvalidOperation) as error:
        raise BadAmount("unreadable") from error
    minor = amount.scaleb(exponent(currency))
    if _decimals(amount) > exponent(currency):
        raise BadAmount("decimals")
    if minor > MAX_MINOR:
        raise BadAmount("large")
    return Money(int(minor), currency)


def choices(locale: Locale | str, first: str | None = None) -> list[tuple[str, str]]:
    """Return the currencies for a select box as (code, label), sorted by code; ``first`` leads, if it is one."""
    codes = sorted(CURRENCIES)
    if first in CURRENCIES:
        codes.remove(first)
        codes.insert(0, first)
    return [(code, f"{code} – {get_currency_name(code, locale=locale)}") for code in codes]


def _decimals(amount: Decimal) -> int:
    places = amount.as_tuple().exponent
    return max(-places, 0) if isinstance(places, int) else 0
