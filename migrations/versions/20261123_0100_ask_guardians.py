"""Ask guardians for minors' consents."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "d8e71bdcf918"
down_revision: str | Sequence[str] | None = "c7d60acbe807"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "rights_guardian_asks",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("subject_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=16), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entry_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["privacy_ledger.id"], name=op.f("fk_rights_guardian_asks_entry_id")),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["privacy_subjects.id"], name=op.f("fk_rights_guardian_asks_subject_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_guardian_asks")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_rights_guardian_asks_entry_id")),
        sa.UniqueConstraint(
            "subject_id", "purpose", "channel", name=op.f("uq_rights_guardian_asks_subject_id_purpose_channel")
        ),
    )
    op.create_index(op.f("ix_rights_guardian_asks_expires_at"), "rights_guardian_asks", ["expires_at"], unique=False)


def downgrade() -> None:
    """Take them back."""
    op.drop_table("rights_guardian_asks")
