"""Open contests: what they are, their rules, entries, judges and sponsors, and labels of looks."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c7ccf005fb28"
down_revision: str | Sequence[str] | None = "3f94b0c2d7e8"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_APPEND_ONLY = {"contests_rules": ["contest_id", "number"], "contests_facts": ["contest_id", "kind", "number"]}


def upgrade() -> None:
    """Bring the tables to this version."""
    _sponsors()
    _sharings()
    _contests()
    _sponsor_people()
    _facts()
    _judges()
    _prizes()
    _rules()
    _looks_labels()
    _entries()
    for table, unique in _APPEND_ONLY.items():
        for statement in _refuse_changes(table, unique, op.get_bind().dialect.name):
            op.execute(sa.text(statement))


def downgrade() -> None:
    """Take them away again."""
    for table in (
        "contests_entries",
        "looks_labels",
        "contests_rules",
        "contests_prizes",
        "contests_judges",
        "contests_facts",
        "contests_sponsor_people",
        "contests_contests",
        "contests_sharings",
        "contests_sponsors",
    ):
        op.drop_table(table)


def _sponsors() -> None:
    op.create_table(
        "contests_sponsors",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("contact", sa.String(length=254), nullable=False),
        sa.Column("website", sa.String(length=200), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("contract", sa.String(length=200), nullable=False),
        sa.Column("keeps_for", sa.String(length=200), nullable=False),
        sa.Column("keeps_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("keeps_days > 0", name=op.f("ck_contests_sponsors_keeps_days")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_sponsors")),
        sa.UniqueConstraint("legal_name", name=op.f("uq_contests_sponsors_legal_name")),
    )


def _sharings() -> None:
    op.create_table(
        "contests_sharings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("object_kind", sa.String(length=10), nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sponsor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recipient_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("keeps_for", sa.String(length=200), nullable=False),
        sa.Column("keeps_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("reaches", sa.String(length=8), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("replaced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "object_kind IN ('contest', 'prize', 'survey', 'promotion')", name=op.f("ck_contests_sharings_object_kind")
        ),
        sa.CheckConstraint("reaches IN ('winners', 'agreed')", name=op.f("ck_contests_sharings_reaches")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["privacy_recipients.id"], name=op.f("fk_contests_sharings_recipient_id")
        ),
        sa.ForeignKeyConstraint(["sponsor_id"], ["contests_sponsors.id"], name=op.f("fk_contests_sharings_sponsor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_sharings")),
    )
    with op.batch_alter_table("contests_sharings", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_sharings_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contests_sharings_sponsor_id"), ["sponsor_id"], unique=False)
        batch_op.create_index(
            "uq_contests_sharings_standing",
            ["object_kind", "object_id", "sponsor_id"],
            unique=True,
            sqlite_where=sa.text("replaced_at IS NULL"),
            postgresql_where=sa.text("replaced_at IS NULL"),
        )


def _contests() -> None:
    op.create_table(
        "contests_contests",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=4000), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=8), nullable=False),
        sa.Column("entry_kind", sa.String(length=8), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("votes_from", sa.DateTime(timezone=True), nullable=True),
        sa.Column("votes_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("votes_frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("votes_per_member", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("vote_share", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("judging_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("draw_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("announce_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alternates", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("countries", sa.JSON(), nullable=False),
        sa.Column("min_age", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("min_account_days", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("sponsor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rules_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("rules_locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("last_number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("checked_sha256", sa.String(length=64), nullable=True),
        sa.Column("state_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint(
            "decided_by = 'draw' OR judging_until IS NOT NULL", name=op.f("ck_contests_contests_judged")
        ),
        sa.CheckConstraint("decided_by = 'jury' OR draw_at IS NOT NULL", name=op.f("ck_contests_contests_drawn")),
        sa.CheckConstraint("decided_by IN ('jury', 'draw')", name=op.f("ck_contests_contests_decided_by")),
        sa.CheckConstraint("entry_kind IN ('look', 'photos', 'none')", name=op.f("ck_contests_contests_entry_kind")),
        sa.CheckConstraint(
            "state IN ('draft', 'checked', 'published', 'open', 'closed', 'judged', 'announced', 'done', 'cancelled')",
            name=op.f("ck_contests_contests_state"),
        ),
        sa.CheckConstraint("(votes_from IS NULL) = (votes_until IS NULL)", name=op.f("ck_contests_contests_votes")),
        sa.CheckConstraint("draw_at IS NULL OR draw_at >= closes_at", name=op.f("ck_contests_contests_drawn_after")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_contests_contests_order")),
        sa.CheckConstraint("vote_share BETWEEN 0 AND 30", name=op.f("ck_contests_contests_vote_share")),
        sa.CheckConstraint("votes_per_member BETWEEN 1 AND 20", name=op.f("ck_contests_contests_votes_per_member")),
        sa.CheckConstraint(
            "votes_until IS NULL OR votes_from < votes_until", name=op.f("ck_contests_contests_votes_order")
        ),
        sa.ForeignKeyConstraint(
            ["created_by_id"],
            ["accounts_members.id"],
            name=op.f("fk_contests_contests_created_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(["sponsor_id"], ["contests_sponsors.id"], name=op.f("fk_contests_contests_sponsor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_contests")),
        sa.UniqueConstraint("slug", name=op.f("uq_contests_contests_slug")),
    )
    with op.batch_alter_table("contests_contests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_contests_created_by_id"), ["created_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contests_contests_sponsor_id"), ["sponsor_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contests_contests_state_contests_contests_closes_at"), ["state", "closes_at"], unique=False
        )


def _sponsor_people() -> None:
    op.create_table(
        "contests_sponsor_people",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("sponsor_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["given_by_id"],
            ["accounts_members.id"],
            name=op.f("fk_contests_sponsor_people_given_by_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["accounts_members.id"],
            name=op.f("fk_contests_sponsor_people_member_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["sponsor_id"], ["contests_sponsors.id"], name=op.f("fk_contests_sponsor_people_sponsor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_sponsor_people")),
    )
    with op.batch_alter_table("contests_sponsor_people", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_sponsor_people_given_by_id"), ["given_by_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contests_sponsor_people_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            "uq_contests_sponsor_people_standing",
            ["sponsor_id", "member_id"],
            unique=True,
            sqlite_where=sa.text("taken_at IS NULL"),
            postgresql_where=sa.text("taken_at IS NULL"),
        )


def _facts() -> None:
    op.create_table(
        "contests_facts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("contest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_facts_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_facts")),
        sa.UniqueConstraint("contest_id", "kind", "number", name=op.f("uq_contests_facts_contest_id_kind_number")),
        info={"refuses_known": True},
    )


def _judges() -> None:
    op.create_table(
        "contests_judges",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("contest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("named_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("named_by_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_because", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_judges_contest_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_contests_judges_member_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["named_by_id"], ["accounts_members.id"], name=op.f("fk_contests_judges_named_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_judges")),
        sa.UniqueConstraint("contest_id", "member_id", name=op.f("uq_contests_judges_contest_id_member_id")),
    )
    with op.batch_alter_table("contests_judges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_judges_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contests_judges_named_by_id"), ["named_by_id"], unique=False)


def _prizes() -> None:
    op.create_table(
        "contests_prizes",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("contest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("value_minor", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("units", sa.SmallInteger(), nullable=False),
        sa.Column("sent_by", sa.String(length=8), nullable=False),
        sa.CheckConstraint("sent_by IN ('house', 'sponsor', 'online')", name=op.f("ck_contests_prizes_sent_by")),
        sa.CheckConstraint("units BETWEEN 1 AND 100", name=op.f("ck_contests_prizes_units")),
        sa.CheckConstraint("value_minor >= 0", name=op.f("ck_contests_prizes_value")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_prizes_contest_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_prizes")),
        sa.UniqueConstraint("contest_id", "position", name=op.f("uq_contests_prizes_contest_id_position")),
    )


def _rules() -> None:
    op.create_table(
        "contests_rules",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("contest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_rules_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_rules")),
        sa.UniqueConstraint("contest_id", "number", name=op.f("uq_contests_rules_contest_id_number")),
        info={"refuses_known": True},
    )


def _looks_labels() -> None:
    op.create_table(
        "looks_labels",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("look_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("object_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("sponsor", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["look_id"], ["looks_looks.id"], name=op.f("fk_looks_labels_look_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_looks_labels")),
        sa.UniqueConstraint("look_id", "kind", "object_id", name=op.f("uq_looks_labels_look_id_kind_object_id")),
    )


def _entries() -> None:
    op.create_table(
        "contests_entries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("contest_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.Column("look_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("statement", sa.String(length=500), nullable=False),
        sa.Column("rules_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("form_key", sa.String(length=64), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_because", sa.String(length=24), nullable=True),
        sa.Column("locked_sha256", sa.String(length=64), nullable=True),
        sa.CheckConstraint(
            "state IN ('entered', 'asked', 'withdrawn', 'released', 'disqualified')",
            name=op.f("ck_contests_entries_state"),
        ),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_entries_contest_id")),
        sa.ForeignKeyConstraint(
            ["look_id"], ["looks_looks.id"], name=op.f("fk_contests_entries_look_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_contests_entries_member_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["rules_id"], ["contests_rules.id"], name=op.f("fk_contests_entries_rules_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_entries")),
        sa.UniqueConstraint("contest_id", "number", name=op.f("uq_contests_entries_contest_id_number")),
        sa.UniqueConstraint("member_id", "form_key", name=op.f("uq_contests_entries_member_id_form_key")),
    )
    with op.batch_alter_table("contests_entries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_entries_look_id"), ["look_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contests_entries_rules_id"), ["rules_id"], unique=False)
        batch_op.create_index(
            "uq_contests_entries_one",
            ["contest_id", "member_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('entered', 'asked', 'disqualified')"),
            postgresql_where=sa.text("state IN ('entered', 'asked', 'disqualified')"),
        )


def _refuse_changes(table: str, unique: Sequence[str], dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version; the function is there."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        same = " AND ".join(f"{name} = NEW.{name}" for name in unique)
        known = f"SELECT 1 FROM {table} WHERE (id = NEW.id) OR ({same})"  # noqa: S608 - names of ours
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
