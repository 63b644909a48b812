"""Mend the privacy core: SQLite's INSERT OR REPLACE is refused by every unique key, not by the primary one alone."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c7d60acbe807"
down_revision: str | Sequence[str] | None = "b6c5f9bad706"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_RESTRICTED_ONCE = "uq_rights_restricted_erasure_id_source_row_key"
UNIQUE = {
    "privacy_disclosures": ("id", "handover_id,subject_id"),
    "privacy_policies": ("id", "kind,edition,language,version"),
    "privacy_policy_changes": ("id", "policy_id,purpose"),
    "privacy_recipients": ("id", "legal_name,address,country,contact"),
    "rights_bulk_decisions": ("id", "export_id"),
    "rights_bulk_downloads": ("id", "mark"),
    "rights_bulk_files": ("id", "download_id"),
    "rights_receipts": ("id", "erasure_id"),
}


def upgrade() -> None:
    """Bring the tables to this version."""
    if op.get_bind().dialect.name == "sqlite":
        for table, keys in UNIQUE.items():
            _refuse_known(table, keys)
    _key_restricted()


def downgrade() -> None:
    """Bring the tables back."""
    with op.batch_alter_table("rights_restricted") as batch:
        batch.drop_constraint(_RESTRICTED_ONCE, type_="unique")
        batch.drop_column("row_key")
    if op.get_bind().dialect.name == "sqlite":
        for table, keys in UNIQUE.items():
            _refuse_known(table, keys[:1])


def _key_restricted() -> None:
    """Let no row be moved to the restricted store twice; one that is there already is known by its own id."""
    with op.batch_alter_table("rights_restricted") as batch:
        batch.add_column(sa.Column("row_key", sa.String(length=200), nullable=True))
    op.execute("UPDATE rights_restricted SET row_key = CAST(id AS VARCHAR(200))")
    with op.batch_alter_table("rights_restricted") as batch:
        batch.alter_column("row_key", existing_type=sa.String(length=200), nullable=False)
        batch.create_unique_constraint(_RESTRICTED_ONCE, ["erasure_id", "source", "row_key"])


def _refuse_known(table: str, keys: Sequence[str]) -> None:
    known = " OR ".join(f"({_same(key)})" for key in keys)
    op.execute(f"DROP TRIGGER {table}_no_replace")
    op.execute(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {known}) "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


def _same(key: str) -> str:
    return " AND ".join(f"{name} = NEW.{name}" for name in key.split(","))
