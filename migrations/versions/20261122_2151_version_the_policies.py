"""Version the policies."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from clozette.kernel.ids import new_id
from clozette.settings import ROOT

revision: str = "72e1b5d6f302"
down_revision: str | Sequence[str] | None = "61d0a4c5e201"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

TEXTS = ROOT / "clozette" / "privacy" / "policies" / "texts"
EDITIONS = {"co": "clozette.co", "co-id": "clozette.co.id"}
# The texts that a site begins with: kind, day, edition and language, and the SHA-256 of the file.
FOUNDING = {
    "policy.2012-10-03.co.en": "556539f40002c68c527a397f4b22d8bd256ab28c41bf6cc98bf43180bdf31379",
    "policy.2017-12-12.co-id.en": "85a3f2909c3b7406ca3e82e8394e46195bdb1da91bb3934df0a2a0e74e74b448",
    "policy.2026-11-22.co-id.en": "dca25b50330d9f4fd623122e4847dffe5249f8fd01380d5abd6c2dcef681e22f",
    "policy.2026-11-22.co-id.id": "2e90332284e748c91112ec7701af6385360872cff6dddffe3e004f25a4744764",
    "policy.2026-11-22.co.en": "42c6ead8c1ea74c8074de3a56438b474fa8f3e8d6e2efbba8ce8ed33d2fae354",
    "policy.2026-11-22.co.id": "8aa58f62b9b88ad630851b863f708c73176abe8695aa81f44b5b8d24e81beeb1",
    "terms.2026-11-22.co-id.en": "5696bcec944d41f5a4b610ed5b9177ac24442d59107e3b6c7dd684d772b148ab",
    "terms.2026-11-22.co-id.id": "f6268d84063c79870e709299536a663fb9ac9a8f6bc350be50f1b7fea3fcc41b",
    "terms.2026-11-22.co.en": "87e6d7ea5fce916c1357c4e847a5f68b9d3a0a1535365769af170cc95472f8d4",
    "terms.2026-11-22.co.id": "527c9e3e07b382d1123922e7374e20a38262656c52e60b003861d0fed6b14494",
}
SUMMARIES = {
    ("policy", "2012-10-03", "en"): "What the policy of 2012 said, in words of our own: the website alone.",
    (
        "policy",
        "2017-12-12",
        "en",
    ): "What the policy of 2017 said, in words of our own: the app, newsletters, unsubscribing.",
    (
        "policy",
        "2026-11-22",
        "en",
    ): "Written anew: every point of collection, a switch for each consent, no more agreement by use.",
    ("policy", "2026-11-22", "id"): (
        "Ditulis baru: setiap titik pengumpulan, satu sakelar untuk setiap persetujuan, memakai situs bukan persetujuan."
    ),
    ("terms", "2026-11-22", "en"): "The first terms that stand apart from the policy.",
    ("terms", "2026-11-22", "id"): "Ketentuan pertama yang terpisah dari kebijakan privasi.",
}
APPEND_ONLY = (
    ("privacy_policies", "id"),
    ("privacy_policy_changes", "id"),
    ("privacy_policy_announcements", "policy_id"),
)


def upgrade() -> None:
    """Bring the tables to this version."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    _make_versions(big)
    _make_what_people_did(big)
    _found()
    for table, key in APPEND_ONLY:
        for statement in _refuse_changes(table, key, op.get_bind().dialect.name):
            op.execute(statement)


def downgrade() -> None:
    """Bring the tables back."""
    for table in (
        "privacy_gpc_signals",
        "privacy_acceptances",
        "privacy_policy_notices",
        "privacy_policy_announcements",
        "privacy_policy_changes",
        "privacy_policies",
    ):
        op.drop_table(table)


def _make_versions(big: sa.types.TypeEngine[int]) -> None:
    op.create_table(
        "privacy_policies",
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("edition", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("version", sa.String(length=10), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=100000), nullable=False),
        sa.Column("summary", sa.String(length=500), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_by_id", big, nullable=True),
        sa.ForeignKeyConstraint(
            ["published_by_id"], ["privacy_subjects.id"], name=op.f("fk_privacy_policies_published_by_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_policies")),
        sa.UniqueConstraint(
            "kind", "edition", "language", "version", name=op.f("uq_privacy_policies_kind_edition_language_version")
        ),
    )
    op.create_index(op.f("ix_privacy_policies_published_by_id"), "privacy_policies", ["published_by_id"])
    op.create_index(op.f("ix_privacy_policies_sha256"), "privacy_policies", ["sha256"])
    op.create_table(
        "privacy_policy_changes",
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("policy_id", big, nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("weight", sa.String(length=10), nullable=False),
        sa.CheckConstraint("weight IN ('material', 'editorial')", name=op.f("ck_privacy_policy_changes_weight")),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["privacy_policies.id"], name=op.f("fk_privacy_policy_changes_policy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_policy_changes")),
        sa.UniqueConstraint("policy_id", "purpose", name=op.f("uq_privacy_policy_changes_policy_id_purpose")),
    )
    op.create_table(
        "privacy_policy_announcements",
        sa.Column("policy_id", big, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told", big, nullable=False),
        sa.ForeignKeyConstraint(
            ["policy_id"], ["privacy_policies.id"], name=op.f("fk_privacy_policy_announcements_policy_id")
        ),
        sa.PrimaryKeyConstraint("policy_id", name=op.f("pk_privacy_policy_announcements")),
    )


def _make_what_people_did(big: sa.types.TypeEngine[int]) -> None:
    for table, unique in (
        ("privacy_policy_notices", ("policy_id", "subject_id")),
        ("privacy_acceptances", ("subject_id", "policy_id")),
    ):
        op.create_table(
            table,
            sa.Column("id", big, autoincrement=False, nullable=False),
            sa.Column("subject_id", big, nullable=False),
            sa.Column("policy_id", big, nullable=False),
            sa.Column("at", sa.DateTime(timezone=True), nullable=False),
            sa.ForeignKeyConstraint(["policy_id"], ["privacy_policies.id"], name=op.f(f"fk_{table}_policy_id")),
            sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f(f"fk_{table}_subject_id")),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint(*unique, name=op.f(f"uq_{table}_{'_'.join(unique)}")),
        )
        op.create_index(op.f(f"ix_{table}_{unique[1]}"), table, [unique[1]])
    op.create_table(
        "privacy_gpc_signals",
        sa.Column("subject_id", big, autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["privacy_subjects.id"], name=op.f("fk_privacy_gpc_signals_subject_id")
        ),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_privacy_gpc_signals")),
    )


def _found() -> None:
    """Put in the founding texts, byte for byte; they count as announced on the day they held from."""
    at = sa.DateTime(timezone=True)
    policies = sa.table(
        "privacy_policies",
        *(sa.column(name) for name in ("id", "kind", "edition", "language", "version", "sha256", "text", "summary")),
        sa.column("published_at", at),
        sa.column("effective_at", at),
    )
    announcements = sa.table(
        "privacy_policy_announcements", sa.column("policy_id"), sa.column("at", at), sa.column("told")
    )
    for name, digest in FOUNDING.items():
        content = (TEXTS / f"{name}.md").read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise ValueError(f"{name}.md is not the text that was published")
        kind, day, code, language = name.split(".")
        # SQLite's own type of a moment takes none with a zone.
        moment = datetime.fromisoformat(day).replace(tzinfo=None if _is_sqlite() else UTC)
        row = {
            "id": new_id(),
            "kind": kind,
            "edition": EDITIONS[code],
            "language": language,
            "version": day,
            "sha256": digest,
            "text": content.decode(),
            "summary": SUMMARIES[kind, day, language],
            "published_at": moment,
            "effective_at": moment,
        }
        op.execute(policies.insert().values(row))
        op.execute(announcements.insert().values(policy_id=row["id"], at=moment, told=0))


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _refuse_changes(table: str, key: str, dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        known = f"SELECT 1 FROM {table} WHERE {key} = NEW.{key}"  # noqa: S608 - names of ours
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
