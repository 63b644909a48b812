"""Tables of draws: what each is made from, and who from outside gives its last number where no beacon does."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from clozette.kernel.database import Model

MAX_NAME = 120
MAX_MAIL = 254


class Draw(Model):
    """What a contest's draw is made from, and what came out. Made as its rules are published; drawn once.

    :ivar source: where the last number comes from: the ``beacon``, or an outside ``witness``.
    :ivar chain: the beacon's chain, as ``rounds.Chain.info`` writes it; ``round``: the first one at ``draw_at`` or later.
    :ivar seed: ours, sealed until it is drawn; ``seed_sha256``, public from the opening on.
    :ivar entries_sha256: of the frozen list that was drawn from.
    :ivar nonce: the witness's number, in hex.
    :ivar picked: numbers of entries, in order: winners first, then alternates.
    """

    __tablename__ = "contests_draws"
    __table_args__ = (
        sa.CheckConstraint("source IN ('beacon', 'witness')", name="source"),
        sa.CheckConstraint("(seed IS NULL) = (seed_sha256 IS NULL)", name="seed"),
        sa.CheckConstraint(
            "drawn_at IS NULL OR (seed_sha256 IS NOT NULL AND entries_sha256 IS NOT NULL "
            "AND (randomness IS NOT NULL OR nonce IS NOT NULL))",
            name="drawn",
        ),
    )

    contest_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contests_contests.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    source: Mapped[str] = mapped_column(sa.String(8), default="beacon")
    chain: Mapped[dict[str, Any]]
    round: Mapped[int]
    seed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    seed_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    entries_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    randomness: Mapped[str | None] = mapped_column(sa.String(64))
    signature: Mapped[str | None] = mapped_column(sa.String(96))
    nonce: Mapped[str | None] = mapped_column(sa.String(128))
    drawn_at: Mapped[datetime | None]
    units: Mapped[int] = mapped_column(default=0)
    alternates: Mapped[int] = mapped_column(default=0)
    picked: Mapped[list[int]] = mapped_column(sa.JSON, default=list)


class Witness(Model):
    """Somebody outside who thought of a number before the close: its digest is public then, the number after it.

    :ivar token_digest: of the token in the link that the witness was mailed.
    """

    __tablename__ = "contests_witnesses"

    contest_id: Mapped[int] = mapped_column(
        sa.ForeignKey("contests_contests.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), index=True)
    name: Mapped[str] = mapped_column(sa.String(MAX_NAME))
    email: Mapped[str] = mapped_column(sa.String(MAX_MAIL))
    token_digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    nonce_sha256: Mapped[str] = mapped_column(sa.String(64))
    named_at: Mapped[datetime]
    given_at: Mapped[datetime | None]
