"""The seller's slip: the upper part goes onto the parcel, the lower one into it."""

from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.shop.books.words import tax_in
from clozette.shop.orders.models import Order, OrderAddress
from clozette.shop.papers.paper import Paper
from clozette.shop.papers.receipt import address_lines


def write(order: Order, address: OrderAddress, link: str) -> bytes:
    """Return it as PDF, in the reader's language. ``link``: where the buyer says that it arrived."""
    paper = Paper(_("Slip of order %(ref)s", ref=order.ref), str(get_locale() or "en"))
    paper.block(_("To"), address_lines(address), "large")
    paper.cut()
    paper.block(_("Order %(ref)s", ref=order.ref), [f"{line.quantity} × {line.title}" for line in order.lines])
    paper.text(tax_in(order))
    paper.code(link)
    paper.text(_("Has it arrived? Say so here: %(link)s", link=link), "small")
    return paper.pdf()
