"""Tell each person of a policy once."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f0a93dfef13a"
down_revision: str | Sequence[str] | None = "e9f82cede029"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_TABLE = "privacy_policy_tellings"


def upgrade() -> None:
    """Bring the tables to this version."""
    big = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        _TABLE,
        sa.Column("id", big, autoincrement=False, nullable=False),
        sa.Column("policy_id", big, nullable=False),
        sa.Column("subject_id", big, nullable=False),
        sa.Column("turn", big, nullable=False),
        sa.Column("refused", big, nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["policy_id"], ["privacy_policies.id"], name=op.f(f"fk_{_TABLE}_policy_id")),
        sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f(f"fk_{_TABLE}_subject_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_TABLE}")),
        sa.UniqueConstraint("policy_id", "subject_id", name=op.f(f"uq_{_TABLE}_policy_id_subject_id")),
    )
    op.create_index(op.f(f"ix_{_TABLE}_subject_id"), _TABLE, ["subject_id"], unique=False)


def downgrade() -> None:
    """Take them back."""
    op.drop_table(_TABLE)
