"""Approve bulk exports."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b6c5f9bad706"
down_revision: str | Sequence[str] | None = "a5b4e8a9c605"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)
APPEND_ONLY = ("rights_bulk_exports", "rights_bulk_decisions", "rights_bulk_downloads", "rights_bulk_files")


def upgrade() -> None:
    """Bring the tables to this version."""
    _exports()
    _decisions()
    _downloads()
    _files()
    _find_names()
    for table in APPEND_ONLY:
        for statement in _refuse_changes(table, op.get_bind().dialect.name):
            op.execute(sa.text(statement))


def downgrade() -> None:
    """Bring the tables back."""
    for table in reversed(APPEND_ONLY):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.drop_index("ix_accounts_members_name", table_name="accounts_members")
        op.alter_column("accounts_members", "handle", type_=sa.String(30))


def _exports() -> None:
    op.create_table(
        "rights_bulk_exports",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("asked_by_id", _ID, nullable=False),
        sa.Column("asked_at", _MOMENT, nullable=False),
        sa.Column("use", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("filter", sa.JSON(), nullable=False),
        sa.Column("counted", _ID, nullable=False),
        sa.Column("free_up_to", _ID, nullable=False),
        sa.Column("recipient_id", _ID, nullable=True),
        sa.Column("expires_at", _MOMENT, nullable=False),
        sa.CheckConstraint("counted >= 0", name=op.f("ck_rights_bulk_exports_counted")),
        sa.ForeignKeyConstraint(
            ["asked_by_id"], ["privacy_subjects.id"], name=op.f("fk_rights_bulk_exports_asked_by_id")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["privacy_recipients.id"], name=op.f("fk_rights_bulk_exports_recipient_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_bulk_exports")),
    )
    with op.batch_alter_table("rights_bulk_exports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rights_bulk_exports_asked_by_id"), ["asked_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rights_bulk_exports_recipient_id"), ["recipient_id"], unique=False)


def _decisions() -> None:
    op.create_table(
        "rights_bulk_decisions",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("export_id", _ID, nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("verdict", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["privacy_subjects.id"], name=op.f("fk_rights_bulk_decisions_by_id")),
        sa.ForeignKeyConstraint(
            ["export_id"], ["rights_bulk_exports.id"], name=op.f("fk_rights_bulk_decisions_export_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_bulk_decisions")),
        sa.UniqueConstraint("export_id", name=op.f("uq_rights_bulk_decisions_export_id")),
    )
    with op.batch_alter_table("rights_bulk_decisions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rights_bulk_decisions_by_id"), ["by_id"], unique=False)


def _downloads() -> None:
    op.create_table(
        "rights_bulk_downloads",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("export_id", _ID, nullable=False),
        sa.Column("by_id", _ID, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("handover_id", _ID, nullable=True),
        sa.ForeignKeyConstraint(["by_id"], ["privacy_subjects.id"], name=op.f("fk_rights_bulk_downloads_by_id")),
        sa.ForeignKeyConstraint(
            ["export_id"], ["rights_bulk_exports.id"], name=op.f("fk_rights_bulk_downloads_export_id")
        ),
        sa.ForeignKeyConstraint(
            ["handover_id"], ["privacy_handovers.id"], name=op.f("fk_rights_bulk_downloads_handover_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_bulk_downloads")),
        sa.UniqueConstraint("mark", name=op.f("uq_rights_bulk_downloads_mark")),
    )
    with op.batch_alter_table("rights_bulk_downloads", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rights_bulk_downloads_by_id"), ["by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rights_bulk_downloads_export_id"), ["export_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_rights_bulk_downloads_handover_id"), ["handover_id"], unique=False)


def _files() -> None:
    op.create_table(
        "rights_bulk_files",
        sa.Column("id", _ID, autoincrement=False, nullable=False),
        sa.Column("download_id", _ID, nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=False),
        sa.Column("people", _ID, nullable=False),
        sa.Column("bytes", _ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["download_id"], ["rights_bulk_downloads.id"], name=op.f("fk_rights_bulk_files_download_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_bulk_files")),
        sa.UniqueConstraint("download_id", name=op.f("uq_rights_bulk_files_download_id")),
    )


def _find_names() -> None:
    """Let members be found by how their handle or name begins, by an index."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("accounts_members", "handle", type_=sa.String(30, collation="C"))
        name = sa.text("lower(display_name) text_pattern_ops")
        op.create_index("ix_accounts_members_name", "accounts_members", [name], unique=False)


def _refuse_changes(table: str, dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version; the function is there."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        known = f"SELECT 1 FROM {table} WHERE id = NEW.id"  # noqa: S608 - names of ours
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
