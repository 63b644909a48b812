"""Draw winners."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "196476f21b88"
down_revision: str | Sequence[str] | None = "2207535372ae"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    integer = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "contests_draws",
        sa.Column("contest_id", integer, autoincrement=False, nullable=False),
        sa.Column("source", sa.String(length=8), nullable=False),
        sa.Column("chain", sa.JSON(), nullable=False),
        sa.Column("round", integer, nullable=False),
        sa.Column("seed", sa.LargeBinary(), nullable=True),
        sa.Column("seed_sha256", sa.String(length=64), nullable=True),
        sa.Column("entries_sha256", sa.String(length=64), nullable=True),
        sa.Column("randomness", sa.String(length=64), nullable=True),
        sa.Column("signature", sa.String(length=96), nullable=True),
        sa.Column("nonce", sa.String(length=128), nullable=True),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("units", integer, nullable=False),
        sa.Column("alternates", integer, nullable=False),
        sa.Column("picked", sa.JSON(), nullable=False),
        sa.CheckConstraint("source IN ('beacon', 'witness')", name=op.f("ck_contests_draws_source")),
        sa.CheckConstraint("(seed IS NULL) = (seed_sha256 IS NULL)", name=op.f("ck_contests_draws_seed")),
        sa.CheckConstraint(
            "drawn_at IS NULL OR (seed_sha256 IS NOT NULL AND entries_sha256 IS NOT NULL "
            "AND (randomness IS NOT NULL OR nonce IS NOT NULL))",
            name=op.f("ck_contests_draws_drawn"),
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_draws_contest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_contests_draws")),
    )
    op.create_table(
        "contests_witnesses",
        sa.Column("contest_id", integer, autoincrement=False, nullable=False),
        sa.Column("subject_id", integer, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("nonce_sha256", sa.String(length=64), nullable=False),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_witnesses_contest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f("fk_contests_witnesses_subject_id")),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_contests_witnesses")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_contests_witnesses_token_digest")),
    )
    op.create_index(op.f("ix_contests_witnesses_subject_id"), "contests_witnesses", ["subject_id"])


def downgrade() -> None:
    """Take them back."""
    op.drop_table("contests_witnesses")
    op.drop_table("contests_draws")
