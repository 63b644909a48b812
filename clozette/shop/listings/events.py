"""What happened to listings; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ListingPublished:
    """A listing is offered, for the first time or again."""

    listing_id: int
    seller_id: int
