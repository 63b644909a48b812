"""Tell banks what speaks for a sale."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b7d20c94e13a"
down_revision: str | Sequence[str] | None = "e81f4ac60b27"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "shop_proofs",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("dispute_id", _BIG, nullable=False),
        sa.Column("about", sa.String(length=12), nullable=False),
        sa.Column("by_id", _BIG, nullable=True),
        sa.Column("words", sa.String(length=4000), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("photo_id", _BIG, nullable=True),
        sa.Column("handover_id", _BIG, nullable=False),
        sa.Column("sellers_handover_id", _BIG, nullable=True),
        sa.Column("asking", sa.LargeBinary(), nullable=True),
        sa.Column("sellers_asking", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME, nullable=True),
        sa.CheckConstraint("about IN ('inquiry', 'bank')", name=op.f("ck_shop_proofs_about")),
        sa.CheckConstraint("state IN ('asked', 'sent', 'failed')", name=op.f("ck_shop_proofs_state")),
        sa.ForeignKeyConstraint(["dispute_id"], ["shop_disputes.id"], name=op.f("fk_shop_proofs_dispute_id")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts_members.id"], name=op.f("fk_shop_proofs_by_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["media_photos.id"], name=op.f("fk_shop_proofs_photo_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["privacy_handovers.id"], name=op.f("fk_shop_proofs_handover_id")),
        sa.ForeignKeyConstraint(
            ["sellers_handover_id"], ["privacy_handovers.id"], name=op.f("fk_shop_proofs_sellers_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_proofs")),
        sa.UniqueConstraint("dispute_id", "about", name=op.f("uq_shop_proofs_dispute_id_about")),
    )
    op.create_index(op.f("ix_shop_proofs_state_shop_proofs_asked_at"), "shop_proofs", ["state", "asked_at"])


def downgrade() -> None:
    """Take them back."""
    op.drop_table("shop_proofs")
