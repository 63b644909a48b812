"""Stretches of time that books are kept for: months and years, in UTC, so that a book says the same wherever it is read."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

FIRST_YEAR = 2020
_WRITTEN = re.compile(r"(\d{4})(?:-(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Period:
    """A month, or a whole year (``month`` is nothing)."""

    year: int
    month: int | None = None

    @property
    def start(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.month or 1, 1, tzinfo=UTC)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return self.moved(1).start

    @property
    def whole(self) -> "Period":
        """The year that it is in."""
        return Period(self.year)

    def moved(self, steps: int) -> "Period":
        """Return the period so many later, or earlier."""
        if self.month is None:
            return Period(self.year + steps)
        years, month = divmod(self.year * 12 + self.month - 1 + steps, 12)
        return Period(years, month + 1)

    def months(self) -> list["Period"]:
        """Return the months that are in it."""
        return [Period(self.year, month) for month in range(1, 13)] if self.month is None else [self]

    def __str__(self) -> str:
        """Return it as addresses write it."""
        return f"{self.year:04}" if self.month is None else f"{self.year:04}-{self.month:02}"


def read(text: str | None, today: date) -> Period:
    """Read what an address says: ``2026`` or ``2026-11``. Anything else, or what lies ahead, is the month of today."""
    now = Period(today.year, today.month)
    found = _WRITTEN.fullmatch(text or "")
    if not found or not found[0].isascii():
        return now
    year, month = int(found[1]), int(found[2]) if found[2] else None
    is_one = FIRST_YEAR <= year <= today.year and (month is None or 1 <= month <= 12)
    return Period(year, month) if is_one and Period(year, month).start <= now.start else now
