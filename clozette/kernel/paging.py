"""Keyset paging: a page knows the last key shown, never an offset, so depth costs nothing and nothing shows twice."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from clozette.kernel import ids

T = TypeVar("T")

PAGE_SIZE = 24


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of a list and the cursor of the next one (``None`` on the last)."""

    items: Sequence[T]
    after: str | None

    def __len__(self) -> int:
        """Return the number of items on this page."""
        return len(self.items)


def page_of(rows: Sequence[T], key: Callable[[T], int], size: int = PAGE_SIZE) -> Page[T]:
    """Make a page from up to ``size + 1`` rows in descending order of ``key``; the extra row only says there is more."""
    shown = rows[:size]
    more = len(rows) > size
    return Page(shown, ids.encode(key(shown[-1])) if more else None)


def read_cursor(text: str | None) -> int | None:
    """Read ``?after=``. A cursor that was not made here counts as the first page, so that an old link still works."""
    if not text:
        return None
    try:
        return ids.decode(text)
    except ValueError:
        return None
