"""What happens between a minor and a guardian."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GuardianAsked:
    """A question waits to be mailed."""

    ask_id: int


@dataclass(frozen=True)
class GuardianAgreed:
    """A yes was given: the mail with the way to take it back is due."""

    ask_id: int
