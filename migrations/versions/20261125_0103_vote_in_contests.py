"""Vote in contests."""

from collections.abc import Sequence

revision: str = "bafe9b01663b"
down_revision: str | Sequence[str] | None = "9f74d14483c4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
