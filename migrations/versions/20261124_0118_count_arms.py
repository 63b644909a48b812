"""Count what came of each arm."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "5d0c1f7be921"
down_revision: str | Sequence[str] | None = "182bb57679b2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_COUNTS = (
    "recipients",
    "sent",
    "bounced",
    "bounced_later",
    "complained",
    "unsubscribed",
    "agreed",
    "opened",
    "clicked",
    "machines",
)


def upgrade() -> None:
    """Bring the tables to this version."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "newsletters_arm_tallies",
        sa.Column("campaign_id", big, autoincrement=False, nullable=False),
        sa.Column("letter", sa.String(length=1), nullable=False),
        *(sa.Column(name, big, nullable=False) for name in _COUNTS),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["newsletters_campaigns.id"],
            name=op.f("fk_newsletters_arm_tallies_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", "letter", name=op.f("pk_newsletters_arm_tallies")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("newsletters_arm_tallies")
