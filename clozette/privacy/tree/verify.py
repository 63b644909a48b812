"""The whole tree, read once and held against itself, the rows, and the heads that were published (requirement 17)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from clozette.privacy.tree import merkle, nodes
from clozette.privacy.tree.heads import SignedHead
from clozette.privacy.tree.models import Leaf, Node, Waiting

CHUNK = 5000
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
    keys: Mapping[str, Any],
    tell: Callable[[int], None] = lambda _: None,
) -> Report:
    """Read every leaf once, in order, and say what was edited, deleted, inserted, re-ordered or cut off.

    :param kinds: the tables whose rows must each have their leaf.
    :param published: heads from outside of the database; without any, a cut tail can't be seen.
    :param tell: called now and then with the number of leaves that were read.
    """
    report = Report()
    heads = _trusted(published, keys, report)
    _check_leaves(connection, heads, report, tell)
    _check_nodes(connection, report)
    for rows in kinds:
        _check_rows(connection, rows, report)
    return report


def _trusted(published: Iterable[SignedHead], keys: Mapping[str, Any], report: Report) -> dict[int, list[SignedHead]]:
    found: dict[int, list[SignedHead]] = {}
    for head in published:
        report.heads += 1
        if not head.is_signed_by(dict(keys)):
            report.unsigned_heads += 1
            report.add("head not signed by us", f"head of {head.size}")
            continue
        found.setdefault(head.size, []).append(head)
    return found


def _check_leaves(
    connection: sa.Connection, heads: dict[int, list[SignedHead]], report: Report, tell: Callable[[int], None]
) -> None:
    stack, chain = merkle.Stack(), merkle.START
    for position, data, hashed, chained in _leaves(connection):
        if position != stack.size:
            report.add("leaf missing", f"position {stack.size}")
            heads.clear()
            break
        made = merkle.leaf_hash(data)
        chain = merkle.chain_hash(chain, made)
        if made != hashed:
            report.add("leaf edited", f"position {position}")
        if chain != chained:
            report.add("chain broken", f"position {position}")
            chain = chained
        stack.add(made)
        if stack.size in heads:
            _check_heads(heads.pop(stack.size), stack.root(), chain, report)
        if not stack.size % CHUNK:
            tell(stack.size)
    report.size, report.root = stack.size, stack.root().hex()
    for size in heads:
        if size > stack.size:
            report.add("end cut off", f"a head of {size} was published, {stack.size} leaves are left")


def _check_heads(heads: list[SignedHead], root: bytes, chain: bytes, report: Report) -> None:
    for head in heads:
        if head.root != root.hex():
            report.add("another tree than was published", f"head of {head.size}")
        elif head.chain != chain.hex():
            report.add("another chain than was published", f"head of {head.size}")


def _check_nodes(connection: sa.Connection, report: Report) -> None:
    """Inner nodes only make proofs quick; a wrong one would make a proof fail that should hold."""
    stored = nodes.Stored(connection)
    for node in connection.execute(sa.select(Node.id, Node.hash).order_by(Node.id)):
        level, number = nodes.place_of(node.id)
        try:
            right = stored.below(level, number) == node.hash
        except LookupError:
            right = False
        if not right:
            report.add("inner node edited", f"level {level}, number {number}")


def _check_rows(connection: sa.Connection, rows: Rows, report: Report) -> None:
    """Walk through a table and its leaves side by side, both in the order of the ids."""
    leaves = _data_of(connection, Leaf, rows.kind)
    waiting = dict(_data_of(connection, Waiting, rows.kind))
    report.waiting += len(waiting)
    leaf = next(leaves, None)
    for row in connection.execute(rows.select, execution_options=STREAMED):
        while leaf and leaf[0] < row.id:
            report.add("row deleted", f"{rows.kind} {leaf[0]}")
            leaf = next(leaves, None)
        data: bytes | None
        if leaf and leaf[0] == row.id:
            data, leaf = leaf[1], next(leaves, None)
        else:
            data = waiting.get(row.id)
        if data is None:
            report.add("row inserted past the ledger", f"{rows.kind} {row.id}")
        elif data != rows.leaf_of(row):
            report.add("row edited", f"{rows.kind} {row.id}")
    while leaf:
        report.add("row deleted", f"{rows.kind} {leaf[0]}")
        leaf = next(leaves, None)


def _leaves(connection: sa.Connection) -> Iterator[Any]:
    wanted = sa.select(Leaf.position, Leaf.data, Leaf.hash, Leaf.chain).order_by(Leaf.position)
    yield from connection.execute(wanted, execution_options=STREAMED)


def _data_of(connection: sa.Connection, table: type[Leaf] | type[Waiting], kind: str) -> Iterator[tuple[int, bytes]]:
    wanted = sa.select(table.row_id, table.data).where(table.kind == kind).order_by(table.row_id)
    for row in connection.execute(wanted, execution_options=STREAMED):
        yield row.row_id, row.data
