"""What erasure tells the rooms above; running campaigns, exports and transfers cancel the person's rows at the first."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ErasureAsked:
    """Somebody wants to be erased: from now on nothing of theirs is shown or sent."""

    erasure_id: int
    subject_id: int


@dataclass(frozen=True)
class ErasureUndone:
    """They changed their mind in time."""

    erasure_id: int
    subject_id: int
