"""What happened to campaigns."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CampaignStarted:
    """A campaign is about to be queued: it is compiled, and never changes again."""

    campaign_id: int


@dataclass(frozen=True)
class DatabaseRestored:
    """The database was put back to an older state: what goes out by it may be out already."""
