"""Ask guardians for minors' consents."""

from collections.abc import Sequence

revision: str = "d8e71bdcf918"
down_revision: str | Sequence[str] | None = "c7d60acbe807"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
