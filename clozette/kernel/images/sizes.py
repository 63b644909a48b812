"""The ladder: which widths every photo is kept in."""

from collections.abc import Iterable

WIDTHS = (160, 320, 640, 1080, 1600)
AVIF_WIDTHS = (1080, 1600)
"""Where AVIF beside WebP pays: a quarter fewer bytes; in small pictures it saves too little for a second file."""
FIRST_WIDTHS = (320, 640)
"""Made while the sender waits, so that the next page has a picture; the others follow as a task."""


def widths_for(width: int) -> tuple[int, ...]:
    """Return the steps of a photo ``width`` pixels wide: none is enlarged, so the last may hold fewer pixels."""
    below = [step for step in WIDTHS if step < width]
    return WIDTHS[: len(below) + 1]


def nearest(wanted: int, ready: Iterable[int]) -> int | None:
    """Return the smallest ready step that is no smaller than ``wanted``, or else the largest one."""
    steps = sorted(ready)
    return next((step for step in steps if step >= wanted), steps[-1] if steps else None)
