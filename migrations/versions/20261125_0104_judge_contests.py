"""Judge contests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "2207535372ae"
down_revision: str | Sequence[str] | None = "bafe9b01663b"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables to this version."""
    _rounds()
    _changes()
    _assignments()
    _ballots()
    _standings()
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take them back."""
    tables = ("standings", "ballots", "assignments", "round_changes", "rounds")
    for table in tables:
        op.drop_table(f"contests_{table}")


def _rounds() -> None:
    op.create_table(
        "contests_rounds",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("contest_id", _INTEGER, nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("method", sa.String(length=8), nullable=False),
        sa.Column("quorum", sa.SmallInteger(), nullable=False),
        sa.Column("takes", _INTEGER, nullable=False),
        sa.Column("criteria", sa.JSON(), nullable=False),
        sa.Column("due_at", _MOMENT, nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=True),
        sa.Column("ended_at", _MOMENT, nullable=True),
        sa.CheckConstraint("method IN ('yesno', 'score', 'rank')", name=op.f("ck_contests_rounds_method")),
        sa.CheckConstraint("quorum BETWEEN 1 AND 50", name=op.f("ck_contests_rounds_quorum")),
        sa.CheckConstraint("takes >= 1", name=op.f("ck_contests_rounds_takes")),
        sa.CheckConstraint("ended_at IS NULL OR opened_at IS NOT NULL", name=op.f("ck_contests_rounds_ended")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_rounds_contest_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_rounds")),
        sa.UniqueConstraint("contest_id", "number", name=op.f("uq_contests_rounds_contest_id_number")),
    )


def _changes() -> None:
    table = "contests_round_changes"
    op.create_table(
        table,
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("round_id", _INTEGER, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("was", sa.String(length=40), nullable=False),
        sa.Column("became", sa.String(length=40), nullable=False),
        sa.Column("because", sa.String(length=200), nullable=False),
        sa.Column("by_id", _INTEGER, nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["contests_rounds.id"], name=op.f(f"fk_{table}_round_id")),
        sa.ForeignKeyConstraint(["by_id"], ["privacy_subjects.id"], name=op.f(f"fk_{table}_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_round_id"), table, ["round_id"])
    op.create_index(op.f(f"ix_{table}_by_id"), table, ["by_id"])


def _assignments() -> None:
    table = "contests_assignments"
    op.create_table(
        table,
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("round_id", _INTEGER, nullable=False),
        sa.Column("judge_id", _INTEGER, nullable=False),
        sa.Column("entry_id", _INTEGER, nullable=False),
        sa.Column("made_at", _MOMENT, nullable=False),
        sa.Column("recused_at", _MOMENT, nullable=True),
        sa.Column("void_at", _MOMENT, nullable=True),
        sa.Column("because", sa.String(length=24), nullable=True),
        sa.ForeignKeyConstraint(["round_id"], ["contests_rounds.id"], name=op.f(f"fk_{table}_round_id")),
        sa.ForeignKeyConstraint(["judge_id"], ["contests_judges.id"], name=op.f(f"fk_{table}_judge_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["contests_entries.id"], name=op.f(f"fk_{table}_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("round_id", "judge_id", "entry_id", name=op.f(f"uq_{table}_round_id_judge_id_entry_id")),
    )
    op.create_index(op.f(f"ix_{table}_judge_id"), table, ["judge_id"])
    op.create_index(op.f(f"ix_{table}_entry_id"), table, ["entry_id"])


def _ballots() -> None:
    table = "contests_ballots"
    op.create_table(
        table,
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("assignment_id", _INTEGER, nullable=False),
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["contests_assignments.id"], name=op.f(f"fk_{table}_assignment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("assignment_id", "number", name=op.f(f"uq_{table}_assignment_id_number")),
    )


def _standings() -> None:
    table = "contests_standings"
    op.create_table(
        table,
        sa.Column("contest_id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("entry_id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("place", _INTEGER, nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("jury", sa.String(length=200), nullable=False),
        sa.Column("votes", sa.String(length=200), nullable=False),
        sa.Column("total", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f(f"fk_{table}_contest_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["contests_entries.id"], name=op.f(f"fk_{table}_entry_id")),
        sa.PrimaryKeyConstraint("contest_id", "entry_id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("contest_id", "place", name=op.f(f"uq_{table}_contest_id_place")),
    )
    op.create_index(op.f(f"ix_{table}_entry_id"), table, ["entry_id"])


def _triggers(dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version; the function is there."""
    known = {
        "contests_ballots": "(id = NEW.id) OR (assignment_id = NEW.assignment_id AND number = NEW.number)",
        "contests_round_changes": "(id = NEW.id)",
    }
    return [statement for table, keys in known.items() for statement in _refuse(table, keys, dialect)]


def _refuse(table: str, known: str, dialect: str) -> list[str]:
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        return [
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "  # noqa: S608 - names of ours
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {known}) BEGIN {refuse}; END",
        ]
    refuse = "EXECUTE FUNCTION privacy_refuse_change()"
    return [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {refuse}",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}",
    ]
