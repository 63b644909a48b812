"""Keep who was in a bulk export, and find members by name on SQLite by an index."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "e9f82cede029"
down_revision: str | Sequence[str] | None = "d8e71bdcf918"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_DOWNLOAD = "fk_rights_bulk_blocks_download_id"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "rights_bulk_blocks",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("download_id", _ID, nullable=False),
        sa.Column("subjects", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["download_id"], ["rights_bulk_downloads.id"], name=op.f(_DOWNLOAD)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_bulk_blocks")),
    )
    op.create_index("ix_rights_bulk_blocks_download_id", "rights_bulk_blocks", ["download_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":  # PostgreSQL has it since bulk exports were approved
        op.create_index("ix_accounts_members_name", "accounts_members", [sa.text("lower(display_name)")], unique=False)


def downgrade() -> None:
    """Take them back."""
    op.drop_table("rights_bulk_blocks")
    if op.get_bind().dialect.name == "sqlite":
        op.drop_index("ix_accounts_members_name", table_name="accounts_members")
