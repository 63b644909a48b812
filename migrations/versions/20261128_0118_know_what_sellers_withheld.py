"""Know what sellers withheld, and who sold what was bought."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e81f4ac60b27"
down_revision: str | Sequence[str] | None = "c50e7b91d3f2"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_SOLD_BY = {"seller_name": ("legal_name", 120), "seller_address": ("address", 300), "seller_contact": ("contact", 254)}


def upgrade() -> None:
    """Bring the tables to this version."""
    with op.batch_alter_table("shop_listings") as batch:
        batch.add_column(sa.Column("withheld_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE shop_listings SET withheld_at = changed_at WHERE state = 'paused'")
    with op.batch_alter_table("shop_orders") as batch:
        for name, (_, length) in _SOLD_BY.items():
            batch.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    for name, (known, _) in _SOLD_BY.items():
        op.execute(
            f"UPDATE shop_orders SET {name} = (SELECT {known} FROM shop_sellers s WHERE s.id = shop_orders.seller_id) "  # noqa: S608
            "WHERE seller_id IN (SELECT id FROM shop_sellers WHERE kind = 'trader')"
        )
    op.execute(
        "UPDATE shop_orders SET seller_tax_id = (SELECT tax_number FROM shop_sellers s WHERE s.id = shop_orders.seller_id) "
        "WHERE seller_tax_id = '' AND seller_name <> ''"
    )
    with op.batch_alter_table("shop_orders") as batch:
        for name in _SOLD_BY:
            batch.alter_column(name, server_default=None)


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("shop_orders") as batch:
        for name in _SOLD_BY:
            batch.drop_column(name)
    with op.batch_alter_table("shop_listings") as batch:
        batch.drop_column("withheld_at")
