"""Owe what did not arrive."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision: str = "3b8d04c7a9e2"
down_revision: str | Sequence[str] | None = "d47a90be3c15"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TIME = sa.DateTime(timezone=True)
_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_BEFORE = "'buyer', 'held', 'available', 'paid', 'fees', "
_NOW = f"{_BEFORE}'owed', "
_STATES = "state IN ('asked', 'sent', 'done', 'failed'"


def upgrade() -> None:
    """Bring the tables to this version."""
    _accounts(f"{_NOW}'lost'", "'held', 'available', 'fees', 'owed'")
    with op.batch_alter_table("shop_refunds") as batch:
        batch.add_column(sa.Column("tries", sa.SmallInteger(), nullable=False, server_default="0"))
        batch.add_column(sa.Column("why", sa.String(length=60), nullable=False, server_default=""))
        batch.add_column(sa.Column("reversed_at", _TIME, nullable=True))
        batch.add_column(sa.Column("fee_sent_at", _TIME, nullable=True))
        batch.add_column(sa.Column("settled", sa.String(length=200), nullable=False, server_default=""))
        batch.add_column(sa.Column("settled_by_id", _BIG, nullable=True))
        batch.create_foreign_key(
            batch.f("fk_shop_refunds_settled_by_id"), "accounts_members", ["settled_by_id"], ["id"], ondelete="SET NULL"
        )
        _states(batch, f"{_STATES}, 'settled')")
        batch.create_check_constraint(batch.f("ck_shop_refunds_settled"), "state <> 'settled' OR settled <> ''")
    with op.batch_alter_table("shop_refunds") as batch:
        for name in ("tries", "why", "settled"):
            batch.alter_column(name, server_default=None)
    # Until now a refund with an id over there had both of its parts.
    op.execute("UPDATE shop_refunds SET reversed_at = done_at, fee_sent_at = done_at WHERE outside IS NOT NULL")
    op.create_table(
        "shop_runs",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("until", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_shop_runs")),
    )


def downgrade() -> None:
    """Take them back."""
    op.drop_table("shop_runs")
    with op.batch_alter_table("shop_refunds") as batch:
        batch.drop_constraint(batch.f("ck_shop_refunds_settled"), type_="check")
        _states(batch, f"{_STATES})")
        batch.drop_constraint(batch.f("fk_shop_refunds_settled_by_id"), type_="foreignkey")
        for name in ("settled_by_id", "settled", "fee_sent_at", "reversed_at", "why", "tries"):
            batch.drop_column(name)
    _accounts(f"{_BEFORE}'lost'", "'held', 'available', 'fees'")


def _states(batch: Any, states: str) -> None:
    batch.drop_constraint(batch.f("ck_shop_refunds_state"), type_="check")
    batch.create_check_constraint(batch.f("ck_shop_refunds_state"), states)


def _accounts(every: str, ours: str) -> None:
    """Let the ledger have these accounts. SQLite makes the table anew for that, and its triggers with it."""
    with op.batch_alter_table("shop_moves") as batch:
        batch.drop_constraint(batch.f("ck_shop_moves_accounts"), type_="check")
        batch.create_check_constraint(
            batch.f("ck_shop_moves_accounts"), f"from_account IN ({every}) AND to_account IN ({every})"
        )
    if op.get_bind().dialect.name == "sqlite":
        for statement in _triggers("shop_moves", ("deed", "deed_id", "part")):
            op.execute(statement)
    with op.batch_alter_table("shop_balances") as batch:
        batch.drop_constraint(batch.f("ck_shop_balances_account"), type_="check")
        batch.create_check_constraint(batch.f("ck_shop_balances_account"), f"account IN ({ours})")


def _triggers(table: str, unique: Sequence[str]) -> list[str]:
    """Return SQLite's triggers as ``clozette.privacy.append_only`` made them at this version."""
    refuse = f"SELECT RAISE(ABORT, '{table} is append-only')"
    same = " AND ".join(f"{name} = NEW.{name}" for name in unique)
    known = f"SELECT 1 FROM {table} WHERE (id = NEW.id) OR ({same})"  # noqa: S608 - names of ours
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refuse}; END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS ({known}) BEGIN {refuse}; END",
    ]
