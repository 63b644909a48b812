"""Count opens and clicks where agreed."""

from collections.abc import Sequence

revision: str = "182bb57679b2"
down_revision: str | Sequence[str] | None = "071aa46568a1"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
