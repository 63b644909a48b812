"""Send text messages."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "071aa46568a1"
down_revision: str | Sequence[str] | None = "f60f93545790"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "newsletters_text_answers",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_newsletters_text_answers")),
    )
    op.create_index(
        op.f("ix_newsletters_text_answers_heard_at"), "newsletters_text_answers", ["heard_at"], unique=False
    )
    op.create_table(
        "newsletters_texts",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("title", sa.String(length=80), nullable=False),
        sa.Column("body", sa.String(length=320), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("because", sa.String(length=32), nullable=True),
        sa.Column("version", BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", BIG, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("purpose IN ('our_news', 'partner_offers')", name=op.f("ck_newsletters_texts_purpose")),
        sa.CheckConstraint(
            "state IN ('draft', 'running', 'paused', 'finished', 'cancelled')", name=op.f("ck_newsletters_texts_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_texts")),
    )
    op.create_table(
        "newsletters_phone_codes",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("deed", sa.String(length=8), nullable=False),
        sa.Column("purposes", sa.JSON(), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=True),
        sa.Column("stamped", sa.String(length=8000), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subject_id"], ["privacy_subjects.id"], name=op.f("fk_newsletters_phone_codes_subject_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_phone_codes")),
    )
    op.create_index(op.f("ix_newsletters_phone_codes_made_at"), "newsletters_phone_codes", ["made_at"], unique=False)
    op.create_index(op.f("ix_newsletters_phone_codes_number"), "newsletters_phone_codes", ["number"], unique=False)
    op.create_index(
        op.f("ix_newsletters_phone_codes_subject_id"), "newsletters_phone_codes", ["subject_id"], unique=False
    )
    op.create_table(
        "newsletters_phones",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("subject_id", BIG, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("locale", sa.String(length=16), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f("fk_newsletters_phones_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_phones")),
        sa.UniqueConstraint("number", name=op.f("uq_newsletters_phones_number")),
        sa.UniqueConstraint("subject_id", name=op.f("uq_newsletters_phones_subject_id")),
    )
    op.create_index(op.f("ix_newsletters_phones_number_key"), "newsletters_phones", ["number_key"], unique=False)
    op.create_table(
        "newsletters_register_checks",
        sa.Column("id", BIG, autoincrement=False, nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("result_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", BIG, nullable=True),
        sa.Column("numbers", BIG, nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["accounts_members.id"], name=op.f("fk_newsletters_register_checks_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_newsletters_register_checks")),
        sa.UniqueConstraint(
            "reference", "file_sha256", name=op.f("uq_newsletters_register_checks_reference_file_sha256")
        ),
    )
    op.create_index(
        op.f("ix_newsletters_register_checks_by_id"), "newsletters_register_checks", ["by_id"], unique=False
    )
    op.create_index(
        op.f("ix_newsletters_register_checks_result_at"), "newsletters_register_checks", ["result_at"], unique=False
    )
    op.create_table(
        "newsletters_register_results",
        sa.Column("check_id", BIG, autoincrement=False, nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("may_text", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["check_id"],
            ["newsletters_register_checks.id"],
            name=op.f("fk_newsletters_register_results_check_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("check_id", "number_key", name=op.f("pk_newsletters_register_results")),
    )
    op.create_index(
        op.f("ix_newsletters_register_results_number_key"), "newsletters_register_results", ["number_key"], unique=False
    )
    op.create_table(
        "newsletters_text_sendings",
        sa.Column("text_id", BIG, autoincrement=False, nullable=False),
        sa.Column("phone_id", BIG, autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("basis", sa.String(length=16), nullable=True),
        sa.Column("check_id", BIG, nullable=True),
        sa.Column("claim", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", BIG, nullable=False),
        sa.Column("reason", sa.String(length=64), nullable=True),
        sa.Column("ref", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'submitting', 'sent', 'skipped', 'failed', 'uncertain')",
            name=op.f("ck_newsletters_text_sendings_state"),
        ),
        sa.ForeignKeyConstraint(
            ["check_id"], ["newsletters_register_checks.id"], name=op.f("fk_newsletters_text_sendings_check_id")
        ),
        sa.ForeignKeyConstraint(
            ["phone_id"],
            ["newsletters_phones.id"],
            name=op.f("fk_newsletters_text_sendings_phone_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["text_id"], ["newsletters_texts.id"], name=op.f("fk_newsletters_text_sendings_text_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("text_id", "phone_id", name=op.f("pk_newsletters_text_sendings")),
    )
    op.create_index(
        op.f("ix_newsletters_text_sendings_check_id"), "newsletters_text_sendings", ["check_id"], unique=False
    )
    op.create_index(
        op.f("ix_newsletters_text_sendings_phone_id"), "newsletters_text_sendings", ["phone_id"], unique=False
    )
    op.create_index(
        "ix_newsletters_text_sendings_queue",
        "newsletters_text_sendings",
        ["text_id", "state", "phone_id"],
        unique=False,
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("newsletters_text_sendings")
    op.drop_table("newsletters_register_results")
    op.drop_table("newsletters_register_checks")
    op.drop_table("newsletters_phones")
    op.drop_table("newsletters_phone_codes")
    op.drop_table("newsletters_texts")
    op.drop_table("newsletters_text_answers")
