"""Open swaps."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c84f2d60a17e"
down_revision: str | Sequence[str] | None = "b51e7a0c93d4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    _swaps()
    with op.batch_alter_table("shop_orders") as batch:
        batch.add_column(sa.Column("swap_id", _BIG, nullable=True))
        batch.create_index(batch.f("ix_shop_orders_swap_id"), ["swap_id"])
        batch.create_foreign_key(batch.f("fk_shop_orders_swap_id"), "shop_swaps", ["swap_id"], ["id"])
    _swap_legs()
    _swap_pieces()
    _wants()


def downgrade() -> None:
    """Take them back."""
    for table in ("shop_wants", "shop_swap_pieces", "shop_swap_legs"):
        op.drop_table(table)
    with op.batch_alter_table("shop_orders") as batch:
        batch.drop_constraint(batch.f("fk_shop_orders_swap_id"), type_="foreignkey")
        batch.drop_index(batch.f("ix_shop_orders_swap_id"))
        batch.drop_column("swap_id")
    op.drop_table("shop_swaps")


def _swaps() -> None:
    op.create_table(
        "shop_swaps",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("proposer_id", _BIG, nullable=True),
        sa.Column("counter_of", _BIG, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_because", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'agreed', 'running', 'done', 'failed', 'declined', 'expired')",
            name=op.f("ck_shop_swaps_state"),
        ),
        sa.ForeignKeyConstraint(["counter_of"], ["shop_swaps.id"], name=op.f("fk_shop_swaps_counter_of")),
        sa.ForeignKeyConstraint(
            ["proposer_id"], ["accounts_members.id"], name=op.f("fk_shop_swaps_proposer_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_swaps")),
        sa.UniqueConstraint("proposer_id", "form_key", name=op.f("uq_shop_swaps_proposer_id_form_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_shop_swaps_ref")),
    )
    with op.batch_alter_table("shop_swaps") as batch:
        batch.create_index(batch.f("ix_shop_swaps_state_shop_swaps_expires_at"), ["state", "expires_at"])


def _swap_legs() -> None:
    op.create_table(
        "shop_swap_legs",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("swap_id", _BIG, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("giver_id", _BIG, nullable=False),
        sa.Column("receiver_id", _BIG, nullable=True),
        sa.Column("value_minor", _BIG, nullable=False),
        sa.Column("topup_minor", _BIG, nullable=False),
        sa.Column("answer", sa.String(length=4), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("order_id", _BIG, nullable=True),
        sa.CheckConstraint("answer IN ('none', 'yes', 'no')", name=op.f("ck_shop_swap_legs_answer")),
        sa.CheckConstraint("position BETWEEN 0 AND 3", name=op.f("ck_shop_swap_legs_position")),
        sa.CheckConstraint(
            "value_minor > 0 AND topup_minor >= 0 AND topup_minor < value_minor", name=op.f("ck_shop_swap_legs_amounts")
        ),
        sa.ForeignKeyConstraint(["giver_id"], ["shop_sellers.id"], name=op.f("fk_shop_swap_legs_giver_id")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_swap_legs_order_id")),
        sa.ForeignKeyConstraint(
            ["receiver_id"], ["accounts_members.id"], name=op.f("fk_shop_swap_legs_receiver_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["swap_id"], ["shop_swaps.id"], name=op.f("fk_shop_swap_legs_swap_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_swap_legs")),
        sa.UniqueConstraint("order_id", name=op.f("uq_shop_swap_legs_order_id")),
        sa.UniqueConstraint("swap_id", "giver_id", name=op.f("uq_shop_swap_legs_swap_id_giver_id")),
        sa.UniqueConstraint("swap_id", "position", name=op.f("uq_shop_swap_legs_swap_id_position")),
        sa.UniqueConstraint("swap_id", "receiver_id", name=op.f("uq_shop_swap_legs_swap_id_receiver_id")),
    )
    with op.batch_alter_table("shop_swap_legs") as batch:
        batch.create_index(batch.f("ix_shop_swap_legs_giver_id"), ["giver_id"])
        batch.create_index(batch.f("ix_shop_swap_legs_receiver_id"), ["receiver_id"])


def _swap_pieces() -> None:
    op.create_table(
        "shop_swap_pieces",
        sa.Column("leg_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("listing_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("value_minor", _BIG, nullable=False),
        sa.CheckConstraint("value_minor > 0", name=op.f("ck_shop_swap_pieces_value")),
        sa.ForeignKeyConstraint(
            ["leg_id"], ["shop_swap_legs.id"], name=op.f("fk_shop_swap_pieces_leg_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["shop_listings.id"], name=op.f("fk_shop_swap_pieces_listing_id")),
        sa.PrimaryKeyConstraint("leg_id", "listing_id", name=op.f("pk_shop_swap_pieces")),
    )
    with op.batch_alter_table("shop_swap_pieces") as batch:
        batch.create_index(batch.f("ix_shop_swap_pieces_listing_id"), ["listing_id"])


def _wants() -> None:
    op.create_table(
        "shop_wants",
        sa.Column("member_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("listing_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["shop_listings.id"], name=op.f("fk_shop_wants_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_shop_wants_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "listing_id", name=op.f("pk_shop_wants")),
    )
    with op.batch_alter_table("shop_wants") as batch:
        batch.create_index(batch.f("ix_shop_wants_listing_id"), ["listing_id"])
