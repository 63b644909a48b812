"""What happened to winners; heard inside the transaction that did it. Ids and words of ours alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WinnerNotified:
    """Somebody won, at the announcement or as the next in line, and is to be told."""

    winner_id: int


@dataclass(frozen=True)
class WinnerMoved:
    """A winner's prize went a step on, or to somebody else; ``state`` is where it is now."""

    winner_id: int
    state: str


@dataclass(frozen=True)
class WinnerReminded:
    """A winner has to do something soon, or the prize goes to the next in line."""

    winner_id: int
