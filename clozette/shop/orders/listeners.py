"""What happens to money, for orders: inside the transaction of the deed."""

from clozette.kernel import clock
from clozette.shop.orders import services
from clozette.shop.payments.events import OrderPaid


def paid(event: OrderPaid) -> None:
    """An order that is paid has to be sent within some days."""
    services.begin(event.order_id, clock.now())
