"""The whole tree, read once and held against itself, the rows, and the heads that were published (requirement 17)."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from clozette.privacy.tree import canonical, merkle, nodes
from clozette.privacy.tree.heads import KeyRing, SignedHead
from clozette.privacy.tree.models import Leaf, Node, Waiting

CHUNK = 5000
_MASK = (1 << nodes.WIDTH) - 1
STREAMED = {"yield_per": CHUNK}
MOST = 100
"""How many faults are told; whoever breaks the chain early breaks it a million times."""


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was written: what sort, and where."""

    what: str
    where: str


@dataclass
class Report:
    """What a verification found."""

    size: int = 0
    waiting: int = 0
    root: str = ""
    heads: int = 0
    unsigned_heads: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults

    def add(self, what: str, where: object) -> None:
        """Note a fault."""
        if len(self.faults) < MOST:
            self.faults.append(Fault(what, str(where)))


@dataclass(frozen=True)
class Rows:
    """The rows of one kind: how to read them, and the leaf that each must have."""

    kind: str
    select: sa.Select[Any]
    leaf_of: Callable[[Any], bytes]


def verify(
    connection: sa.Connection,
    kinds: Iterable[Rows],
    published: Iterable[SignedHead],
    keys: KeyRing,
    tell: Callable[[int], None] = lambda _: None,
) -> Report:
    """Read every leaf once, in order, and say what was edited, deleted, inserted, re-ordered or cut off.

    :param kinds: the tables whose rows must each have their leaf.
    :param published: heads from outside of the database; without any, a cut tail can't be seen.
    :param tell: called now and then with the number of leaves that were read.
    """
    report = Report()
    pairings = {rows.kind: _Pairing(connection, rows, report) for rows in kinds}
    kept = {node.id: node.hash for node in connection.execute(sa.select(Node.id, Node.hash))}
    walk = _Walk(_trusted(published, keys, report), kept, report)
    for position, kind, row_id, data, hashed, chained in _leaves(connection):
        if kind in pairings:
            pairings[kind].take(row_id, data)
        else:  # nobody could say whether its row is still there
            report.add("leaf of an unknown kind", f"position {position}: {kind} {row_id}")
        walk.take(position, data, hashed, chained)
        if not position % CHUNK:
            tell(position)
    walk.finish()
    for pairing in pairings.values():
        pairing.finish(connection)
    return report


def _trusted(published: Iterable[SignedHead], keys: KeyRing, report: Report) -> dict[int, list[SignedHead]]:
    found: dict[int, list[SignedHead]] = {}
    for head in published:
        report.heads += 1
        if not keys.has_signed(head):
            report.unsigned_heads += 1
            report.add("head not signed by us", f"head of {head.size}")
            continue
        found.setdefault(head.size, []).append(head)
    return found


class _Pairing:
    """Holds the rows of one kind against its leaves while both are read once: the rows by id, the leaves by position.

    The two orders are nearly the same, so that few of either wait for their other half.
    """

    def __init__(self, connection: sa.Connection, rows: Rows, report: Report) -> None:
        self._kind, self._leaf_of, self._report = rows.kind, rows.leaf_of, report
        self._rows = iter(connection.execute(rows.select, execution_options=STREAMED))
        self._lone_rows: dict[int, bytes] = {}
        self._lone_leaves: dict[int, bytes] = {}

    def take(self, row_id: int, data: bytes) -> None:
        """Take the next leaf, and the next row."""
        row = next(self._rows, None)
        if row is not None and row.id == row_id:
            self._compare(row_id, data, self._leaf_of(row))
            return
        if row is not None:
            self._meet(row.id, self._leaf_of(row), self._lone_leaves, self._lone_rows)
        self._check_filing(row_id, data)
        self._meet(row_id, data, self._lone_rows, self._lone_leaves)

    def finish(self, connection: sa.Connection) -> None:
        """Say what is left: rows without a leaf that don't wait for one either, leaves without a row."""
        for row in self._rows:
            self._meet(row.id, self._leaf_of(row), self._lone_leaves, self._lone_rows)
        waiting = sa.select(Waiting.row_id, Waiting.data).where(Waiting.kind == self._kind)
        for row in connection.execute(waiting):
            self._report.waiting += 1
            self._meet(row.row_id, row.data, self._lone_rows, self._lone_leaves)
        for row_id in sorted(self._lone_leaves):
            self._report.add("row deleted", f"{self._kind} {row_id}")
        for row_id in sorted(self._lone_rows):
            self._report.add("row inserted past the ledger", f"{self._kind} {row_id}")

    def _meet(self, row_id: int, data: bytes, others: dict[int, bytes], own: dict[int, bytes]) -> None:
        other = others.pop(row_id, None)
        if other is None:
            own[row_id] = data
        else:
            self._compare(row_id, data, other)

    def _check_filing(self, row_id: int, data: bytes) -> None:
        """Hold the columns of a leaf against its bytes; where the bytes equal those of its row, that was done by it."""
        if canonical.named(data) != (self._kind, row_id):
            self._report.add("leaf filed under another row", f"{self._kind} {row_id}")

    def _compare(self, row_id: int, one: bytes, other: bytes) -> None:
        if one != other:
            self._report.add("row edited", f"{self._kind} {row_id}")


class _Walk:
    """Goes along the leaves by position: their hashes, the chain, the tree, its inner nodes and heads."""

    def __init__(self, heads: dict[int, list[SignedHead]], kept: dict[int, bytes], report: Report) -> None:
        self._heads, self._kept, self._report = heads, kept, report
        self._stack, self._chain, self._is_gapless = merkle.Stack(), merkle.START, True

    def take(self, position: int, data: bytes, hashed: bytes, chained: bytes) -> None:
        """Take the next leaf; past a gap nothing more can be said of the tree."""
        if position != self._stack.size:
            if self._is_gapless:
                self._report.add("leaf missing", f"position {self._stack.size}")
            self._is_gapless = False
            return
        made = merkle.leaf_hash(data)
        self._chain = merkle.chain_hash(self._chain, made)
        if made != hashed:
            self._report.add("leaf edited", f"position {position}")
        if self._chain != chained:
            self._report.add("chain broken", f"position {position}")
            self._chain = chained
        self._grow(made)

    def finish(self) -> None:
        """Hold the end against what was published."""
        size = self._report.size = self._stack.size
        self._report.root = self._stack.root().hex()
        if not self._is_gapless:
            return
        for beyond in self._heads:
            self._report.add("end cut off", f"a head of {beyond} was published, {size} leaves are left")
        for extra in self._kept:
            self._report.add("inner node edited", "level {}, number {}".format(*nodes.place_of(extra)))

    def _grow(self, made: bytes) -> None:
        if (self._stack.size + 1) & _MASK:
            self._stack.add(made)
        else:
            for level, number, node in self._stack.add_whole(made, nodes.WIDTH):
                # Inner nodes only make proofs quick; a wrong one would make a proof fail that should hold.
                if self._kept.pop(nodes.node_id(level, number), None) != node:
                    self._report.add("inner node edited", f"level {level}, number {number}")
        for head in self._heads.pop(self._stack.size, ()):
            if head.root != self._stack.root().hex():
                self._report.add("another tree than was published", f"head of {head.size}")
            elif head.chain != self._chain.hex():
                self._report.add("another chain than was published", f"head of {head.size}")


def _leaves(connection: sa.Connection) -> Iterator[Any]:
    columns = (Leaf.position, Leaf.kind, Leaf.row_id, Leaf.data, Leaf.hash, Leaf.chain)
    wanted = sa.select(*columns).order_by(Leaf.position)
    yield from connection.execute(wanted, execution_options=STREAMED)
