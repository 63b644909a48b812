"""Decide about what was sent back."""

from collections.abc import Sequence

from alembic import op

revision: str = "6d15f0a8c3b7"
down_revision: str | Sequence[str] | None = "3b8d04c7a9e2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    _rounds(3)


def downgrade() -> None:
    """Take them back."""
    op.execute("DELETE FROM shop_case_decisions WHERE round = 3")
    _rounds(2)


def _rounds(most: int) -> None:
    with op.batch_alter_table("shop_case_decisions") as batch:
        batch.drop_constraint(batch.f("ck_shop_case_decisions_round"), type_="check")
        batch.create_check_constraint(batch.f("ck_shop_case_decisions_round"), f"round BETWEEN 1 AND {most}")
