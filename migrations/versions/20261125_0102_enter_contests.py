"""Enter contests: the photos of entries, and the entries as they are at the close."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "9f74d14483c4"
down_revision: str | Sequence[str] | None = "8531dae176da"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "contests_entry_photos",
        sa.Column("photo_id", _ID, autoincrement=False, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("alt", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["contests_entries.id"], name=op.f("fk_contests_entry_photos_entry_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["media_photos.id"], name=op.f("fk_contests_entry_photos_photo_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_contests_entry_photos")),
    )
    op.create_index(
        op.f("ix_contests_entry_photos_entry_id_position"), "contests_entry_photos", ["entry_id", "position"]
    )
    op.create_table(
        "contests_snapshots",
        sa.Column("entry_id", _ID, autoincrement=False, nullable=False),
        sa.Column("look_version", _ID, nullable=True),
        sa.Column("caption", sa.String(length=2000), nullable=False),
        sa.Column("alts", sa.JSON(), nullable=False),
        sa.Column("photos", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["contests_entries.id"], name=op.f("fk_contests_snapshots_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_contests_snapshots")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("contests_snapshots")
    op.drop_table("contests_entry_photos")
