"""Draw winners."""

from collections.abc import Sequence

revision: str = "196476f21b88"
down_revision: str | Sequence[str] | None = "2207535372ae"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
