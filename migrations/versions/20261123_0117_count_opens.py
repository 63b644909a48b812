"""Count opens and clicks where agreed."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "182bb57679b2"
down_revision: str | Sequence[str] | None = "071aa46568a1"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BACK = "ix_newsletters_sendings_back"
_CAME_BACK = "bounced_at IS NOT NULL OR complained_at IS NOT NULL OR unsubscribed_at IS NOT NULL"
_COUNTS = ("bounced", "bounced_later", "complained", "unsubscribed", "opened", "clicked", "machines")


def upgrade() -> None:
    """Bring the tables to this version."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "newsletters_head_counts",
        sa.Column("newsletter_id", big, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("subscribers", big, nullable=False),
        _belongs("newsletters_head_counts", "newsletter_id", "newsletters_newsletters"),
        sa.PrimaryKeyConstraint("newsletter_id", "day", name=op.f("pk_newsletters_head_counts")),
    )
    op.create_table(
        "newsletters_tallies",
        sa.Column("campaign_id", big, autoincrement=False, nullable=False),
        *(sa.Column(name, big, nullable=False) for name in _COUNTS),
        _belongs("newsletters_tallies", "campaign_id", "newsletters_campaigns"),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_newsletters_tallies")),
    )
    op.create_table(
        "newsletters_links",
        sa.Column("campaign_id", big, autoincrement=False, nullable=False),
        sa.Column("number", big, autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=2000), nullable=False),
        sa.Column("people", big, nullable=False),
        sa.Column("times", big, nullable=False),
        _belongs("newsletters_links", "campaign_id", "newsletters_campaigns"),
        sa.PrimaryKeyConstraint("campaign_id", "number", name=op.f("pk_newsletters_links")),
    )
    op.create_table(
        "newsletters_touches",
        *(
            sa.Column(name, big, autoincrement=False, nullable=False)
            for name in ("campaign_id", "contact_id", "number", "second")
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("machine", sa.String(length=16), nullable=True),
        _belongs("newsletters_touches", "campaign_id", "newsletters_campaigns"),
        _belongs("newsletters_touches", "contact_id", "newsletters_contacts"),
        sa.PrimaryKeyConstraint("campaign_id", "contact_id", "number", "second", name=op.f("pk_newsletters_touches")),
    )
    op.create_index(op.f("ix_newsletters_touches_contact_id"), "newsletters_touches", ["contact_id"], unique=False)
    where = {"sqlite_where": sa.text(_CAME_BACK), "postgresql_where": sa.text(_CAME_BACK)}
    op.create_index(_BACK, "newsletters_sendings", ["campaign_id"], unique=False, **where)


def downgrade() -> None:
    """Take them back."""
    op.drop_index(_BACK, table_name="newsletters_sendings")
    for name in ("touches", "links", "tallies", "head_counts"):
        op.drop_table(f"newsletters_{name}")


def _belongs(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE")
