"""What happens with sponsors: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HandoutMade:
    """Something was prepared for a sponsor to fetch."""

    handout_id: int
