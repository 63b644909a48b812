"""A cap on the pixels that are decoded at once in this process: memory is what a burst of large photos would exhaust."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

PIXELS_AT_ONCE = 60_000_000
"""About 240 MB of decoded pixels. A single photo may be larger; then it is decoded alone."""
PATIENCE = 15.0


class Busy(Exception):
    """Too many photos are being worked on; the answer is 503 and a short wait."""


class PixelBudget:
    """Lets photos in while their pixels fit."""

    def __init__(self, limit: int, patience: float = PATIENCE) -> None:
        self._limit = limit
        self._patience = patience
        self._spent = 0
        self._changed = threading.Condition()

    @contextmanager
    def spend(self, pixels: int) -> Iterator[None]:
        """Wait for room for ``pixels``, and hold it.

        :raises Busy: if there is none within the patience.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._fits(pixels), self._patience):
                raise Busy
            self._spent += pixels
        try:
            yield
        finally:
            with self._changed:
                self._spent -= pixels
                self._changed.notify_all()

    def _fits(self, pixels: int) -> bool:
        return self._spent == 0 or self._spent + pixels <= self._limit


budget = PixelBudget(PIXELS_AT_ONCE)
