"""Keep what Mailchimp was told."""

from collections.abc import Sequence

revision: str = "f60f93545790"
down_revision: str | Sequence[str] | None = "e5fe8243468f"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""


def downgrade() -> None:
    """Take them back."""
