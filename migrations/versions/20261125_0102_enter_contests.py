"""Enter contests."""

from collections.abc import Sequence

revision: str = "9f74d14483c4"
down_revision: str | Sequence[str] | None = "8531dae176da"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
