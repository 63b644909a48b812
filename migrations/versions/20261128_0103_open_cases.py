"""Open cases."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "b83e05d7c1fa"
down_revision: str | Sequence[str] | None = "4f2c9a7be013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TIME = sa.DateTime(timezone=True)
_RUNNING = "state IN ('open', 'answered', 'decided', 'appealed', 'address', 'sending', 'back', 'bank')"


def upgrade() -> None:
    """Bring the tables to this version."""
    with op.batch_alter_table("shop_orders") as batch:
        batch.add_column(sa.Column("contested_at", _TIME, nullable=True))
    _cases()
    _case_lines()
    _case_decisions()
    _case_entries()
    _case_photos()


def downgrade() -> None:
    """Take them back."""
    for table in (
        "shop_case_photos",
        "shop_case_entries",
        "shop_case_decisions",
        "shop_case_lines",
        "shop_cases",
    ):
        op.drop_table(table)
    with op.batch_alter_table("shop_orders") as batch:
        batch.drop_column("contested_at")


def _cases() -> None:
    op.create_table(
        "shop_cases",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("order_id", _BIG, nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_at", _TIME, nullable=False),
        sa.Column("opened_at", _TIME, nullable=False),
        sa.Column("due_at", _TIME, nullable=True),
        sa.Column("handled_by_id", _BIG, nullable=True),
        sa.Column("appealed_by", sa.String(length=8), nullable=True),
        sa.Column("buyer_accepted_at", _TIME, nullable=True),
        sa.Column("seller_accepted_at", _TIME, nullable=True),
        sa.Column("courier", sa.String(length=60), nullable=True),
        sa.Column("tracking", sa.String(length=80), nullable=True),
        sa.CheckConstraint(
            "kind IN ('not_arrived', 'not_as_described', 'fake', 'damaged', 'missing', 'bank')",
            name=op.f("ck_shop_cases_kind"),
        ),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'decided', 'appealed', 'address', 'sending', 'back', 'bank', "
            "'closed', 'settled', 'withdrawn')",
            name=op.f("ck_shop_cases_state"),
        ),
        sa.ForeignKeyConstraint(["order_id"], ["shop_orders.id"], name=op.f("fk_shop_cases_order_id")),
        sa.ForeignKeyConstraint(
            ["handled_by_id"],
            ["accounts_members.id"],
            name=op.f("fk_shop_cases_handled_by_id"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_cases")),
    )
    with op.batch_alter_table("shop_cases") as batch:
        batch.create_index(batch.f("ix_shop_cases_order_id"), ["order_id"])
        batch.create_index(batch.f("ix_shop_cases_state_shop_cases_due_at"), ["state", "due_at"])
        batch.create_index(
            "uq_shop_cases_running",
            ["order_id"],
            unique=True,
            sqlite_where=sa.text(_RUNNING),
            postgresql_where=sa.text(_RUNNING),
        )


def _case_lines() -> None:
    op.create_table(
        "shop_case_lines",
        sa.Column("case_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("part", sa.String(length=20), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("asked_minor", _BIG, nullable=False),
        sa.Column("before_minor", _BIG, nullable=False),
        sa.Column("decided_minor", _BIG, nullable=True),
        sa.CheckConstraint("asked_minor > 0 AND before_minor >= 0", name=op.f("ck_shop_case_lines_asked")),
        sa.CheckConstraint("decided_minor BETWEEN 0 AND asked_minor", name=op.f("ck_shop_case_lines_decided")),
        sa.ForeignKeyConstraint(["case_id"], ["shop_cases.id"], name=op.f("fk_shop_case_lines_case_id")),
        sa.PrimaryKeyConstraint("case_id", "part", name=op.f("pk_shop_case_lines")),
    )


def _case_decisions() -> None:
    op.create_table(
        "shop_case_decisions",
        sa.Column("case_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("round", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("by_id", _BIG, nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("must_return", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.String(length=4000), nullable=False),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint("round BETWEEN 1 AND 2", name=op.f("ck_shop_case_decisions_round")),
        sa.ForeignKeyConstraint(["case_id"], ["shop_cases.id"], name=op.f("fk_shop_case_decisions_case_id")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["accounts_members.id"], name=op.f("fk_shop_case_decisions_by_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("case_id", "round", name=op.f("pk_shop_case_decisions")),
    )


def _case_entries() -> None:
    op.create_table(
        "shop_case_entries",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", _BIG, nullable=False),
        sa.Column("author_id", _BIG, nullable=True),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("words", sa.String(length=4000), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=True),
        sa.Column("at", _TIME, nullable=False),
        sa.CheckConstraint(
            "side IN ('buyer', 'seller', 'staff', 'house')",
            name=op.f("ck_shop_case_entries_side"),
        ),
        sa.ForeignKeyConstraint(["case_id"], ["shop_cases.id"], name=op.f("fk_shop_case_entries_case_id")),
        sa.ForeignKeyConstraint(
            ["author_id"], ["accounts_members.id"], name=op.f("fk_shop_case_entries_author_id"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shop_case_entries")),
        sa.UniqueConstraint("case_id", "form_key", name=op.f("uq_shop_case_entries_case_id_form_key")),
    )
    with op.batch_alter_table("shop_case_entries") as batch:
        batch.create_index(batch.f("ix_shop_case_entries_author_id"), ["author_id"])


def _case_photos() -> None:
    op.create_table(
        "shop_case_photos",
        sa.Column("photo_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("entry_id", _BIG, nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["media_photos.id"], name=op.f("fk_shop_case_photos_photo_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["shop_case_entries.id"], name=op.f("fk_shop_case_photos_entry_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("photo_id", name=op.f("pk_shop_case_photos")),
    )
    with op.batch_alter_table("shop_case_photos") as batch:
        batch.create_index(batch.f("ix_shop_case_photos_entry_id"), ["entry_id"])
