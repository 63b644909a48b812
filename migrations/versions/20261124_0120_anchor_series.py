"""Keep when a series was due first."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c41d90ab27e6"
down_revision: str | Sequence[str] | None = "a8e4d2b90c37"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version. Where a series stands now is the best that is known of when it began."""
    with op.batch_alter_table("newsletters_campaigns") as table:
        table.add_column(sa.Column("first_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE newsletters_campaigns SET first_at = send_at WHERE repeats IS NOT NULL")


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("newsletters_campaigns") as table:
        table.drop_column("first_at")
