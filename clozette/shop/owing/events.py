"""What happens to what is owed; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class RefundSettled:
    """A refund was paid by other means."""

    refund_id: int
