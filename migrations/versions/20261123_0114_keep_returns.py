"""Keep what comes back."""

from collections.abc import Sequence

revision: str = "e5fe8243468f"
down_revision: str | Sequence[str] | None = "d4ed7132357e"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
