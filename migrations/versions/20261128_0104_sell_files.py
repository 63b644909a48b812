"""Sell files."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b51e7a0c93d4"
down_revision: str | Sequence[str] | None = "b83e05d7c1fa"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_CURRENT = sa.text("replaced_at IS NULL")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "shop_files",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("listing_id", _BIG, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("bytes", _BIG, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("folder", sa.String(length=32), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_shop_files_bytes")),
        sa.ForeignKeyConstraint(["listing_id"], ["shop_listings.id"], name=op.f("fk_shop_files_listing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_files")),
        sa.UniqueConstraint("folder", name=op.f("uq_shop_files_folder")),
    )
    with op.batch_alter_table("shop_files") as batch:
        batch.create_index(batch.f("ix_shop_files_listing_id"), ["listing_id"], unique=False)
        batch.create_index(
            "uq_shop_files_current",
            ["listing_id"],
            unique=True,
            sqlite_where=_CURRENT,
            postgresql_where=_CURRENT,
        )
    _orders()


def _orders() -> None:
    with op.batch_alter_table("shop_orders") as batch:
        batch.add_column(sa.Column("digital", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("shop_orders") as batch:
        batch.alter_column("digital", server_default=None)
    with op.batch_alter_table("shop_order_lines") as batch:
        batch.add_column(sa.Column("file_id", _BIG, nullable=True))
        batch.add_column(sa.Column("fetches", _BIG, nullable=False, server_default="0"))
        batch.add_column(sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(batch.f("fk_shop_order_lines_file_id"), "shop_files", ["file_id"], ["id"])
        batch.create_index(batch.f("ix_shop_order_lines_file_id"), ["file_id"], unique=False)
    with op.batch_alter_table("shop_order_lines") as batch:
        batch.alter_column("fetches", server_default=None)


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("shop_order_lines") as batch:
        batch.drop_index(batch.f("ix_shop_order_lines_file_id"))
        batch.drop_constraint(batch.f("fk_shop_order_lines_file_id"), type_="foreignkey")
        batch.drop_column("fetched_at")
        batch.drop_column("fetches")
        batch.drop_column("file_id")
    with op.batch_alter_table("shop_orders") as batch:
        batch.drop_column("digital")
    op.drop_table("shop_files")
