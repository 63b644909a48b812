"""Chain the ledger."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "61d0a4c5e201"
down_revision: str | Sequence[str] | None = "235343a3f8b4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = (
    ("privacy_leaves", "position = NEW.position OR (kind = NEW.kind AND row_id = NEW.row_id)"),
    ("privacy_nodes", "id = NEW.id"),
    ("privacy_heads", "size = NEW.size"),
)


def upgrade() -> None:
    """Bring the tables to this version."""
    # Not in batch mode: that would make the ledger anew and lose its triggers.
    op.add_column("privacy_ledger", sa.Column("received_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("privacy_ledger", sa.Column("basis", sa.String(length=16), nullable=True))
    op.add_column("privacy_ledger", sa.Column("policy_sha256", sa.String(length=64), nullable=True))
    op.add_column("privacy_ledger", sa.Column("surface", sa.String(length=64), nullable=True))
    op.add_column("privacy_ledger", sa.Column("served_id", BIG, nullable=True))
    _create_consents()
    _create_tree()
    for table, same in APPEND_ONLY:
        for statement in _refuse_changes(table, same, op.get_bind().dialect.name):
            op.execute(sa.text(statement))


def downgrade() -> None:
    """Bring the tables back."""
    for table in ("privacy_heads", "privacy_nodes", "privacy_leaves", "privacy_waiting"):
        op.drop_table(table)
    with op.batch_alter_table("privacy_consents", schema=None) as batch_op:
        batch_op.drop_index("ix_privacy_consents_purpose_channel_action")
    op.drop_table("privacy_consents")
    for column in ("served_id", "surface", "policy_sha256", "basis", "received_at"):
        op.drop_column("privacy_ledger", column)


def _create_consents() -> None:
    op.create_table(
        "privacy_consents",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("entry_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["privacy_ledger.id"], name=op.f("fk_privacy_consents_entry_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f("fk_privacy_consents_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_consents")),
        sa.UniqueConstraint(
            "subject_id", "purpose", "channel", name=op.f("uq_privacy_consents_subject_id_purpose_channel")
        ),
    )
    with op.batch_alter_table("privacy_consents", schema=None) as batch_op:
        batch_op.create_index("ix_privacy_consents_purpose_channel_action", ["purpose", "channel", "action"])


def _create_tree() -> None:
    op.create_table(
        "privacy_waiting",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_waiting")),
    )
    op.create_table(
        "privacy_leaves",
        sa.Column("position", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sequenced_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name=op.f("pk_privacy_leaves")),
        sa.UniqueConstraint("kind", "row_id", name=op.f("uq_privacy_leaves_kind_row_id")),
    )
    op.create_table(
        "privacy_nodes",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_nodes")),
    )
    op.create_table(
        "privacy_heads",
        sa.Column("size", BIG, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_privacy_heads")),
    )


def _refuse_changes(table: str, same: str, dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        known = f"SELECT 1 FROM {table} WHERE {same}"  # noqa: S608 - names of ours
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({known}) BEGIN {refuse}; END",
        ]
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION privacy_refuse_change()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION privacy_refuse_change()",
    ]
