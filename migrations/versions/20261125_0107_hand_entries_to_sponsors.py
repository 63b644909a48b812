"""Hand entries to sponsors."""

from collections.abc import Sequence

revision: str = "4b0bb7640fa6"
down_revision: str | Sequence[str] | None = "231364e9c0a4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
