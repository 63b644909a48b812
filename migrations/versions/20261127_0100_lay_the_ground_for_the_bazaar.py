"""Lay the ground for the bazaar."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "aac4d949dddf"
down_revision: str | Sequence[str] | None = "6c835e147504"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    _fees()
    _inbox()
    _sellers()
    _balances()
    _listings()
    _orders()
    _payouts()
    _rates()
    _addresses()
    _cart_lines()
    _moves()
    _order_lines()
    _payments()
    _refunds()


def downgrade() -> None:
    """Take them back."""
    for table in (
        "shop_refunds",
        "shop_payments",
        "shop_order_lines",
        "shop_moves",
        "shop_cart_lines",
        "shop_addresses",
        "shop_rates",
        "shop_payouts",
        "shop_orders",
        "shop_listings",
        "shop_balances",
        "shop_sellers",
        "shop_inbox",
        "shop_fees",
    ):
        op.drop_table(table)


def _fees() -> None:
    op.create_table(
        "shop_fees",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("buyer_bp", sa.SmallInteger(), nullable=False),
        sa.Column("buyer_fixed_minor", _BIG, nullable=False),
        sa.Column("seller_bp", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "buyer_bp BETWEEN 0 AND 5000 AND seller_bp BETWEEN 0 AND 5000", name=op.f("ck_shop_fees_shares")
        ),
        sa.CheckConstraint("buyer_fixed_minor >= 0", name=op.f("ck_shop_fees_fixed")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_fees")),
        sa.UniqueConstraint("currency", "since", name=op.f("uq_shop_fees_currency_since")),
    )


def _inbox() -> None:
    op.create_table(
        "shop_inbox",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("event", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=128), nullable=False),
        sa.Column("account", sa.String(length=128), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_inbox")),
        sa.UniqueConstraint("event", name=op.f("uq_shop_inbox_event")),
    )
    with op.batch_alter_table("shop_inbox") as batch:
        batch.create_index(batch.f("ix_shop_inbox_done_at"), ["done_at"], unique=False)


def _sellers() -> None:
    op.create_table(
        "shop_sellers",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("member_id", _BIG, nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("legal_name", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("tax_number", sa.String(length=40), nullable=False),
        sa.Column("account_key", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("wants", sa.JSON(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind = 'private' OR (legal_name <> '' AND address <> '' AND contact <> '')",
            name=op.f("ck_shop_sellers_trader"),
        ),
        sa.CheckConstraint("kind IN ('private', 'trader')", name=op.f("ck_shop_sellers_kind")),
        sa.CheckConstraint("state <> 'active' OR account IS NOT NULL", name=op.f("ck_shop_sellers_account")),
        sa.CheckConstraint("state IN ('asked', 'pending', 'active', 'stopped')", name=op.f("ck_shop_sellers_state")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_shop_sellers_member_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_sellers")),
        sa.UniqueConstraint("account", name=op.f("uq_shop_sellers_account")),
        sa.UniqueConstraint("account_key", name=op.f("uq_shop_sellers_account_key")),
        sa.UniqueConstraint("member_id", name=op.f("uq_shop_sellers_member_id")),
    )


def _balances() -> None:
    op.create_table(
        "shop_balances",
        sa.Column("seller_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("account", sa.String(length=12), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.CheckConstraint("account IN ('held', 'available', 'fees')", name=op.f("ck_shop_balances_account")),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_shop_balances_amount")),
        sa.ForeignKeyConstraint(["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_balances_seller_id")),
        sa.PrimaryKeyConstraint("seller_id", "account", "currency", name=op.f("pk_shop_balances")),
    )


def _listings() -> None:
    op.create_table(
        "shop_listings",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("seller_id", _BIG, nullable=False),
        sa.Column("item_id", _BIG, nullable=True),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("version", _BIG, nullable=False),
        sa.Column("mode", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("brand", sa.String(length=80), nullable=True),
        sa.Column("size_system", sa.String(length=8), nullable=True),
        sa.Column("size", sa.String(length=20), nullable=True),
        sa.Column("condition", sa.String(length=8), nullable=False),
        sa.Column("price_minor", _BIG, nullable=True),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("floor_minor", _BIG, nullable=True),
        sa.Column("stock", _BIG, nullable=False),
        sa.Column("remaining", _BIG, nullable=False),
        sa.Column("search_text", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("condition IN ('new', 'as_new', 'good', 'worn')", name=op.f("ck_shop_listings_condition")),
        sa.CheckConstraint("mode IN ('view', 'swap') OR price_minor > 0", name=op.f("ck_shop_listings_price")),
        sa.CheckConstraint("mode IN ('view', 'swap', 'sale', 'fee')", name=op.f("ck_shop_listings_mode")),
        sa.CheckConstraint(
            "state IN ('draft', 'active', 'paused', 'sold', 'removed')", name=op.f("ck_shop_listings_state")
        ),
        sa.CheckConstraint(
            "floor_minor IS NULL OR floor_minor BETWEEN 1 AND price_minor", name=op.f("ck_shop_listings_floor")
        ),
        sa.CheckConstraint("remaining BETWEEN 0 AND stock", name=op.f("ck_shop_listings_remaining")),
        sa.ForeignKeyConstraint(
            ["item_id"], ["closets_items.id"], name=op.f("fk_shop_listings_item_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_listings_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_listings")),
        sa.UniqueConstraint("seller_id", "form_key", name=op.f("uq_shop_listings_seller_id_form_key")),
    )
    with op.batch_alter_table("shop_listings") as batch:
        batch.create_index(
            "ix_shop_listings_category",
            ["category", "id"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch.create_index(batch.f("ix_shop_listings_seller_id_shop_listings_id"), ["seller_id", "id"], unique=False)
        batch.create_index(
            "ix_shop_listings_shown",
            ["id"],
            unique=False,
            sqlite_where=sa.text("state = 'active'"),
            postgresql_where=sa.text("state = 'active'"),
        )
        batch.create_index(
            "uq_shop_listings_item",
            ["item_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('draft', 'active', 'paused')"),
            postgresql_where=sa.text("state IN ('draft', 'active', 'paused')"),
        )


def _orders() -> None:
    op.create_table(
        "shop_orders",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("ref", sa.String(length=16), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("buyer_id", _BIG, nullable=True),
        sa.Column("seller_id", _BIG, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("items_minor", _BIG, nullable=False),
        sa.Column("shipping_minor", _BIG, nullable=False),
        sa.Column("fee_minor", _BIG, nullable=False),
        sa.Column("seller_fee_minor", _BIG, nullable=False),
        sa.Column("refunded_minor", _BIG, nullable=False),
        sa.Column("fees_id", _BIG, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hold_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ship_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("carrier", sa.String(length=60), nullable=True),
        sa.Column("tracking", sa.String(length=80), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("protected_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.String(length=24), nullable=True),
        sa.CheckConstraint(
            "state IN ('reserved', 'paying', 'paid', 'shipped', 'received', 'complete', 'expired', 'cancelled', 'returned', 'refunded')",
            name=op.f("ck_shop_orders_state"),
        ),
        sa.CheckConstraint(
            "items_minor > 0 AND shipping_minor >= 0 AND fee_minor >= 0 AND seller_fee_minor BETWEEN 0 AND items_minor",
            name=op.f("ck_shop_orders_amounts"),
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND items_minor + shipping_minor + fee_minor",
            name=op.f("ck_shop_orders_refunded"),
        ),
        sa.ForeignKeyConstraint(
            ["buyer_id"], ["accounts_members.id"], name=op.f("fk_shop_orders_buyer_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["fees_id"], ["shop_fees.id"], name=op.f("fk_shop_orders_fees_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_orders_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_orders")),
        sa.UniqueConstraint("buyer_id", "form_key", name=op.f("uq_shop_orders_buyer_id_form_key")),
        sa.UniqueConstraint("ref", name=op.f("uq_shop_orders_ref")),
    )
    with op.batch_alter_table("shop_orders") as batch:
        batch.create_index(batch.f("ix_shop_orders_buyer_id_shop_orders_id"), ["buyer_id", "id"], unique=False)
        batch.create_index(batch.f("ix_shop_orders_seller_id_shop_orders_id"), ["seller_id", "id"], unique=False)
        batch.create_index(
            batch.f("ix_shop_orders_state_shop_orders_hold_until"), ["state", "hold_until"], unique=False
        )
        batch.create_index(batch.f("ix_shop_orders_state_shop_orders_ship_by"), ["state", "ship_by"], unique=False)


def _payouts() -> None:
    op.create_table(
        "shop_payouts",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("seller_id", _BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outside", sa.String(length=128), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'sent', 'paid', 'failed')", name=op.f("ck_shop_payouts_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_shop_payouts_amount")),
        sa.ForeignKeyConstraint(["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_payouts_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_payouts")),
        sa.UniqueConstraint("key", name=op.f("uq_shop_payouts_key")),
        sa.UniqueConstraint("outside", name=op.f("uq_shop_payouts_outside")),
    )
    with op.batch_alter_table("shop_payouts") as batch:
        batch.create_index(batch.f("ix_shop_payouts_seller_id_shop_payouts_id"), ["seller_id", "id"], unique=False)
        batch.create_index(batch.f("ix_shop_payouts_state_shop_payouts_asked_at"), ["state", "asked_at"], unique=False)


def _rates() -> None:
    op.create_table(
        "shop_rates",
        sa.Column("seller_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("first_minor", _BIG, nullable=False),
        sa.Column("more_minor", _BIG, nullable=False),
        sa.Column("days_from", sa.SmallInteger(), nullable=False),
        sa.Column("days_to", sa.SmallInteger(), nullable=False),
        sa.CheckConstraint(
            "days_from BETWEEN 1 AND 90 AND days_to BETWEEN days_from AND 90", name=op.f("ck_shop_rates_days")
        ),
        sa.CheckConstraint("first_minor >= 0 AND more_minor >= 0", name=op.f("ck_shop_rates_amounts")),
        sa.ForeignKeyConstraint(
            ["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_rates_seller_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("seller_id", "country", name=op.f("pk_shop_rates")),
    )


def _addresses() -> None:
    op.create_table(
        "shop_addresses",
        sa.Column("order_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("use", sa.String(length=8), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("line1", sa.String(length=200), nullable=False),
        sa.Column("line2", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("use IN ('shipping', 'billing')", name=op.f("ck_shop_addresses_use")),
        sa.ForeignKeyConstraint(
            ["order_id"], ["shop_orders.id"], name=op.f("fk_shop_addresses_order_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("order_id", "use", name=op.f("pk_shop_addresses")),
    )


def _cart_lines() -> None:
    op.create_table(
        "shop_cart_lines",
        sa.Column("member_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("listing_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("quantity BETWEEN 1 AND 99", name=op.f("ck_shop_cart_lines_quantity")),
        sa.ForeignKeyConstraint(
            ["listing_id"], ["shop_listings.id"], name=op.f("fk_shop_cart_lines_listing_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_shop_cart_lines_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "listing_id", name=op.f("pk_shop_cart_lines")),
    )
    with op.batch_alter_table("shop_cart_lines") as batch:
        batch.create_index(batch.f("ix_shop_cart_lines_listing_id"), ["listing_id"], unique=False)


def _moves() -> None:
    op.create_table(
        "shop_moves",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("seller_id", _BIG, nullable=False),
        sa.Column("order_id", _BIG, nullable=True),
        sa.Column("deed", sa.String(length=16), nullable=False),
        sa.Column("deed_id", _BIG, nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("from_account", sa.String(length=12), nullable=False),
        sa.Column("to_account", sa.String(length=12), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "from_account IN ('buyer', 'held', 'available', 'paid', 'fees', 'lost') AND to_account IN ('buyer', 'held', 'available', 'paid', 'fees', 'lost')",
            name=op.f("ck_shop_moves_accounts"),
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_shop_moves_amount")),
        sa.CheckConstraint("from_account <> to_account", name=op.f("ck_shop_moves_two")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_moves_order_id")),
        sa.ForeignKeyConstraint(["seller_id"], ["shop_sellers.id"], name=op.f("fk_shop_moves_seller_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_moves")),
        sa.UniqueConstraint("deed", "deed_id", "part", name=op.f("uq_shop_moves_deed_deed_id_part")),
    )
    with op.batch_alter_table("shop_moves") as batch:
        batch.create_index(batch.f("ix_shop_moves_order_id"), ["order_id"], unique=False)
        batch.create_index(batch.f("ix_shop_moves_seller_id_shop_moves_id"), ["seller_id", "id"], unique=False)
    for statement in _triggers("shop_moves", ("deed", "deed_id", "part"), op.get_bind().dialect.name):
        op.execute(statement)


def _order_lines() -> None:
    op.create_table(
        "shop_order_lines",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("order_id", _BIG, nullable=False),
        sa.Column("listing_id", _BIG, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("quantity", sa.SmallInteger(), nullable=False),
        sa.Column("price_minor", _BIG, nullable=False),
        sa.Column("refunded_minor", _BIG, nullable=False),
        sa.CheckConstraint("price_minor > 0", name=op.f("ck_shop_order_lines_price")),
        sa.CheckConstraint("quantity BETWEEN 1 AND 99", name=op.f("ck_shop_order_lines_quantity")),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND price_minor * quantity", name=op.f("ck_shop_order_lines_refunded")
        ),
        sa.ForeignKeyConstraint(["listing_id"], ["shop_listings.id"], name=op.f("fk_shop_order_lines_listing_id")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_order_lines_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_order_lines")),
        sa.UniqueConstraint("order_id", "listing_id", name=op.f("uq_shop_order_lines_order_id_listing_id")),
    )
    with op.batch_alter_table("shop_order_lines") as batch:
        batch.create_index(batch.f("ix_shop_order_lines_listing_id"), ["listing_id"], unique=False)


def _payments() -> None:
    op.create_table(
        "shop_payments",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("order_id", _BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("handover_id", _BIG, nullable=False),
        sa.Column("asking", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("session", sa.String(length=128), nullable=True),
        sa.Column("url", sa.String(length=2000), nullable=True),
        sa.Column("intent", sa.String(length=128), nullable=True),
        sa.Column("charge", sa.String(length=128), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'paid' OR (intent IS NOT NULL AND paid_at IS NOT NULL)", name=op.f("ck_shop_payments_paid")
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'open', 'paid', 'failed', 'expired')", name=op.f("ck_shop_payments_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'paid') OR session IS NOT NULL", name=op.f("ck_shop_payments_session")
        ),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_shop_payments_amount")),
        sa.ForeignKeyConstraint(["handover_id"], ["privacy_handovers.id"], name=op.f("fk_shop_payments_handover_id")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_payments_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_payments")),
        sa.UniqueConstraint("charge", name=op.f("uq_shop_payments_charge")),
        sa.UniqueConstraint("intent", name=op.f("uq_shop_payments_intent")),
        sa.UniqueConstraint("key", name=op.f("uq_shop_payments_key")),
        sa.UniqueConstraint("order_id", name=op.f("uq_shop_payments_order_id")),
        sa.UniqueConstraint("session", name=op.f("uq_shop_payments_session")),
    )
    with op.batch_alter_table("shop_payments") as batch:
        batch.create_index(
            batch.f("ix_shop_payments_state_shop_payments_asked_at"), ["state", "asked_at"], unique=False
        )


def _refunds() -> None:
    op.create_table(
        "shop_refunds",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("payment_id", _BIG, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("house_minor", _BIG, nullable=False),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("because", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outside", sa.String(length=128), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'sent', 'done', 'failed')", name=op.f("ck_shop_refunds_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_shop_refunds_amount")),
        sa.CheckConstraint("house_minor BETWEEN 0 AND amount_minor", name=op.f("ck_shop_refunds_house")),
        sa.ForeignKeyConstraint(["payment_id"], ["shop_payments.id"], name=op.f("fk_shop_refunds_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_refunds")),
        sa.UniqueConstraint("key", name=op.f("uq_shop_refunds_key")),
        sa.UniqueConstraint("outside", name=op.f("uq_shop_refunds_outside")),
    )
    with op.batch_alter_table("shop_refunds") as batch:
        batch.create_index(batch.f("ix_shop_refunds_payment_id"), ["payment_id"], unique=False)
        batch.create_index(batch.f("ix_shop_refunds_state_shop_refunds_asked_at"), ["state", "asked_at"], unique=False)


def _triggers(table: str, unique: Sequence[str], dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version; the function is there."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        same = " AND ".join(f"{name} = NEW.{name}" for name in unique)
        known = f"SELECT 1 FROM {table} WHERE (id = NEW.id) OR ({same})"  # noqa: S608 - names of ours
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({known}) BEGIN {refuse}; END",
        ]
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION privacy_refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION privacy_refuse_change()",
    ]
