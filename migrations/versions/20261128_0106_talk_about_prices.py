"""Talk about prices."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "ad00e594a7c5"
down_revision: str | Sequence[str] | None = "c84f2d60a17e"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    _bundles()
    _offers()
    _offer_lines()
    _offer_steps()


def downgrade() -> None:
    """Take them back."""
    for table in (
        "shop_offer_steps",
        "shop_offer_lines",
        "shop_offers",
        "shop_bundles",
    ):
        op.drop_table(table)


def _bundles() -> None:
    op.create_table(
        "shop_bundles",
        sa.Column("seller_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("pieces", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("off_bp", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint("off_bp BETWEEN 100 AND 9000", name=op.f("ck_shop_bundles_off")),
        sa.CheckConstraint("pieces BETWEEN 2 AND 20", name=op.f("ck_shop_bundles_pieces")),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_bundles_seller_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seller_id", "pieces", name=op.f("pk_shop_bundles")),
    )


def _offers() -> None:
    op.create_table(
        "shop_offers",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("buyer_id", _BIG, nullable=True),
        sa.Column("seller_id", _BIG, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("turn", sa.String(length=8), nullable=False),
        sa.Column("rounds", sa.SmallInteger(), nullable=False),
        sa.Column("wanted", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("total_minor", _BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_because", sa.String(length=8), nullable=True),
        sa.Column("order_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'accepted', 'declined', 'withdrawn', 'expired', 'bought')",
            name=op.f("ck_shop_offers_state"),
        ),
        sa.CheckConstraint("turn IN ('buyer', 'seller')", name=op.f("ck_shop_offers_turn")),
        sa.CheckConstraint("amount_minor > 0 AND total_minor >= amount_minor", name=op.f("ck_shop_offers_amounts")),
        sa.CheckConstraint("rounds BETWEEN 1 AND 5", name=op.f("ck_shop_offers_rounds")),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["accounts_members.id"], name=op.f("fk_shop_offers_buyer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_offers_order_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_offers_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_offers")),
        sa.UniqueConstraint("buyer_id", "form_key", name=op.f("uq_shop_offers_buyer_id_form_key")),
        sa.UniqueConstraint("order_id", name=op.f("uq_shop_offers_order_id")),
    )
    with op.batch_alter_table("shop_offers") as batch:
        batch.create_index(batch.f("ix_shop_offers_buyer_id_shop_offers_id"), ["buyer_id", "id"], unique=False)
        batch.create_index(batch.f("ix_shop_offers_seller_id_shop_offers_id"), ["seller_id", "id"], unique=False)
        batch.create_index(batch.f("ix_shop_offers_state_shop_offers_until"), ["state", "until"], unique=False)
        batch.create_index(
            "uq_shop_offers_live",
            ["buyer_id", "wanted"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'accepted')"),
            postgresql_where=sa.text("state IN ('open', 'accepted')"),
        )


def _offer_lines() -> None:
    op.create_table(
        "shop_offer_lines",
        sa.Column("offer_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("listing_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("list_minor", _BIG, nullable=False),
        sa.Column("price_minor", _BIG, nullable=False),
        sa.CheckConstraint("price_minor BETWEEN 1 AND list_minor", name=op.f("ck_shop_offer_lines_price")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 99", name=op.f("ck_shop_offer_lines_quantity")),
        sa.ForeignKeyConstraint(["listing_id"], ["shop_listings.id"], name=op.f("fk_shop_offer_lines_listing_id")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["shop_offers.id"], name=op.f("fk_shop_offer_lines_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("offer_id", "listing_id", name=op.f("pk_shop_offer_lines")),
    )
    with op.batch_alter_table("shop_offer_lines") as batch:
        batch.create_index(batch.f("ix_shop_offer_lines_listing_id"), ["listing_id"], unique=False)


def _offer_steps() -> None:
    op.create_table(
        "shop_offer_steps",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("offer_id", _BIG, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('buyer', 'seller')", name=op.f("ck_shop_offer_steps_side")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_shop_offer_steps_amount")),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["shop_offers.id"], name=op.f("fk_shop_offer_steps_offer_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_offer_steps")),
        sa.UniqueConstraint("offer_id", "position", name=op.f("uq_shop_offer_steps_offer_id_position")),
    )
