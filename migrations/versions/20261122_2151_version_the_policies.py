"""Version the policies."""

from collections.abc import Sequence

revision: str = "72e1b5d6f302"
down_revision: str | Sequence[str] | None = "61d0a4c5e201"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Bring the tables back."""
