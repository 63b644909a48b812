"""Keep what the sending engine needs besides."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d4ed7132357e"
down_revision: str | Sequence[str] | None = "c3dc6021246d"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_QUEUE = "ix_newsletters_sendings_queue"


def upgrade() -> None:
    """Bring the tables to this version."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "newsletters_senders",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("instance", sa.String(length=12), nullable=False),
        sa.Column("beats", big, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_newsletters_senders")),
    )
    op.create_table(
        "newsletters_paces",
        sa.Column("scope", sa.String(length=260), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", big, nullable=False),
        sa.PrimaryKeyConstraint("scope", name=op.f("pk_newsletters_paces")),
    )
    op.create_index(op.f("ix_newsletters_paces_free_at"), "newsletters_paces", ["free_at"], unique=False)
    op.create_table(
        "newsletters_runs",
        sa.Column("campaign_id", big, autoincrement=False, nullable=False),
        sa.Column("forgiven", big, nullable=False),
        sa.Column("sent_then", big, nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"],
            ["newsletters_campaigns.id"],
            name=op.f("fk_newsletters_runs_campaign_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_newsletters_runs")),
    )
    op.drop_index(_QUEUE, table_name="newsletters_sendings")
    _index(_QUEUE, ["campaign_id", "contact_id"], "queued")
    _index("ix_newsletters_sendings_uncertain", ["campaign_id", "contact_id"], "uncertain")


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_newsletters_sendings_uncertain", table_name="newsletters_sendings")
    op.drop_index(_QUEUE, table_name="newsletters_sendings")
    _index(_QUEUE, ["campaign_id", "not_before", "contact_id"], "queued")
    op.drop_table("newsletters_runs")
    op.drop_table("newsletters_paces")
    op.drop_table("newsletters_senders")


def _index(name: str, columns: list[str], state: str) -> None:
    where = sa.text(f"state = '{state}'")
    op.create_index(name, "newsletters_sendings", columns, unique=False, sqlite_where=where, postgresql_where=where)
