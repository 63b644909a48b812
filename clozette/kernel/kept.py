"""What a process keeps to make it once: a bounded store that forgets what nobody asked for lately."""

from collections.abc import Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Kept(Generic[T]):
    """Values by key. When the young half is full, the old half goes: what was asked for since has moved to the young one.

    Threads may share it: the worst that two of them can do at once is to make a value twice.
    """

    def __init__(self, size: int) -> None:
        self._half = max(size // 2, 1)
        self._young: dict[Hashable, T] = {}
        self._old: dict[Hashable, T] = {}

    def get(self, key: Hashable) -> T | None:
        """Return a value if it is kept."""
        found = self._young.get(key)
        if found is None:
            found = self._old.get(key)
            if found is not None:
                self.put(key, found)
        return found

    def put(self, key: Hashable, value: T) -> None:
        """Keep a value."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = value

    def clear(self) -> None:
        """Forget everything."""
        self._old, self._young = {}, {}

    def __len__(self) -> int:
        """Return how much room is taken; a value that moved counts twice until the old half goes."""
        return len(self._young) + len(self._old)
