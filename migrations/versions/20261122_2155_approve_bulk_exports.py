"""Approve bulk exports."""

from collections.abc import Sequence

revision: str = "b6c5f9bad706"
down_revision: str | Sequence[str] | None = "a5b4e8a9c605"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Bring the tables back."""
