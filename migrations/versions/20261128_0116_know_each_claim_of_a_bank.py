"""Know each claim of a bank by itself."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "a94c17e2d05b"
down_revision: str | Sequence[str] | None = "2008b182709c"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_COMPLAINT = "'open', 'answered', 'decided', 'appealed', 'address', 'sending', 'back'"
_OVER = "'closed', 'settled', 'withdrawn'"
# What is known of a claim so far: its moves carry the order's id, and so does its row from now on.
_KNOWN = """
    INSERT INTO shop_disputes (id, order_id, state, asked_minor, amount_minor, debt_minor, heard_at, decided_at)
    SELECT c.order_id, c.order_id,
           CASE WHEN c.state = 'bank' THEN 'open'
                WHEN EXISTS (SELECT 1 FROM shop_case_entries e WHERE e.case_id = c.id AND e.what = 'bank_won') THEN 'won'
                ELSE 'lost' END,
           COALESCE(m.amount, 0), COALESCE(m.amount, 0), 0, c.opened_at, CASE WHEN c.state = 'bank' THEN NULL ELSE c.state_at END
    FROM shop_cases c
    LEFT JOIN (SELECT deed_id, SUM(amount_minor) AS amount FROM shop_moves WHERE deed = 'dispute' GROUP BY deed_id) m
      ON m.deed_id = c.order_id
    WHERE c.kind = 'bank'
"""
_TO_CASES = """
    UPDATE shop_cases SET dispute_id = order_id
    WHERE kind = 'bank' AND order_id IN (SELECT id FROM shop_disputes)
"""


def upgrade() -> None:
    """Bring the tables to this version."""
    op.create_table(
        "shop_disputes",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("outside", sa.String(length=128), nullable=True),
        sa.Column("order_id", _BIG, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("asked_minor", _BIG, nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("debt_minor", _BIG, nullable=False),
        sa.Column("due_at", _TIME, nullable=True),
        sa.Column("heard_at", _TIME, nullable=False),
        sa.Column("decided_at", _TIME, nullable=True),
        sa.Column("reminded_at", _TIME, nullable=True),
        sa.CheckConstraint(
            "state IN ('inquiry', 'dropped', 'open', 'won', 'lost')", name=op.f("ck_shop_disputes_state")
        ),
        sa.CheckConstraint("amount_minor BETWEEN 0 AND asked_minor", name=op.f("ck_shop_disputes_amount")),
        sa.CheckConstraint("debt_minor BETWEEN 0 AND amount_minor", name=op.f("ck_shop_disputes_debt")),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_disputes_order_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_disputes")),
        sa.UniqueConstraint("outside", name=op.f("uq_shop_disputes_outside")),
    )
    op.create_index(op.f("ix_shop_disputes_order_id"), "shop_disputes", ["order_id"])
    op.create_index(op.f("ix_shop_disputes_state_shop_disputes_due_at"), "shop_disputes", ["state", "due_at"])
    op.create_table(
        "shop_take_backs",
        sa.Column("id", _BIG, nullable=False),
        sa.Column("dispute_id", _BIG, nullable=False),
        sa.Column("amount_minor", _BIG, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("outside", sa.String(length=128), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("asked_at", _TIME, nullable=False),
        sa.Column("done_at", _TIME, nullable=True),
        sa.CheckConstraint("state IN ('asked', 'done', 'failed')", name=op.f("ck_shop_take_backs_state")),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_shop_take_backs_amount")),
        sa.ForeignKeyConstraint(["dispute_id"], ["shop_disputes.id"], name=op.f("fk_shop_take_backs_dispute_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_take_backs")),
        sa.UniqueConstraint("outside", name=op.f("uq_shop_take_backs_outside")),
    )
    op.create_index(op.f("ix_shop_take_backs_dispute_id"), "shop_take_backs", ["dispute_id"])
    op.create_index(op.f("ix_shop_take_backs_state_shop_take_backs_asked_at"), "shop_take_backs", ["state", "asked_at"])
    op.drop_index("uq_shop_cases_running", "shop_cases")
    with op.batch_alter_table("shop_cases") as batch:
        batch.add_column(sa.Column("dispute_id", _BIG, nullable=True))
        batch.create_foreign_key(batch.f("fk_shop_cases_dispute_id"), "shop_disputes", ["dispute_id"], ["id"])
        batch.drop_constraint(batch.f("ck_shop_cases_state"), type_="check")
        batch.create_check_constraint(
            batch.f("ck_shop_cases_state"), f"state IN ({_COMPLAINT}, 'inquiry', 'bank', {_OVER})"
        )
    op.execute(_KNOWN)
    op.execute(_TO_CASES)
    _one_running("order_id", "running", _COMPLAINT)
    _one_running("dispute_id", "dispute", "'inquiry', 'bank'")


def downgrade() -> None:
    """Take them back; what is known of each claim goes."""
    op.drop_index("uq_shop_cases_dispute", "shop_cases")
    op.drop_index("uq_shop_cases_running", "shop_cases")
    op.execute("UPDATE shop_cases SET state = 'closed' WHERE state = 'inquiry'")
    with op.batch_alter_table("shop_cases") as batch:
        batch.drop_constraint(batch.f("ck_shop_cases_state"), type_="check")
        batch.create_check_constraint(batch.f("ck_shop_cases_state"), f"state IN ({_COMPLAINT}, 'bank', {_OVER})")
        batch.drop_constraint(batch.f("fk_shop_cases_dispute_id"), type_="foreignkey")
        batch.drop_column("dispute_id")
    _one_running("order_id", "running", f"{_COMPLAINT}, 'bank'")
    op.drop_table("shop_take_backs")
    op.drop_table("shop_disputes")


def _one_running(column: str, name: str, states: str) -> None:
    where = sa.text(f"state IN ({states})")
    op.create_index(
        f"uq_shop_cases_{name}", "shop_cases", [column], unique=True, sqlite_where=where, postgresql_where=where
    )
