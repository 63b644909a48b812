"""Send orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "6d20a1c47be8"
down_revision: str | Sequence[str] | None = "aac4d949dddf"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_HANDOVERS = ("seller_handover_id", "courier_handover_id")


def upgrade() -> None:
    """Bring the tables to this version."""
    with op.batch_alter_table("shop_orders") as batch:
        batch.add_column(sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("shares", sa.JSON(), nullable=False, server_default="[]"))
        for name in _HANDOVERS:
            batch.add_column(sa.Column(name, _BIG, nullable=True))
            batch.create_foreign_key(batch.f(f"fk_shop_orders_{name}"), "privacy_handovers", [name], ["id"])
    with op.batch_alter_table("shop_orders") as batch:
        batch.alter_column("shares", server_default=None)


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("shop_orders") as batch:
        for name in _HANDOVERS:
            batch.drop_constraint(batch.f(f"fk_shop_orders_{name}"), type_="foreignkey")
            batch.drop_column(name)
        batch.drop_column("shares")
        batch.drop_column("reminded_at")
