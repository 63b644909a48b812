"""What happened in the community."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MemberFollowed:
    """Somebody follows somebody, with no approval needed."""

    follow_id: int
    follower_id: int
    followed_id: int


@dataclass(frozen=True)
class FollowRequested:
    """Somebody asked to follow a member who approves followers."""

    request_id: int
    follower_id: int
    followed_id: int


@dataclass(frozen=True)
class FollowAccepted:
    """A request to follow was accepted; there is a follow now."""

    follow_id: int
    follower_id: int
    followed_id: int


@dataclass(frozen=True)
class BadgeGiven:
    """A member has a badge that they did not have before."""

    badge_id: int
