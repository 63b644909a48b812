"""The buyer's receipt: what was paid to whom, with the tax in it and whom the bill names."""

from collections.abc import Sequence

from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.kernel.money import Money
from clozette.kernel.web.pages import day
from clozette.privacy.controller import Controller
from clozette.shop.books.words import tax_in
from clozette.shop.orders.models import Order, OrderAddress
from clozette.shop.papers.paper import Paper
from clozette.shop.payments.models import Refund
from clozette.shop.sellers import places


def write(order: Order, bill: OrderAddress | None, refunds: Sequence[Refund], house: Controller) -> bytes:
    """Return it as PDF, in the reader's language."""
    paper = Paper(_("Receipt for your order %(ref)s", ref=order.ref), str(get_locale() or "en"))
    assert order.paid_at is not None
    paper.text(_("Paid on %(day)s", day=day(order.paid_at)))
    if bill is not None:
        paper.block(_("The bill names"), address_lines(bill))
    paper.block(_("Bought from"), _seller_lines(order))
    paper.sums(_rows(order), (_("Total"), _money(order, order.total.amount_minor)))
    for one in refunds:
        text = _("%(amount)s back on %(day)s", amount=_money(order, one.amount_minor), day=day(one.asked_at))
        paper.text(text)
    paper.text(tax_in(order))
    paper.text(_("Sold by the seller named above, by way of %(house)s.", house=_named(house)), "small")
    return paper.pdf()


def address_lines(address: OrderAddress) -> list[str]:
    """Return an address line by line."""
    town = f"{address.postcode} {address.city}".strip()
    return [address.name, address.line1, address.line2, town, places.name(address.country)]


def _rows(order: Order) -> list[tuple[str, str]]:
    rows = [
        (f"{line.title} × {line.quantity}" if line.quantity > 1 else line.title, line.price_minor * line.quantity)
        for line in order.lines
    ]
    if not order.digital:
        rows.append((_("Shipping"), order.shipping_minor))
    rows.append((_("Buyer protection and service"), order.fee_minor))
    return [(name, _money(order, minor)) for name, minor in rows]


def _seller_lines(order: Order) -> list[str]:
    member = order.seller.member
    if order.seller_name:
        known = _("Tax number: %(number)s", number=order.seller_tax_id) if order.seller_tax_id else ""
        return [order.seller_name, *order.seller_address.splitlines(), order.seller_contact, known]
    return [f"{member.display_name} (@{member.handle})" if member else _("Somebody who has left")]


def _named(house: Controller) -> str:
    return ", ".join(part for part in (house.name, house.address) if part)


def _money(order: Order, minor: int) -> str:
    return Money(minor, order.currency).format(get_locale() or "en")
