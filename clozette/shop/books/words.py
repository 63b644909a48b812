"""What the deeds of the ledger are called in books, and how much tax is in an order."""

from collections.abc import Mapping

from babel.numbers import format_percent
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.kernel.money import Money
from clozette.shop.books import taxes
from clozette.shop.books.periods import Period
from clozette.shop.orders.models import Order
from clozette.shop.sellers.models import Seller

DEEDS: Mapping[str, LazyString] = {
    "paid": _l("Sale"),
    "complete": _l("Sale complete"),
    "refund": _l("Paid back"),
    "refund_failed": _l("Refund that did not arrive"),
    "refund_again": _l("Refund paid after all"),
    "dispute": _l("Taken back by the buyer's bank"),
    "dispute_won": _l("Given back by the buyer's bank"),
    "taken_back": _l("Taken for what the buyer's bank took"),
    "payout": _l("Payout"),
    "payout_failed": _l("Payout that came back"),
}


def deed(kind: str) -> str:
    """Return the name of a deed; of one that books know nothing special of, its own."""
    return str(DEEDS.get(kind, kind.replace("_", " ")))


def tax_in(order: Order) -> str:
    """Say how much tax is in what was paid for the goods of an order; nothing where none is."""
    if not order.tax_minor:
        return ""
    amount = Money(order.tax_minor, order.currency).format(get_locale() or "en")
    share = _percent(order.tax_bp)
    return str(_("In it: %(amount)s of %(tax)s at %(share)s.", amount=amount, tax=order.tax_name, share=share))


def tax_of(seller: Seller) -> str:
    """Say at which rate a trader's prices have tax in them."""
    return f"{_percent(seller.tax_bp)} {taxes.law_of(seller.country).name}"


def period(one: Period) -> str:
    """Return a period as people say it: the year, or the month with its year."""
    if one.month is None:
        return str(one.year)
    locale = get_locale()
    name = locale.months["stand-alone"]["wide"][one.month] if locale else f"{one.month:02}"
    return f"{name} {one.year}"


def _percent(share: int) -> str:
    return str(format_percent(share / taxes.WHOLE, "#,##0.##%", locale=get_locale() or "en"))
