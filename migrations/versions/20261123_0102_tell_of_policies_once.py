"""Tell each person of a policy once."""

from collections.abc import Sequence

revision: str = "f0a93dfef13a"
down_revision: str | Sequence[str] | None = "e9f82cede029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
