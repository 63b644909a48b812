"""Plan contests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "8531dae176da"
down_revision: str | Sequence[str] | None = "c7ccf005fb28"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    with op.batch_alter_table("contests_contests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("terms", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("contests_contests", schema=None) as batch_op:
        batch_op.alter_column("terms", server_default=None)


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("contests_contests", schema=None) as batch_op:
        batch_op.drop_column("terms")
