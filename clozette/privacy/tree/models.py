"""The tree in the database: what waits for its place, the leaves, inner nodes for quick proofs, and the signed heads."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import BigInt, Id, Model
from clozette.privacy import append_only


class Waiting(Model):
    """An entry whose leaf has no position yet: written with the deed, taken away by the sequencer."""

    __tablename__ = "privacy_waiting"

    id: Mapped[Id]
    kind: Mapped[str] = mapped_column(sa.String(16))
    row_id: Mapped[int]
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
    at: Mapped[datetime]


class Leaf(Model):
    """A leaf in its position: the bytes that were hashed, their hash, and the chain up to and with it."""

    __tablename__ = "privacy_leaves"
    __table_args__ = (sa.UniqueConstraint("kind", "row_id"),)

    position: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.String(16))
    row_id: Mapped[int]
    data: Mapped[bytes] = mapped_column(sa.LargeBinary)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    chain: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    sequenced_at: Mapped[datetime]


class Node(Model):
    """The root of 256, 65,536, … whole leaves, so that a proof needs some hundred hashes instead of all of them.

    ``id`` is the level (8, 16, …) times 2**48, plus the node's number within the level.
    """

    __tablename__ = "privacy_nodes"

    id: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class Head(Model):
    """A signed head of the tree; the same was published outside of the database."""

    __tablename__ = "privacy_heads"

    size: Mapped[int] = mapped_column(BigInt, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    root: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    chain: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    key_id: Mapped[str] = mapped_column(sa.String(16))
    signature: Mapped[bytes] = mapped_column(sa.LargeBinary(64))


APPEND_ONLY = ("privacy_leaves", "privacy_nodes", "privacy_heads")

append_only.attach(Model.metadata, APPEND_ONLY)
