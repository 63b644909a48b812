"""Vote in contests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "bafe9b01663b"
down_revision: str | Sequence[str] | None = "9f74d14483c4"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_INTEGER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Bring the tables to this version."""
    _voters()
    _votes()
    _set_asides()
    _keys()
    for statement in _triggers(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take them back."""
    for table in ("contests_vote_keys", "contests_set_asides", "contests_votes", "contests_voters"):
        op.drop_table(table)


def _voters() -> None:
    op.create_table(
        "contests_voters",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("contest_id", _INTEGER, nullable=False),
        sa.Column("member_id", _INTEGER, nullable=True),
        sa.Column("code", sa.LargeBinary(length=16), nullable=False),
        sa.Column("used", _INTEGER, nullable=False),
        sa.Column("since", _MOMENT, nullable=False),
        sa.Column("network", sa.LargeBinary(length=8), nullable=True),
        sa.CheckConstraint("used BETWEEN 0 AND 20", name=op.f("ck_contests_voters_used")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_voters_contest_id")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_contests_voters_member_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_voters")),
        sa.UniqueConstraint("contest_id", "member_id", name=op.f("uq_contests_voters_contest_id_member_id")),
        sa.UniqueConstraint("contest_id", "code", name=op.f("uq_contests_voters_contest_id_code")),
    )
    op.create_index(op.f("ix_contests_voters_member_id"), "contests_voters", ["member_id"])


def _votes() -> None:
    op.create_table(
        "contests_votes",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("contest_id", _INTEGER, nullable=False),
        sa.Column("voter_id", _INTEGER, nullable=False),
        sa.Column("entry_id", _INTEGER, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("taken_back_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_votes_contest_id")),
        sa.ForeignKeyConstraint(["voter_id"], ["contests_voters.id"], name=op.f("fk_contests_votes_voter_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["contests_entries.id"], name=op.f("fk_contests_votes_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_votes")),
        sa.UniqueConstraint("voter_id", "entry_id", name=op.f("uq_contests_votes_voter_id_entry_id")),
    )
    op.create_index(op.f("ix_contests_votes_contest_id_id"), "contests_votes", ["contest_id", "id"])
    op.create_index(op.f("ix_contests_votes_entry_id"), "contests_votes", ["entry_id"])


def _set_asides() -> None:
    op.create_table(
        "contests_set_asides",
        sa.Column("id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("vote_id", _INTEGER, nullable=False),
        sa.Column("number", _INTEGER, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.Column("reason", sa.String(length=24), nullable=False),
        sa.Column("is_aside", sa.Boolean(), nullable=False),
        sa.Column("by_id", _INTEGER, nullable=True),
        sa.ForeignKeyConstraint(["vote_id"], ["contests_votes.id"], name=op.f("fk_contests_set_asides_vote_id")),
        sa.ForeignKeyConstraint(["by_id"], ["privacy_subjects.id"], name=op.f("fk_contests_set_asides_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_set_asides")),
        sa.UniqueConstraint("vote_id", "number", name=op.f("uq_contests_set_asides_vote_id_number")),
    )
    op.create_index(op.f("ix_contests_set_asides_by_id"), "contests_set_asides", ["by_id"])


def _keys() -> None:
    op.create_table(
        "contests_vote_keys",
        sa.Column("contest_id", _INTEGER, autoincrement=False, nullable=False),
        sa.Column("key", sa.LargeBinary(length=32), nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_vote_keys_contest_id")
        ),
        sa.PrimaryKeyConstraint("contest_id", name=op.f("pk_contests_vote_keys")),
    )


def _triggers(dialect: str) -> list[str]:
    """Return the triggers as ``clozette.privacy.append_only`` made them at this version; the function is there."""
    fixed = "UPDATE OF id, contest_id, voter_id, entry_id, at"
    if dialect == "sqlite":
        votes, asides = (
            f"SELECT RAISE(ABORT, '{table} is append-only')" for table in ("contests_votes", "contests_set_asides")
        )
        known = (
            "SELECT 1 FROM contests_set_asides WHERE (id = NEW.id) OR (vote_id = NEW.vote_id AND number = NEW.number)"
        )
        return [
            f"CREATE TRIGGER contests_votes_no_update BEFORE {fixed} ON contests_votes BEGIN {votes}; END",
            f"CREATE TRIGGER contests_votes_no_delete BEFORE DELETE ON contests_votes BEGIN {votes}; END",
            f"CREATE TRIGGER contests_set_asides_no_update BEFORE UPDATE ON contests_set_asides BEGIN {asides}; END",
            f"CREATE TRIGGER contests_set_asides_no_delete BEFORE DELETE ON contests_set_asides BEGIN {asides}; END",
            "CREATE TRIGGER contests_set_asides_no_replace BEFORE INSERT ON contests_set_asides "
            f"WHEN EXISTS ({known}) BEGIN {asides}; END",
        ]
    refuse = "EXECUTE FUNCTION privacy_refuse_change()"
    return [
        f"CREATE TRIGGER contests_votes_no_change BEFORE DELETE OR {fixed} ON contests_votes FOR EACH ROW {refuse}",
        "CREATE TRIGGER contests_set_asides_no_change BEFORE UPDATE OR DELETE ON contests_set_asides "
        f"FOR EACH ROW {refuse}",
        *(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {refuse}"
            for table in ("contests_votes", "contests_set_asides")
        ),
    ]
