"""Sell products in sizes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2008b182709c"
down_revision: str | Sequence[str] | None = "6d15f0a8c3b7"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_OPEN = sa.text("state IN ('draft', 'active', 'paused')")
_PRODUCTS = "(SELECT id FROM closets_items WHERE kind = 'product')"


def upgrade() -> None:
    """Bring the tables to this version."""
    _kinds("'owned', 'wished', 'product'")
    with op.batch_alter_table("shop_listings") as batch:
        batch.add_column(sa.Column("variant", sa.SmallInteger(), server_default="0", nullable=False))
        batch.create_check_constraint(batch.f("ck_shop_listings_variant"), "variant = 0 OR mode = 'sale'")
    _one_open_of("item_id", "variant")


def downgrade() -> None:
    """Take them back; products go."""
    op.execute("UPDATE shop_listings SET state = 'removed', item_id = NULL WHERE variant > 0")
    for table in ("closets_item_photos", "closets_labels"):
        op.execute(f"DELETE FROM {table} WHERE item_id IN {_PRODUCTS}")  # noqa: S608 - names of ours
    op.execute("DELETE FROM closets_items WHERE kind = 'product'")
    _one_open_of("item_id")
    with op.batch_alter_table("shop_listings") as batch:
        batch.drop_constraint(batch.f("ck_shop_listings_variant"), type_="check")
        batch.drop_column("variant")
    _kinds("'owned', 'wished'")


def _kinds(words: str) -> None:
    with op.batch_alter_table("closets_items") as batch:
        batch.drop_constraint(batch.f("ck_closets_items_kind"), type_="check")
        batch.create_check_constraint(batch.f("ck_closets_items_kind"), f"kind IN ({words})")


def _one_open_of(*columns: str) -> None:
    op.drop_index("uq_shop_listings_item", table_name="shop_listings")
    op.create_index(
        "uq_shop_listings_item",
        "shop_listings",
        list(columns),
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
