"""Erase and disclose."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "94a3d7f8b504"
down_revision: str | Sequence[str] | None = "83f2c6e7a403"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

APPEND_ONLY = (
    "privacy_recipients",
    "privacy_handovers",
    "privacy_disclosures",
    "privacy_departures",
    "privacy_silences",
    "rights_receipts",
)


def upgrade() -> None:
    """Bring the tables to this version."""
    _forget_old_disclosures()
    _door()
    _cases()
    _leaving()
    _erasures()
    for table in (*APPEND_ONLY, "privacy_staff_reads"):
        _make_append_only(table)


def downgrade() -> None:
    """Bring the tables back."""
    for table in ("rights_restricted", "rights_receipts", "rights_erasures", "media_hidden"):
        op.drop_table(table)
    with op.batch_alter_table("looks_comments") as batch:
        batch.drop_constraint("fk_looks_comments_member_id", type_="foreignkey")
        batch.alter_column("member_id", existing_type=_number(), nullable=False)
        batch.create_foreign_key(
            "fk_looks_comments_member_id", "accounts_members", ["member_id"], ["id"], ondelete="CASCADE"
        )
    with op.batch_alter_table("accounts_members") as batch:
        batch.drop_column("leaving_at")
    _lift("privacy_staff_reads")
    with op.batch_alter_table("privacy_staff_reads") as batch:
        batch.drop_index("ix_privacy_staff_reads_case_id")
        batch.drop_constraint("fk_privacy_staff_reads_case_id", type_="foreignkey")
        batch.drop_column("case_id")
        batch.drop_column("fields")
    for table in (
        "privacy_silences",
        "privacy_cases",
        "privacy_tellings",
        "privacy_departures",
        "privacy_disclosures",
        "privacy_handovers",
        "privacy_recipients",
    ):
        op.drop_table(table)
    _first_disclosures()
    for table in ("privacy_disclosures", "privacy_staff_reads"):
        _make_append_only(table)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _id() -> sa.Column[int]:
    return sa.Column("id", _number(), autoincrement=False, nullable=False)


def _to(table: str, column: str, target: str, **options: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"), **options)


def _index(table: str, *columns: str, name: str | None = None) -> None:
    op.create_index(name or op.f("ix_" + "_".join(f"{table}_{column}" for column in columns)), table, list(columns))


def _forget_old_disclosures() -> None:
    """Drop the first table of disclosures; nothing has called the first door, and a log that is in use is never dropped."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM privacy_disclosures")):
        raise RuntimeError("privacy_disclosures has rows of the first version; they must be carried over by hand")
    op.drop_table("privacy_disclosures")


def _first_disclosures() -> None:
    op.create_table(
        "privacy_disclosures",
        _id(),
        sa.Column("subject_id", _number(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("consent_id", _number(), nullable=True),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        _to("privacy_disclosures", "consent_id", "privacy_ledger.id"),
        _to("privacy_disclosures", "subject_id", "privacy_subjects.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_disclosures")),
    )
    _index("privacy_disclosures", "subject_id", "id", name="ix_privacy_disclosures_subject_id_id")


def _door() -> None:
    op.create_table(
        "privacy_recipients",
        _id(),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_recipients")),
        sa.UniqueConstraint(
            "legal_name",
            "address",
            "country",
            "contact",
            name=op.f("uq_privacy_recipients_legal_name_address_country_contact"),
        ),
    )
    op.create_table(
        "privacy_handovers",
        _id(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recipient_id", _number(), nullable=False),
        sa.Column("trigger", sa.String(length=40), nullable=False),
        sa.Column("object_id", _number(), nullable=True),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=False),
        sa.Column("duty", sa.String(length=200), nullable=False),
        sa.Column("categories", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("means", sa.String(length=16), nullable=False),
        sa.Column("payload_sha256", sa.String(length=64), nullable=False),
        sa.Column("payload_bytes", _number(), nullable=False),
        sa.Column("row_count", _number(), nullable=False),
        sa.Column("actor_id", _number(), nullable=True),
        sa.Column("retention", sa.String(length=200), nullable=False),
        sa.Column("contract", sa.String(length=200), nullable=False),
        _to("privacy_handovers", "recipient_id", "privacy_recipients.id"),
        _to("privacy_handovers", "actor_id", "privacy_subjects.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_handovers")),
    )
    _index("privacy_handovers", "recipient_id")
    _index("privacy_handovers", "actor_id")
    op.create_table(
        "privacy_disclosures",
        _id(),
        sa.Column("handover_id", _number(), nullable=False),
        sa.Column("subject_id", _number(), nullable=False),
        sa.Column("consent_id", _number(), nullable=True),
        sa.Column("wording", sa.String(length=64), nullable=True),
        sa.Column("policy_version", sa.String(length=32), nullable=True),
        sa.Column("reference", sa.LargeBinary(), nullable=False),
        _to("privacy_disclosures", "handover_id", "privacy_handovers.id"),
        _to("privacy_disclosures", "subject_id", "privacy_subjects.id"),
        _to("privacy_disclosures", "consent_id", "privacy_ledger.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_disclosures")),
        sa.UniqueConstraint("handover_id", "subject_id", name=op.f("uq_privacy_disclosures_handover_id_subject_id")),
    )
    _index("privacy_disclosures", "subject_id", "id", name="ix_privacy_disclosures_subject_id_id")
    op.create_table(
        "privacy_departures",
        _id(),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handover_id", _number(), nullable=True),
        sa.Column("port", sa.String(length=40), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("bytes", _number(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_departures")),
    )
    _index("privacy_departures", "handover_id")
    op.create_table(
        "privacy_tellings",
        _id(),
        sa.Column("subject_id", _number(), nullable=False),
        sa.Column("recipient_id", _number(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("cause_id", _number(), nullable=False),
        sa.Column("known_as", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        _to("privacy_tellings", "subject_id", "privacy_subjects.id"),
        _to("privacy_tellings", "recipient_id", "privacy_recipients.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_tellings")),
        sa.UniqueConstraint(
            "subject_id",
            "recipient_id",
            "kind",
            "cause_id",
            name=op.f("uq_privacy_tellings_subject_id_recipient_id_kind_cause_id"),
        ),
    )
    _index("privacy_tellings", "recipient_id")


def _cases() -> None:
    op.create_table(
        "privacy_cases",
        _id(),
        sa.Column("subject_id", _number(), nullable=False),
        sa.Column("reader_id", _number(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        _to("privacy_cases", "subject_id", "privacy_subjects.id"),
        _to("privacy_cases", "reader_id", "privacy_subjects.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_cases")),
    )
    _index("privacy_cases", "reader_id")
    _index("privacy_cases", "subject_id", "reader_id", name="ix_privacy_cases_subject_id_reader_id")
    op.create_table(
        "privacy_silences",
        _id(),
        sa.Column("handover_id", _number(), nullable=True),
        sa.Column("case_id", _number(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("by_id", _number(), nullable=True),
        sa.CheckConstraint("(handover_id IS NULL) <> (case_id IS NULL)", name=op.f("ck_privacy_silences_of_one_thing")),
        _to("privacy_silences", "handover_id", "privacy_handovers.id"),
        _to("privacy_silences", "case_id", "privacy_cases.id"),
        _to("privacy_silences", "by_id", "privacy_subjects.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_privacy_silences")),
    )
    for column in ("handover_id", "case_id", "by_id"):
        _index("privacy_silences", column)
    _lift("privacy_staff_reads")
    with op.batch_alter_table("privacy_staff_reads") as batch:
        batch.add_column(sa.Column("case_id", _number(), nullable=True))
        batch.add_column(sa.Column("fields", sa.JSON(), nullable=True))
        batch.create_foreign_key(op.f("fk_privacy_staff_reads_case_id"), "privacy_cases", ["case_id"], ["id"])
        batch.create_index(op.f("ix_privacy_staff_reads_case_id"), ["case_id"])


def _leaving() -> None:
    with op.batch_alter_table("accounts_members") as batch:
        batch.add_column(sa.Column("leaving_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("looks_comments") as batch:
        batch.drop_constraint("fk_looks_comments_member_id", type_="foreignkey")
        batch.alter_column("member_id", existing_type=_number(), nullable=True)
        batch.create_foreign_key(
            "fk_looks_comments_member_id", "accounts_members", ["member_id"], ["id"], ondelete="SET NULL"
        )
    op.create_table(
        "media_hidden",
        sa.Column("subject_id", _number(), autoincrement=False, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        _to("media_hidden", "subject_id", "privacy_subjects.id"),
        sa.PrimaryKeyConstraint("subject_id", name=op.f("pk_media_hidden")),
    )


def _erasures() -> None:
    op.create_table(
        "rights_erasures",
        _id(),
        sa.Column("subject_id", _number(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("executed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        _to("rights_erasures", "subject_id", "privacy_subjects.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_erasures")),
        sa.UniqueConstraint("code", name=op.f("uq_rights_erasures_code")),
    )
    standing = sa.text("undone_at IS NULL")
    op.create_index(
        "ix_rights_erasures_standing",
        "rights_erasures",
        ["subject_id"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    _index("rights_erasures", "due_at", name="ix_rights_erasures_due_at")
    op.create_table(
        "rights_receipts",
        _id(),
        sa.Column("erasure_id", _number(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        _to("rights_receipts", "erasure_id", "rights_erasures.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_receipts")),
        sa.UniqueConstraint("erasure_id", name=op.f("uq_rights_receipts_erasure_id")),
    )
    op.create_table(
        "rights_restricted",
        _id(),
        sa.Column("erasure_id", _number(), nullable=False),
        sa.Column("subject_id", _number(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("because", sa.String(length=300), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        _to("rights_restricted", "erasure_id", "rights_erasures.id"),
        _to("rights_restricted", "subject_id", "privacy_subjects.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_restricted")),
    )
    for column in ("erasure_id", "subject_id", "until"):
        _index("rights_restricted", column)


def _make_append_only(table: str) -> None:
    """Add the triggers as ``clozette.privacy.append_only`` makes them; those that stand are made anew."""
    _lift(table)
    for statement in _triggers(table, op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def _lift(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("update", "delete", "replace"):
            op.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{verb}"))
        return
    for verb in ("change", "truncate"):
        op.execute(sa.text(f"DROP TRIGGER IF EXISTS {table}_no_{verb} ON {table}"))


def _triggers(table: str, dialect: str) -> list[str]:
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
