"""What buying hears of orders."""

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.shop.buying.holds import UNPAID
from clozette.shop.carts import services as cart
from clozette.shop.orders.events import OrderMoved
from clozette.shop.orders.models import Order
from clozette.shop.payments import services as payments


def back_into_cart(event: OrderMoved) -> None:
    """Put into the cart again what was not paid in time or called off: whoever still wants it needn't look for it."""
    order = db.session.get_one(Order, event.order_id)
    if event.state in UNPAID and order.paid_at is None and order.swap_id is None and order.buyer_id is not None:
        cart.put_back(order.buyer_id, payments.lines_of(order.id), now=clock.now())
