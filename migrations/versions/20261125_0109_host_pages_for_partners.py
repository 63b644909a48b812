"""Host pages for partners."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "58b3109290c3"
down_revision: str | Sequence[str] | None = "24b0e72fb30c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "contests_channels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sponsor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("slug", sa.String(length=30), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("colour", sa.String(length=8), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "colour IN ('ink', 'rose', 'blush', 'mint', 'sand', 'mist')", name=op.f("ck_contests_channels_colour")
        ),
        sa.ForeignKeyConstraint(["sponsor_id"], ["contests_sponsors.id"], name=op.f("fk_contests_channels_sponsor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_channels")),
        sa.UniqueConstraint("slug", name=op.f("uq_contests_channels_slug")),
    )
    op.create_index("ix_contests_channels_sponsor_id", "contests_channels", ["sponsor_id"])


def downgrade() -> None:
    """Take them back."""
    op.drop_table("contests_channels")
