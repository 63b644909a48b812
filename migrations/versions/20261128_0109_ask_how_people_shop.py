"""Ask how people shop."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e19c57f4a2d8"
down_revision: str | Sequence[str] | None = "e9a4c62f7b10"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "shop_tastes",
        sa.Column("member_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("likes", sa.JSON(), nullable=False),
        sa.Column("ways", sa.JSON(), nullable=False),
        sa.Column("age", sa.String(length=8), nullable=True),
        sa.Column("gender", sa.String(length=8), nullable=True),
        sa.Column("household", sa.String(length=8), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_shop_tastes_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_shop_tastes")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("shop_tastes")
