"""What the stored words of orders are called in the reader's language."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import selectinload

from clozette.community.notifications import Group, Line, Renderer
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.shop.orders.models import Order
from clozette.shop.sellers.queries import seller_of

STATES: Mapping[str, LazyString] = {
    "reserved": _l("Held for you"),
    "paying": _l("Being paid"),
    "paid": _l("Paid"),
    "shipped": _l("On its way"),
    "received": _l("Arrived"),
    "complete": _l("Complete"),
    "expired": _l("Not paid in time"),
    "cancelled": _l("Cancelled"),
    "returned": _l("Sent back"),
    "refunded": _l("Paid back"),
}
ENDED: Mapping[str, LazyString] = {
    "unpaid": _l("It was not paid in time."),
    "buyer": _l("You left the payment. Nothing was charged, or it goes back."),
    "declined": _l("The payment service did not take it. Nothing was charged."),
    "late": _l("The money came after the hold had ended, and somebody else had it by then. All of it goes back."),
    "unsent": _l("It was not sent in time. All the money goes back."),
    "seller": _l("The seller called it off. All the money goes back."),
    "gone": _l("The other side left. All the money goes back."),
    "buyer_off": _l("The buyer called it off. All the money goes back."),
    "case": _l("There was a complaint, and all the money goes back."),
    "bank": _l("The buyer's bank took the money back."),
    "swap": _l("The swap did not come about. All the money goes back."),
    "swapped": _l("It was swapped. The deposit goes back; what was added stays with the giver."),
}
SHARES: Mapping[str, LazyString] = {
    "measurements": _l("The measurements"),
    "tags": _l("The tags"),
    "notes": _l("My notes"),
}
REFUNDS: Mapping[str, LazyString] = {
    "asked": _l("being asked for"),
    "sent": _l("on its way"),
    "done": _l("arrived"),
    "failed": _l("did not go through; we look after it"),
    "settled": _l("paid by other means"),
}
TOLD: Mapping[str, LazyString] = {
    "order_paid": _l("You bought “%(title)s”: it is paid, and will be sent"),
    "order_sold": _l("You sold “%(title)s”: send it in time"),
    "file_bought": _l("You bought “%(title)s”: it is paid, and can be fetched"),
    "file_sold": _l("“%(title)s” was bought: there is nothing to send"),
    "order_due": _l("“%(title)s” has to be sent by tomorrow, or the buyer gets the money back"),
    "cancel_asked": _l("The buyer of “%(title)s” asks you to call it off, if you have not sent it"),
    "order_shipped": _l("“%(title)s” is on its way to you"),
    "order_received": _l("“%(title)s” has arrived at the buyer's"),
    "order_complete": _l("The sale of “%(title)s” is complete: the money is yours"),
    "order_off": _l("Your order of “%(title)s” is cancelled, and the money goes back to you"),
    "sale_off": _l("The sale of “%(title)s” is cancelled: don't send it"),
    "refund_owed": _l("The money for “%(title)s” did not reach you yet: we owe it to you, and look after it"),
    "refund_settled": _l("The money for “%(title)s” was paid to you by other means"),
}
"""What the two sides are told, by the kind of the notification."""
OF_SELLER = frozenset(
    {"order_sold", "file_sold", "cancel_asked", "order_due", "order_received", "order_complete", "sale_off"}
)
PAID, PAID_DIGITAL = ("order_paid", "order_sold"), ("file_bought", "file_sold")
RECEIPTS = frozenset({"order_paid", "file_bought"})
"""What is mailed with all that was paid."""
BY_STATE: Mapping[str, tuple[str, ...]] = {
    "shipped": ("order_shipped",),
    "received": ("order_received",),
    "complete": ("order_complete",),
    "cancelled": ("order_off", "sale_off"),
}
"""Who is told what when an order gets into a state."""


FORGET: Mapping[str, LazyString] = {
    "forget_side": _l("Somebody you dealt with asks you to delete their name and address wherever you noted them"),
    "corrected_side": _l("Somebody you dealt with corrected their name or address: look at the order again"),
}
"""What whoever got another member's data by an order is asked to do."""
OF_DATA: Mapping[str, str] = {
    **dict.fromkeys(("erasure", "withdrawal", "term"), "forget_side"),
    "correction": "corrected_side",
}


def said_of(order: Order, state: str) -> Sequence[str]:
    """Return what is told when an order gets into a state; what is digital has nothing that arrives, what was swapped is
    told of as a swap.
    """
    if order.ended_because == "swapped" or (order.digital and state == "received"):
        return ()
    return BY_STATE.get(state, ())


def told(order: Order, kind: str) -> str:
    """Say what happened, in the reader's language."""
    return str(TOLD[kind]) % {"title": order.lines[0].title}


def page_of(order: Order, kind: str) -> str:
    """Return where whoever is told of it looks at the order."""
    return f"/selling/orders/{order.ref}" if kind in OF_SELLER else f"/orders/{order.ref}"


def teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        about = sa.select(Order).where(Order.id.in_([group.object_id for group in groups]))
        orders = db.session.scalars(about.options(selectinload(Order.lines)))
        return {order.id: Line(told(order, kind), page_of(order, kind)) for order in orders}

    return render


def asker(kind: str) -> Renderer:
    """Return what words the notifications that ask to delete or correct; they name nobody, for the person may be gone."""

    def render(viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        sells = viewer.member_id is not None and seller_of(viewer.member_id) is not None
        line = Line(str(FORGET[kind]), "/selling/orders" if sells else "/orders")
        return {group.object_id: line for group in groups}

    return render
