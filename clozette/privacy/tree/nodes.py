"""The tree as it stands in the database: roots, proofs, and the inner nodes that make them quick."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from clozette.privacy.tree import merkle
from clozette.privacy.tree.models import Leaf, Node

WIDTH = 8
"""Every eighth level is kept: the roots of 256 leaves, of 256 such roots, and so on."""
_PLACES = 48


def node_id(level: int, number: int) -> int:
    """Return the id of a kept node."""
    return (level << _PLACES) + number


def place_of(kept: int) -> tuple[int, int]:
    """Return the level and number that an id stands for."""
    return kept >> _PLACES, kept & ((1 << _PLACES) - 1)


class Stored:
    """Reads the tree by one connection (or session)."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def size(self) -> int:
        """Return the number of leaves."""
        last = self._connection.scalar(sa.select(sa.func.max(Leaf.position)))
        return 0 if last is None else last + 1

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the first ``size`` leaves, of all by default."""
        size = self.size() if size is None else size
        return self.subtree(0, size) if size else merkle.EMPTY

    def inclusion(self, position: int, size: int) -> list[bytes]:
        """Return the proof that a position is in the tree of ``size``."""
        return merkle.inclusion(position, size, self.subtree)

    def consistency(self, older: int, size: int) -> list[bytes]:
        """Return the proof that the tree of ``size`` grew from the one of ``older``."""
        return merkle.consistency(older, size, self.subtree)

    def subtree(self, start: int, size: int) -> bytes:
        """Return the root of ``size`` leaves from ``start`` on; a proof never asks for others than whole subtrees
        and the ragged end of the tree.
        """
        stack = merkle.Stack()
        level = _level_within(size)
        whole, rest = size >> level, size & ((1 << level) - 1)
        hashes = self._nodes(level, start >> level, whole) if level else self._leaves(start, size)
        for made in hashes:
            stack.add(made)
        return stack.root(self.subtree(start + (whole << level), rest) if rest else None)

    def below(self, level: int, number: int) -> bytes:
        """Return what a kept node is the root of, made from the level below it."""
        first = number << WIDTH
        count = 1 << WIDTH
        hashes = self._leaves(first, count) if level == WIDTH else self._nodes(level - WIDTH, first, count)
        return merkle.root_of(hashes)

    def _leaves(self, start: int, size: int) -> Iterator[bytes]:
        wanted = sa.select(Leaf.hash).where(Leaf.position >= start, Leaf.position < start + size)
        yield from self._exactly(wanted.order_by(Leaf.position), size)

    def _nodes(self, level: int, first: int, count: int) -> Iterator[bytes]:
        start = node_id(level, first)
        wanted = sa.select(Node.hash).where(Node.id >= start, Node.id < start + count)
        yield from self._exactly(wanted.order_by(Node.id), count)

    def _exactly(self, wanted: sa.Select[Any], count: int) -> Iterator[bytes]:
        found: list[bytes] = list(self._connection.scalars(wanted))
        if len(found) != count:
            raise LookupError("a part of the tree is missing")
        yield from found


def grow(connection: sa.Connection, before: int, size: int) -> None:
    """Store the nodes that became whole when the tree grew from ``before`` to ``size`` leaves."""
    stored = Stored(connection)
    level = WIDTH
    while size >> level:
        numbers = range(before >> level, size >> level)
        made = [{"id": node_id(level, number), "hash": stored.below(level, number)} for number in numbers]
        if made:
            connection.execute(sa.insert(Node), made)
        level += WIDTH


def _level_within(size: int) -> int:
    """Return the highest kept level of which at least one node fits, without more than 256 of it being needed."""
    level = 0
    while size >> (level + WIDTH):
        level += WIDTH
    return level
