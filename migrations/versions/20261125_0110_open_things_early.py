"""Open things early."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "6c835e147504"
down_revision: str | Sequence[str] | None = "58b3109290c3"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INDEX = "ix_contests_early_object_kind_contests_early_object_id"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "contests_early",
        sa.Column(
            "promotion_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("object_kind", sa.String(length=12), nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["contests_promotions.id"], name=op.f("fk_contests_early_promotion_id")
        ),
        sa.PrimaryKeyConstraint("promotion_id", name=op.f("pk_contests_early")),
    )
    op.create_index(_INDEX, "contests_early", ["object_kind", "object_id"])


def downgrade() -> None:
    """Take them back."""
    op.drop_table("contests_early")
