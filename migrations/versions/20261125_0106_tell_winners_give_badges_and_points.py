"""Tell winners, give badges and points."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "231364e9c0a4"
down_revision: str | Sequence[str] | None = "196476f21b88"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    _announcements()
    _badges()
    _balances()
    _point_lines()
    _winners()
    _addresses()
    for statement in _refuse_changes(op.get_bind().dialect.name):
        op.execute(sa.text(statement))


def downgrade() -> None:
    """Take them back."""
    for table in (
        "contests_addresses",
        "contests_winners",
        "community_point_lines",
        "community_balances",
        "community_badges",
    ):
        op.drop_table(table)
    op.execute(sa.text("DELETE FROM community_notifications WHERE actor_id IS NULL"))
    with op.batch_alter_table("community_notifications", schema=None) as batch_op:
        batch_op.drop_index("uq_community_notifications_announced")
        batch_op.alter_column("actor_id", existing_type=_BIG, nullable=False)


def _announcements() -> None:
    with op.batch_alter_table("community_notifications", schema=None) as batch_op:
        batch_op.alter_column("actor_id", existing_type=_BIG, nullable=True)
        batch_op.create_index(
            "uq_community_notifications_announced",
            ["member_id", "kind", "deed_id"],
            unique=True,
            sqlite_where=sa.text("actor_id IS NULL"),
            postgresql_where=sa.text("actor_id IS NULL"),
        )


def _badges() -> None:
    op.create_table(
        "community_badges",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("member_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("rule", sa.String(length=120), nullable=False),
        sa.Column("evidence_kind", sa.String(length=24), nullable=False),
        sa.Column("evidence_id", _BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_because", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_because IS NULL)", name=op.f("ck_community_badges_revoked")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_community_badges_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_badges")),
        sa.UniqueConstraint(
            "member_id",
            "kind",
            "evidence_kind",
            "evidence_id",
            name=op.f("uq_community_badges_member_id_kind_evidence_kind_evidence_id"),
        ),
    )


def _balances() -> None:
    op.create_table(
        "community_balances",
        sa.Column("member_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("points", _BIG, nullable=False),
        sa.CheckConstraint("points >= 0", name=op.f("ck_community_balances_points")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_community_balances_member_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_community_balances")),
    )


def _point_lines() -> None:
    op.create_table(
        "community_point_lines",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("member_id", _BIG, nullable=False),
        sa.Column("from_account", sa.String(length=8), nullable=False),
        sa.Column("to_account", sa.String(length=8), nullable=False),
        sa.Column("amount", _BIG, nullable=False),
        sa.Column("rule", sa.String(length=24), nullable=False),
        sa.Column("object_id", _BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("reverses_id", _BIG, nullable=True),
        sa.CheckConstraint(
            "(from_account = 'house' AND to_account = 'member') OR (from_account = 'member' AND to_account = 'house')",
            name=op.f("ck_community_point_lines_accounts"),
        ),
        sa.CheckConstraint("amount > 0", name=op.f("ck_community_point_lines_amount")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_community_point_lines_member_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["reverses_id"], ["community_point_lines.id"], name=op.f("fk_community_point_lines_reverses_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community_point_lines")),
        sa.UniqueConstraint(
            "member_id", "rule", "object_id", name=op.f("uq_community_point_lines_member_id_rule_object_id")
        ),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_community_point_lines_reverses_id")),
    )
    with op.batch_alter_table("community_point_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_community_point_lines_expires_on"), ["expires_on"], unique=False)


def _winners() -> None:
    op.create_table(
        "contests_winners",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("contest_id", _BIG, nullable=False),
        sa.Column("place", _BIG, nullable=False),
        sa.Column("prize_id", _BIG, nullable=True),
        sa.Column("unit", _BIG, nullable=True),
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("notified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("addressed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("shipped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_because", sa.String(length=24), nullable=True),
        sa.Column("carrier", sa.String(length=60), nullable=True),
        sa.Column("tracking", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "state IN ('alternate', 'chosen', 'notified', 'accepted', 'addressed', 'shipped', 'received', 'declined', "
            "'expired', 'disqualified')",
            name=op.f("ck_contests_winners_state"),
        ),
        sa.CheckConstraint(
            "state IN ('alternate', 'disqualified') OR prize_id IS NOT NULL", name=op.f("ck_contests_winners_prize")
        ),
        sa.CheckConstraint("(prize_id IS NULL) = (unit IS NULL)", name=op.f("ck_contests_winners_unit")),
        sa.ForeignKeyConstraint(["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_winners_contest_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["contests_entries.id"], name=op.f("fk_contests_winners_entry_id")),
        sa.ForeignKeyConstraint(["prize_id"], ["contests_prizes.id"], name=op.f("fk_contests_winners_prize_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_winners")),
        sa.UniqueConstraint("contest_id", "entry_id", name=op.f("uq_contests_winners_contest_id_entry_id")),
        sa.UniqueConstraint("contest_id", "place", name=op.f("uq_contests_winners_contest_id_place")),
    )
    with op.batch_alter_table("contests_winners", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_winners_entry_id"), ["entry_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_contests_winners_state_contests_winners_due_at"), ["state", "due_at"], unique=False
        )
        batch_op.create_index(
            "uq_contests_winners_unit",
            ["prize_id", "unit"],
            unique=True,
            sqlite_where=sa.text("state NOT IN ('declined', 'expired', 'disqualified')"),
            postgresql_where=sa.text("state NOT IN ('declined', 'expired', 'disqualified')"),
        )


def _addresses() -> None:
    op.create_table(
        "contests_addresses",
        sa.Column("winner_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("line1", sa.String(length=200), nullable=False),
        sa.Column("line2", sa.String(length=200), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=120), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("phone", sa.String(length=30), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erase_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["winner_id"], ["contests_winners.id"], name=op.f("fk_contests_addresses_winner_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("winner_id", name=op.f("pk_contests_addresses")),
    )
    with op.batch_alter_table("contests_addresses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_addresses_erase_on"), ["erase_on"], unique=False)


def _refuse_changes(dialect: str) -> list[str]:
    """Return the trigger as ``clozette.privacy.append_only`` made it at this version; PostgreSQL's function is there."""
    table = "community_point_lines"
    if dialect == "sqlite":
        refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
        return [f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END"]
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION privacy_refuse_change()"
    ]
