"""Import subscribers with their consent evidence."""

from collections.abc import Sequence

revision: str = "b2cb5f10135c"
down_revision: str | Sequence[str] | None = "a1ba4e0f024b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
