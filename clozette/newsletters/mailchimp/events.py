"""What happens on the way to Mailchimp."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TalkAsked:
    """Something waits that Mailchimp must be told."""


@dataclass(frozen=True)
class PostAsked:
    """A campaign is to be laid before Mailchimp, or to be sent there."""

    campaign_id: int


@dataclass(frozen=True)
class PostLate:
    """A campaign was to be sent by Mailchimp so long ago that staff say whether it still goes."""

    campaign_id: int


@dataclass(frozen=True)
class ReconciliationAsked:
    """Somebody of the staff wants both sides held against each other now."""
