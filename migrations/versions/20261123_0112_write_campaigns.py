"""Keep what writing needs besides."""

from collections.abc import Sequence

revision: str = "c3dc6021246d"
down_revision: str | Sequence[str] | None = "b2cb5f10135c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
