"""What happens on the way to an order."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderReserved:
    """Somebody pressed Buy; the pieces are held for them."""

    order_id: int
