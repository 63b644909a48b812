"""Judge contests."""

from collections.abc import Sequence

revision: str = "2207535372ae"
down_revision: str | Sequence[str] | None = "bafe9b01663b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
