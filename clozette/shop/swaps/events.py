"""What happens to swaps; ids only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SwapMoved:
    """A swap was proposed, or got into another state."""

    swap_id: int
    state: str
