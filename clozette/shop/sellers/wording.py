"""What sellers read and accept, and what their words are called."""

from collections.abc import Mapping

from flask_babel import format_percent, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel.money import Money
from clozette.shop.sellers.fees import Taken

TERMS = (
    _l("What I offer is mine to sell, and it is what my photos and words say."),
    _l("I send it within the days that I name. If I don't, the buyer gets the money back by itself."),
    _l("The money waits until the buyer has the parcel and has had time to complain; then it is paid out to me."),
    _l("The house takes the fees that stand beside the price before I publish; a sale keeps those of its day."),
    _l(
        "Whoever sells as a trade says so, with name and address; my buyers then have the rights that the law gives them."
    ),
    _l("A buyer's address is for sending the parcel and for nothing else."),
)
"""What a member accepts before the first listing."""

KINDS: Mapping[str, LazyString] = {"private": _l("A private person"), "trader": _l("A trader or a brand")}
STATES: Mapping[str, LazyString] = {
    "asked": _l("Money can't reach you yet"),
    "pending": _l("The payment service is checking"),
    "active": _l("Money reaches you"),
    "stopped": _l("The payment service stopped payments to you"),
}


def fees(line: Taken | None) -> str:
    """Say what the house takes by a line of its fees."""
    if line is None:
        return str(_("The house takes no fee today."))
    of_buyer, of_seller = (format_percent(share / 10_000, "#,##0.##%") for share in (line.buyer_bp, line.seller_bp))
    fixed = Money(line.buyer_fixed_minor, line.currency).format(get_locale() or "en")
    text = _(
        "Fees of today: the buyer pays %(buyer)s of the price and %(fixed)s an order on top; %(seller)s is taken from yours.",
        buyer=of_buyer,
        fixed=fixed,
        seller=of_seller,
    )
    return str(text)


def terms_text() -> str:
    """Return the terms with the empty box, as they were shown: the bytes that the acceptance is kept with."""
    return "\n".join(["[ ]", *map(str, TERMS)])
