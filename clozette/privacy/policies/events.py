"""What happens to policies."""

from dataclasses import dataclass


@dataclass(frozen=True)
class PolicyPublished:
    """A version was published that people must be told of before it can hold."""

    policy_id: int
