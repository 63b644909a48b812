"""What was found before a campaign starts."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["red", "amber", "green"]


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``mend`` says what to do about what is not green, ``record`` what to publish for it."""

    level: Level
    what: str
    mend: str = ""
    record: str = ""

    @property
    def words(self) -> str:
        """All of it on one line."""
        return " ".join(filter(None, (self.what, self.mend, self.record)))
