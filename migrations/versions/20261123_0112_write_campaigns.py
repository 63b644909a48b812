"""Keep what writing needs besides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c3dc6021246d"
down_revision: str | Sequence[str] | None = "b2cb5f10135c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    with op.batch_alter_table("newsletters_campaigns", schema=None) as batch_op:
        batch_op.add_column(sa.Column("repeats", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("since", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("parent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
        batch_op.add_column(sa.Column("checked_links", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.create_foreign_key(
            batch_op.f("fk_newsletters_campaigns_parent_id"),
            "newsletters_campaigns",
            ["parent_id"],
            ["id"],
            ondelete="SET NULL",
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_newsletters_campaigns_parent_id_send_at"), ["parent_id", "send_at"]
        )
    with op.batch_alter_table("newsletters_campaigns", schema=None) as batch_op:
        batch_op.alter_column("checked_links", server_default=None)


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("newsletters_campaigns", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_newsletters_campaigns_parent_id_send_at"), type_="unique")
        batch_op.drop_constraint(batch_op.f("fk_newsletters_campaigns_parent_id"), type_="foreignkey")
        for name in ("checked_links", "parent_id", "since", "repeats"):
            batch_op.drop_column(name)
