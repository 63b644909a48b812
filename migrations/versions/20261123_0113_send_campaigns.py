"""Keep what the sending engine needs besides."""

from collections.abc import Sequence

revision: str = "d4ed7132357e"
down_revision: str | Sequence[str] | None = "c3dc6021246d"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
