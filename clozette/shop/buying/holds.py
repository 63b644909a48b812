"""The end of a hold without a payment: the payment page is closed first, so that nobody pays for what is given back."""

from datetime import datetime
from typing import Literal

from clozette.shop.buying import queries
from clozette.shop.listings import services as listings
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import HELD
from clozette.shop.payments import services as payments

Ending = Literal["expired", "cancelled"]
UNPAID = ("expired", "cancelled")


def end(order_id: int, to: Ending, because: str, now: datetime) -> bool:
    """End a hold and give the pieces back, once; false if it was paid meanwhile. Lets go of the database on the way.

    :raises Later: if the page may still be open; then the pieces stay held.
    """
    payments.hold(order_id)  # the order before its payment, as everywhere
    if not payments.close(queries.payment_id(order_id), now):
        return False
    order = payments.hold(order_id)
    if order.state in HELD:
        orders.move(order, to, now, ended_because=because)
        listings.give_back(payments.lines_of(order_id))
    elif order.state in UNPAID and because == "buyer":
        order.ended_because = because  # the service's word ended it first; who stepped back is not charged later
    return order.state in UNPAID
