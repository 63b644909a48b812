"""What happens to money, for orders: inside the transaction of the deed."""

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.shop.orders import services
from clozette.shop.orders.models import Order
from clozette.shop.payments.events import OrderPaid


def paid(event: OrderPaid) -> None:
    """An order that is paid has to be sent within some days; the leg of a swap once all of them are."""
    if db.session.get_one(Order, event.order_id).swap_id is None:
        services.begin(event.order_id, clock.now())
