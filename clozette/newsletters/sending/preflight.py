"""What is looked at before a campaign starts; red stops it, and every finding says how to mend it."""

from dataclasses import dataclass
from typing import Literal

from clozette.newsletters.campaigns.models import Campaign

Level = Literal["red", "amber", "green"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    level: Level
    what: str
    mend: str = ""


def check(campaign: Campaign) -> list[Finding]:
    """Look at a campaign as it would go out."""
    return []
