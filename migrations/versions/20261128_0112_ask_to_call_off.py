"""Ask to call off."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d47a90be3c15"
down_revision: str | Sequence[str] | None = "e19c57f4a2d8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    with op.batch_alter_table("shop_orders") as batch:
        batch.add_column(sa.Column("cancel_asked_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("shop_orders") as batch:
        batch.drop_column("cancel_asked_at")
