"""Forget when a worker last looked after a campaign of texts: whether a backup was restored is asked of all at once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e0b7d41c6a95"
down_revision: str | Sequence[str] | None = "7c1e5a90d3b4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.drop_column("newsletters_texts", "seen_at")


def downgrade() -> None:
    """Bring the column back, empty."""
    op.add_column("newsletters_texts", sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True))
