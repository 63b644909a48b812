"""Hand entries to sponsors."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "4b0bb7640fa6"
down_revision: str | Sequence[str] | None = "231364e9c0a4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_PEOPLE = "contests_sponsor_people"
_STANDING = "uq_contests_sponsor_people_standing"
_NOT_TAKEN = {"sqlite_where": sa.text("taken_at IS NULL"), "postgresql_where": sa.text("taken_at IS NULL")}


def upgrade() -> None:
    """Bring the tables to this version."""
    _hooks()
    _handouts()
    _fetches()
    op.drop_index(_STANDING, _PEOPLE)
    op.create_index(_STANDING, _PEOPLE, ["member_id"], unique=True, **_NOT_TAKEN)
    op.create_index("ix_contests_sponsor_people_sponsor_id", _PEOPLE, ["sponsor_id"])
    for statement in _refuse_changes("contests_fetches", op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take them back."""
    op.drop_index("ix_contests_sponsor_people_sponsor_id", _PEOPLE)
    op.drop_index(_STANDING, _PEOPLE)
    op.create_index(_STANDING, _PEOPLE, ["sponsor_id", "member_id"], unique=True, **_NOT_TAKEN)
    for table in ("contests_fetches", "contests_handouts", "contests_hooks"):
        op.drop_table(table)


def _number() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _hooks() -> None:
    op.create_table(
        "contests_hooks",
        sa.Column("sponsor_id", _number(), autoincrement=False, nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proven_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["sponsor_id"], ["contests_sponsors.id"], name=op.f("fk_contests_hooks_sponsor_id")),
        sa.PrimaryKeyConstraint("sponsor_id", name=op.f("pk_contests_hooks")),
    )


def _handouts() -> None:
    table = "contests_handouts"
    op.create_table(
        table,
        sa.Column("id", _number(), autoincrement=False, nullable=False),
        sa.Column("sharing_id", _number(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("means", sa.String(length=8), nullable=False),
        sa.Column("form", sa.String(length=4), nullable=False),
        sa.Column("most", sa.SmallInteger(), nullable=False),
        sa.Column("free_up_to", _number(), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by_id", _number(), nullable=False),
        sa.Column("approved_by_id", _number(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sending_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=24), nullable=True),
        sa.CheckConstraint("(approved_by_id IS NULL) = (approved_at IS NULL)", name=op.f(f"ck_{table}_approved")),
        sa.CheckConstraint("form IN ('csv', 'json')", name=op.f(f"ck_{table}_form")),
        sa.CheckConstraint("made_by_id <> approved_by_id", name=op.f(f"ck_{table}_two_people")),
        sa.CheckConstraint("means IN ('file', 'webhook')", name=op.f(f"ck_{table}_means")),
        sa.CheckConstraint("most BETWEEN 1 AND 20", name=op.f(f"ck_{table}_most")),
        sa.CheckConstraint("opens_at < expires_at", name=op.f(f"ck_{table}_order")),
        sa.ForeignKeyConstraint(["approved_by_id"], ["privacy_subjects.id"], name=op.f(f"fk_{table}_approved_by_id")),
        sa.ForeignKeyConstraint(["made_by_id"], ["privacy_subjects.id"], name=op.f(f"fk_{table}_made_by_id")),
        sa.ForeignKeyConstraint(["sharing_id"], ["contests_sharings.id"], name=op.f(f"fk_{table}_sharing_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    for name in ("approved_by_id", "made_by_id", "sharing_id"):
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])


def _fetches() -> None:
    table = "contests_fetches"
    op.create_table(
        table,
        sa.Column("id", _number(), autoincrement=False, nullable=False),
        sa.Column("handout_id", _number(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", _number(), nullable=False),
        sa.Column("mark", sa.String(length=32), nullable=False),
        sa.Column("handover_id", _number(), nullable=False),
        sa.Column("people", _number(), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["privacy_subjects.id"], name=op.f(f"fk_{table}_by_id")),
        sa.ForeignKeyConstraint(["handout_id"], ["contests_handouts.id"], name=op.f(f"fk_{table}_handout_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["privacy_handovers.id"], name=op.f(f"fk_{table}_handover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("handover_id", name=op.f(f"uq_{table}_handover_id")),
        sa.UniqueConstraint("mark", name=op.f(f"uq_{table}_mark")),
    )
    for name in ("by_id", "handout_id"):
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])


def _refuse_changes(table: str, dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version; the function is there."""
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        same = "(id = NEW.id) OR (handover_id = NEW.handover_id) OR (mark = NEW.mark)"
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
