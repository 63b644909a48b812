"""Compare both sides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "7d31b8e0c5a2"
down_revision: str | Sequence[str] | None = "ad00e594a7c5"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "shop_reconciliations",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("because", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("number", _BIG, nullable=False),
        sa.Column("mended", _BIG, nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.CheckConstraint("state IN ('asked', 'done', 'failed')", name=op.f("ck_shop_reconciliations_state")),
        sa.CheckConstraint("mended BETWEEN 0 AND number", name=op.f("ck_shop_reconciliations_mended")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_reconciliations")),
    )
    op.create_index(
        "uq_shop_reconciliations_under_way",
        "shop_reconciliations",
        ["state"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
        sqlite_where=sa.text("state = 'asked'"),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("shop_reconciliations")
