"""What happened to entries; heard inside the transaction that did it. Ids and words of ours alone."""

from dataclasses import dataclass


@dataclass(frozen=True)
class EntryMade:
    """A member entered."""

    entry_id: int


@dataclass(frozen=True)
class EntryLeft:
    """An entry takes part no more; ``because`` is one of ``wording.REASONS``."""

    entry_id: int
    because: str
