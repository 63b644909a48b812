"""Ask surveys and run promotions."""

from collections.abc import Sequence

revision: str = "24b0e72fb30c"
down_revision: str | Sequence[str] | None = "4b0bb7640fa6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
