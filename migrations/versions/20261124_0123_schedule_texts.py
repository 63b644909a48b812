"""Let campaigns of texts wait for their time."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "3f94b0c2d7e8"
down_revision: str | Sequence[str] | None = "e0b7d41c6a95"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_DUE = "ix_newsletters_texts_send_at"


def upgrade() -> None:
    """Bring the tables to this version."""
    zone = sa.Column("time_zone", sa.String(length=64), server_default="UTC", nullable=False)
    for column in (sa.Column("send_at", sa.DateTime(timezone=True), nullable=True), zone):
        op.add_column("newsletters_texts", column)
    op.create_index(_DUE, "newsletters_texts", ["send_at"])


def downgrade() -> None:
    """Take them back."""
    op.drop_index(_DUE, table_name="newsletters_texts")
    for name in ("time_zone", "send_at"):
        op.drop_column("newsletters_texts", name)
