"""Keep the price before a bundle."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c7b2f9e1406d"
down_revision: str | Sequence[str] | None = "7d31b8e0c5a2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.add_column("shop_order_lines", sa.Column("list_minor", _BIG, nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("shop_order_lines") as batch:
        batch.drop_column("list_minor")
