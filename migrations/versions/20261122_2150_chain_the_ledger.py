"""Chain the ledger."""

from collections.abc import Sequence

revision: str = "61d0a4c5e201"
down_revision: str | Sequence[str] | None = "235343a3f8b4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Bring the tables back."""
