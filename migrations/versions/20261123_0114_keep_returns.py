"""Keep what comes back."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e5fe8243468f"
down_revision: str | Sequence[str] | None = "d4ed7132357e"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "newsletters_mailboxes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_mailboxes")),
        sa.UniqueConstraint("address_key", name=op.f("uq_newsletters_mailboxes_address_key")),
    )
    op.create_index(op.f("ix_newsletters_mailboxes_mailed_at"), "newsletters_mailboxes", ["mailed_at"])
    op.create_table(
        "newsletters_returns",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("via", sa.String(length=8), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=True),
        sa.Column("verdict", sa.String(length=16), nullable=True),
        sa.Column("status", sa.String(length=16), nullable=True),
        sa.Column("because", sa.String(length=16), nullable=True),
        sa.Column("campaign_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("contact_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'understood', 'unknown', 'settled')", name=op.f("ck_newsletters_returns_state")
        ),
        sa.ForeignKeyConstraint(
            ["subject_id"],
            ["privacy_subjects.id"],
            name=op.f("fk_newsletters_returns_subject_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_returns")),
        sa.UniqueConstraint("digest", name=op.f("uq_newsletters_returns_digest")),
    )
    op.create_index(op.f("ix_newsletters_returns_done_at"), "newsletters_returns", ["done_at"])
    op.create_index(op.f("ix_newsletters_returns_state_newsletters_returns_id"), "newsletters_returns", ["state", "id"])
    op.create_index(op.f("ix_newsletters_returns_subject_id"), "newsletters_returns", ["subject_id"])


def downgrade() -> None:
    """Take them back."""
    op.drop_table("newsletters_returns")
    op.drop_table("newsletters_mailboxes")
