"""Keep exports."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "83f2c6e7a403"
down_revision: str | Sequence[str] | None = "72e1b5d6f302"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MAKING = "ready_at IS NULL AND failed_at IS NULL"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "rights_exports",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("subject_id", _ID, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=8), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("folder", sa.String(length=32), nullable=True),
        sa.Column("sealed_key", sa.LargeBinary(length=64), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("steps_done", _ID, nullable=False),
        sa.Column("steps_total", _ID, nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("parts", _ID, nullable=False),
        sa.Column("bytes", _ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=True),
        sa.Column("missing", _ID, nullable=False),
        sa.Column("downloads", _ID, nullable=False),
        sa.Column("downloaded_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("downloads >= 0 AND steps_done >= 0", name=op.f("ck_rights_exports_counts")),
        sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f("fk_rights_exports_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_exports")),
        sa.UniqueConstraint("folder", name=op.f("uq_rights_exports_folder")),
    )
    with op.batch_alter_table("rights_exports", schema=None) as batch_op:
        batch_op.create_index("ix_rights_exports_subject_id_id", ["subject_id", "id"], unique=False)
        batch_op.create_index(
            "uq_rights_exports_making",
            ["subject_id"],
            unique=True,
            sqlite_where=sa.text(_MAKING),
            postgresql_where=sa.text(_MAKING),
        )


def downgrade() -> None:
    """Bring the tables back."""
    op.drop_table("rights_exports")
