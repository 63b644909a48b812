"""What happens with sponsors: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HandoutMade:
    """Something was prepared for a sponsor, who can fetch it now."""

    handout_id: int
