"""Plan contests."""

from collections.abc import Sequence

revision: str = "8531dae176da"
down_revision: str | Sequence[str] | None = "c7ccf005fb28"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
