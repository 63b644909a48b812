"""Review orders."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e9a4c62f7b10"
down_revision: str | Sequence[str] | None = "c7b2f9e1406d"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_COUNTS = ("reviewed", "stars_sum", "described")


def upgrade() -> None:
    """Bring the tables to this version."""
    with op.batch_alter_table("shop_sellers") as batch:
        for name in _COUNTS:
            batch.add_column(sa.Column(name, _BIG, nullable=False, server_default="0"))
        batch.add_column(sa.Column("sends_hours", _BIG, nullable=True))
    with op.batch_alter_table("shop_sellers") as batch:
        for name in _COUNTS:
            batch.alter_column(name, server_default=None)
    _reviews()


def downgrade() -> None:
    """Take them back."""
    op.drop_table("shop_reviews")
    with op.batch_alter_table("shop_sellers") as batch:
        for name in ("sends_hours", *reversed(_COUNTS)):
            batch.drop_column(name)


def _reviews() -> None:
    op.create_table(
        "shop_reviews",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("order_id", _BIG, nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("author_id", _BIG, nullable=True),
        sa.Column("about_id", _BIG, nullable=True),
        sa.Column("stars", sa.SmallInteger(), nullable=False),
        sa.Column("as_described", sa.Boolean(), nullable=True),
        sa.Column("words", sa.String(length=1000), nullable=False),
        sa.Column("written_at", _TIME, nullable=False),
        sa.Column("shown_at", _TIME, nullable=True),
        sa.Column("hidden_at", _TIME, nullable=True),
        sa.Column("hidden_because", sa.String(length=200), nullable=False),
        sa.Column("hidden_by_id", _BIG, nullable=True),
        sa.CheckConstraint("side IN ('buyer', 'seller')", name=op.f("ck_shop_reviews_side")),
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name=op.f("ck_shop_reviews_stars")),
        sa.CheckConstraint("side = 'buyer' OR as_described IS NULL", name=op.f("ck_shop_reviews_described")),
        sa.CheckConstraint("hidden_at IS NULL OR shown_at IS NOT NULL", name=op.f("ck_shop_reviews_hidden")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_reviews_order_id")),
        *(
            sa.ForeignKeyConstraint(
                [name], ["accounts_members.id"], name=op.f(f"fk_shop_reviews_{name}"), ondelete="SET NULL"
            )
            for name in ("author_id", "about_id", "hidden_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_reviews")),
        sa.UniqueConstraint("order_id", "side", name=op.f("uq_shop_reviews_order_id_side")),
    )
    with op.batch_alter_table("shop_reviews") as batch:
        batch.create_index(batch.f("ix_shop_reviews_author_id"), ["author_id"])
        batch.create_index(batch.f("ix_shop_reviews_about_id_shop_reviews_id"), ["about_id", "id"])
        batch.create_index(batch.f("ix_shop_reviews_shown_at_shop_reviews_written_at"), ["shown_at", "written_at"])
