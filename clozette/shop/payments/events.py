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
class RefundFailed:
    """The payment service did not give the money back, or the buyer's bank did not take it."""

    refund_id: int


@dataclass(frozen=True)
class DisputeMoved:
    """A claim of a buyer's bank went on, to a state of ``models.DISPUTE_STATES``: it asks, takes the money, or decided."""

    dispute_id: int
    state: str


@dataclass(frozen=True)
class TakeBackAsked:
    """Money of a claim that was lost is taken from the seller's account; the payment service is told of it next."""

    take_back_id: int


@dataclass(frozen=True)
class NewsHeard:
    """The payment service told us something; what it means is asked next."""

    heard_id: int


@dataclass(frozen=True)
class ReconciliationAsked:
    """Both sides' books are to be compared."""

    run_id: int


@dataclass(frozen=True)
class PayoutAsked:
    """A payout was asked for; the payment service is told of it next."""

    payout_id: int


@dataclass(frozen=True)
class PayoutMoved:
    """A payout arrived, or came back."""

    payout_id: int
