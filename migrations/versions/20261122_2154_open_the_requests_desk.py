"""Open the requests desk."""

from collections.abc import Sequence

revision: str = "a5b4e8a9c605"
down_revision: str | Sequence[str] | None = "94a3d7f8b504"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Bring the tables back."""
