"""What happens with sponsors: ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class HandoutMade:
    """Something was prepared for a sponsor, who can fetch it now."""

    handout_id: int


@dataclass(frozen=True)
class PersonLetIn:
    """A member may sign in for a sponsor from now on."""

    person_id: int


@dataclass(frozen=True)
class SendingAsked:
    """Something is to be sent to a sponsor's own address, by order of a subject."""

    handout_id: int
    by_id: int


@dataclass(frozen=True)
class HookSet:
    """A sponsor named an address of their own, or wants it tried again."""

    sponsor_id: int
