"""What happens to reviews; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReviewWritten:
    """The first side of an order said how it was: the other side has to do so before that is shown."""

    review_id: int


@dataclass(frozen=True)
class ReviewShown:
    """What one side of an order said is shown to anybody from now on."""

    review_id: int


@dataclass(frozen=True)
class ReviewHidden:
    """The staff hid a review."""

    review_id: int
