"""What happened to campaigns while they were written and waited."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CampaignLate:
    """A campaign was due and did not go; it asks what becomes of it."""

    campaign_id: int
