"""What happens to money."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OrderPaid:
    """The money of an order is there."""

    order_id: int


@dataclass(frozen=True)
class RefundAsked:
    """A refund was decided; the payment service is told of it next."""

    refund_id: int


@dataclass(frozen=True)
class RefundDone:
    """The payment service gave the money back."""

    refund_id: int


@dataclass(frozen=True)
class PayoutAsked:
    """A payout was asked for; the payment service is told of it next."""

    payout_id: int


@dataclass(frozen=True)
class PayoutMoved:
    """A payout arrived, or came back."""

    payout_id: int
