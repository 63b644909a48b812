"""Tell winners, give badges and points."""

from collections.abc import Sequence

revision: str = "231364e9c0a4"
down_revision: str | Sequence[str] | None = "196476f21b88"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
