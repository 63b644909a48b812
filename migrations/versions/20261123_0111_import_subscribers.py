"""Import subscribers with their consent evidence."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b2cb5f10135c"
down_revision: str | Sequence[str] | None = "a1ba4e0f024b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = "'checking', 'checked', 'running', 'finished', 'dropped', 'unreadable'"


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "newsletters_imports",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("newsletter_id", _BIG, nullable=False),
        sa.Column("made_by_id", _BIG, nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("consented_on", sa.Date(), nullable=False),
        sa.Column("wording", sa.String(length=2000), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("total", _BIG, nullable=False),
        sa.Column("done", _BIG, nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"state IN ({_STATES})", name=op.f("ck_newsletters_imports_state")),
        sa.ForeignKeyConstraint(
            ["made_by_id"],
            ["accounts_members.id"],
            name=op.f("fk_newsletters_imports_made_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["newsletter_id"], ["newsletters_newsletters.id"], name=op.f("fk_newsletters_imports_newsletter_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_imports")),
    )
    with op.batch_alter_table("newsletters_imports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newsletters_imports_made_by_id"), ["made_by_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_newsletters_imports_newsletter_id_newsletters_imports_id"),
            ["newsletter_id", "id"],
            unique=False,
        )
    op.create_table(
        "newsletters_suppression_notes",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("address_key", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("deed", sa.String(length=8), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", _BIG, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["accounts_members.id"],
            name=op.f("fk_newsletters_suppression_notes_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_suppression_notes")),
    )
    with op.batch_alter_table("newsletters_suppression_notes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_newsletters_suppression_notes_address_key"), ["address_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_newsletters_suppression_notes_by_id"), ["by_id"], unique=False)


def downgrade() -> None:
    """Take them back."""
    op.drop_table("newsletters_suppression_notes")
    op.drop_table("newsletters_imports")
