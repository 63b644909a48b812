"""Where the payment service pays sellers out, and whose money is settled with the house's: pure decisions.

By https://stripe.com/global and https://docs.stripe.com/connect/destination-charges. A seller of another region than the
house takes each charge as their own (``on_behalf_of``); without that the service refuses to pass the money on.
"""

import re

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal
from clozette.shop.sellers import places

_PAID_OUT = frozenset(
    re.findall("..", "AEATAUBEBGBRCACHCYCZDEDKEEESFIFRGBGIGRHKHRHUIEINITJPLILTLULVMTMXMYNLNONZPLPTROSESGSISKTHUS")
)
_HOME_ALONE = frozenset({"BR", "IN"})
"""Their sellers are paid out by a house of the same country alone."""
_ONE_REGION = places.GROUPS["eu"] | frozenset({"CA", "CH", "GB", "LI", "NO", "US"})
"""Between these money goes as within one country."""


def is_abroad(home: str, country: str) -> bool:
    """Whether a seller's country is in another region than the house."""
    return home != country and not {home, country} <= _ONE_REGION


def is_served(home: str, country: str) -> bool:
    """Whether a seller of a country can be paid out."""
    return country in _PAID_OUT and (home == country or country not in _HOME_ALONE)


def why_not_serve(home: str, country: str) -> Refusal | None:
    """Say why nobody can be paid out in a country."""
    if is_served(home, country):
        return None
    where = places.name(country)
    return Refusal(
        "not_served",
        _("The payment service pays nobody out in %(country)s, so nothing can be sold from there yet.", country=where),
        "country",
    )
