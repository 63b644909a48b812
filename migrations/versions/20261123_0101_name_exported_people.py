"""Keep who was in a bulk export."""

from collections.abc import Sequence

revision: str = "e9f82cede029"
down_revision: str | Sequence[str] | None = "d8e71bdcf918"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
