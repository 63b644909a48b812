"""What happened in a jury; heard inside the transaction that did it. Ids alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class JudgeNamed:
    """Somebody was asked into a jury."""

    judge_id: int


@dataclass(frozen=True)
class EntriesAllotted:
    """Entries were shared out in a round: it was opened, or somebody dropped out of it."""

    round_id: int
