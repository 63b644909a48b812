"""What happens in cases; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class CaseMoved:
    """Somebody said or did something in a case: the others are told."""

    entry_id: int
