"""Send text messages."""

from collections.abc import Sequence

revision: str = "071aa46568a1"
down_revision: str | Sequence[str] | None = "f60f93545790"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
