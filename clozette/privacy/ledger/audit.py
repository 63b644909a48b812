"""Verify the ledgers, and prove what stands in them: for the command line, receipts and exports (17, 22, 23)."""

import base64
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import ids
from clozette.kernel.database import UtcDateTime, db
from clozette.privacy.ledger import named
from clozette.privacy.ledger.leaves import KINDS, Kind
from clozette.privacy.tree import canonical, heads, nodes, verify
from clozette.privacy.tree.models import Head, Leaf

Proof = dict[str, Any]
"""A proof as it is handed out: what ``tools/verify_ledger.py`` reads."""


def verify_all(
    extra_heads: Iterable[heads.SignedHead] = (), tell: Callable[[int], None] = lambda _: None
) -> verify.Report:
    """Verify everything that is committed now against the published heads, and others that somebody kept."""
    published = [*heads.published(), *extra_heads]  # before the snapshot: it can't be older than they are
    with snapshot() as connection:
        report = verify.verify(connection, map(rows_of, KINDS.values()), published, heads.key_ring(), tell)
        named.check(connection, report)
        return report


def snapshot() -> Any:
    """Return a reading connection whose transaction sees one moment of the database."""
    connection = db.get_engine("default").connect()
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def rows_of(kind: Kind) -> verify.Rows:
    """Return how the verifier reads the rows of a kind, and the leaf it expects of each."""
    table = kind.model.__table__

    def leaf_of(row: Any) -> bytes:
        subject_id = getattr(row, kind.subject_of) if kind.subject_of else None
        return canonical.leaf(kind.name, row.id, subject_id, kind.payload_of(row))

    columns = [_canonical(column) for column in table.columns]
    return verify.Rows(kind.name, sa.select(*columns).order_by(table.c.id), leaf_of)


def _canonical(column: Any) -> Any:
    """Let the database write moments as the leaves have them: a million times, that is half of a verification."""
    if not isinstance(column.type, UtcDateTime):
        return column
    is_sqlite = db.engine.dialect.name == "sqlite"
    text: Any = sa.type_coerce(column, sa.String)
    if is_sqlite:
        written = sa.func.substr(text, 1, 10) + "T" + sa.func.substr(text, 12) + "Z"
    else:
        written = sa.func.to_char(sa.func.timezone("UTC", column), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
    return sa.type_coerce(written, sa.String).label(column.name)


def prove(kind: str, row_id: int, *, before: datetime | None = None) -> Proof | None:
    """Return the proof that a row's leaf is under the latest signed head that covers it; nothing if none does yet.

    :param before: a moment that the head must be older than; whoever sees it knows that the row was there by then.
    """
    with db.get_engine("default").connect() as connection:
        leaf = connection.execute(
            sa.select(Leaf.position, Leaf.data).where(Leaf.kind == kind, Leaf.row_id == row_id)
        ).first()
        head = _newest(connection, before)
        if leaf is None or head is None or head.size <= leaf.position:
            return None
        path = nodes.Stored(connection).inclusion(leaf.position, head.size)
    return {
        "layout": "clozette inclusion 1",
        "leaf": base64.b64encode(leaf.data).decode(),
        "position": leaf.position,
        "path": [node.hex() for node in path],
        "head": _published(head),
    }


def prove_growth(older: int, size: int) -> Proof:
    """Return the proof that the tree of ``size`` leaves holds the one of ``older`` unchanged.

    :raises ValueError: if there are no such trees.
    """
    with db.get_engine("default").connect() as connection:
        stored = nodes.Stored(connection)
        if not 0 < older <= size <= stored.size():
            raise ValueError("there is no tree of that size")
        path = stored.consistency(older, size)
        roots = stored.root(older), stored.root(size)
    return {
        "layout": "clozette consistency 1",
        "older": {"size": older, "root": roots[0].hex()},
        "newer": {"size": size, "root": roots[1].hex()},
        "path": [node.hex() for node in path],
    }


def log() -> Iterator[dict[str, Any]]:
    """Yield every leaf, in order, as one line of the log that the stand-alone verifier reads."""
    wanted = sa.select(Leaf.position, Leaf.kind, Leaf.row_id, Leaf.data, Leaf.chain).order_by(Leaf.position)
    with snapshot() as connection:
        for row in connection.execute(wanted, execution_options=verify.STREAMED):
            yield {
                "position": row.position,
                "kind": row.kind,
                "row": ids.encode(row.row_id),
                "leaf": base64.b64encode(row.data).decode(),
                "chain": row.chain.hex(),
            }


def _newest(connection: sa.Connection, before: datetime | None) -> Any:
    wanted = sa.select(Head.__table__).order_by(Head.size.desc()).limit(1)
    return connection.execute(wanted if before is None else wanted.where(Head.at < before)).first()


def _published(head: Any) -> dict[str, Any]:
    """Return a noted head as it was published, its key found by its short name."""
    keys = heads.key_ring().names()
    signed = heads.SignedHead(
        head.size,
        str(canonical.moment(head.at)),
        head.root.hex(),
        head.chain.hex(),
        keys.get(head.key_id, head.key_id),
        base64.b64encode(head.signature).decode(),
    )
    return signed.fields()
