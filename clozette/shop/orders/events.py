"""What happens to orders; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderMoved:
    """An order got into another state."""

    order_id: int
    state: str


@dataclass(frozen=True)
class CancelAsked:
    """A buyer asks the seller to call a paid order off."""

    order_id: int


@dataclass(frozen=True)
class OrderDue:
    """A paid order has to be sent soon, or the buyer gets the money back."""

    order_id: int
