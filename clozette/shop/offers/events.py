"""What happens to offers; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OfferMoved:
    """An offer was made, answered by another sum (then ``state`` is still ``open``), or got into another state.

    ``rounds`` says how many sums were named by then.
    """

    offer_id: int
    state: str
    rounds: int
