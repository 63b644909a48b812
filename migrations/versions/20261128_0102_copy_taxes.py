"""Copy taxes onto orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4f2c9a7be013"
down_revision: str | Sequence[str] | None = "6d20a1c47be8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_NEW = {
    "shop_sellers": (("tax_bp", sa.SmallInteger(), "0"),),
    "shop_orders": (
        ("tax_name", sa.String(length=24), ""),
        ("tax_bp", sa.SmallInteger(), "0"),
        ("tax_minor", _BIG, "0"),
        ("seller_tax_id", sa.String(length=40), ""),
    ),
}
_BOUNDS = {
    "shop_sellers": "tax_bp = 0 OR kind = 'trader' AND tax_bp BETWEEN 1 AND 3000",
    "shop_orders": "tax_minor BETWEEN 0 AND items_minor + shipping_minor AND tax_bp BETWEEN 0 AND 3000",
}


def upgrade() -> None:
    """Bring the tables to this version."""
    for table, columns in _NEW.items():
        with op.batch_alter_table(table) as batch:
            for name, kind, default in columns:
                batch.add_column(sa.Column(name, kind, nullable=False, server_default=default))
            batch.create_check_constraint(batch.f(f"ck_{table}_tax"), _BOUNDS[table])
        with op.batch_alter_table(table) as batch:
            for name, _kind, _default in columns:
                batch.alter_column(name, server_default=None)
    op.create_index(op.f("ix_shop_moves_at"), "shop_moves", ["at"])


def downgrade() -> None:
    """Take them back."""
    op.drop_index(op.f("ix_shop_moves_at"), "shop_moves")
    for table, columns in _NEW.items():
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(batch.f(f"ck_{table}_tax"), type_="check")
            for name, _kind, _default in columns:
                batch.drop_column(name)
