"""Forget where swaps would have gone."""

from collections.abc import Sequence

from alembic import op

revision: str = "c50e7b91d3f2"
down_revision: str | Sequence[str] | None = "a94c17e2d05b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version: whoever said no by other terms, or let the time pass, left the addresses there."""
    op.execute(
        "UPDATE shop_swap_legs SET address = NULL WHERE address IS NOT NULL AND swap_id IN "
        "(SELECT id FROM shop_swaps WHERE state IN ('declined', 'expired', 'failed', 'done'))"
    )


def downgrade() -> None:
    """Take them back: what is forgotten stays so."""
