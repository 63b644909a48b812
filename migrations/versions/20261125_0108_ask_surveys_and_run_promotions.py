"""Ask surveys and run promotions."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "24b0e72fb30c"
down_revision: str | Sequence[str] | None = "4b0bb7640fa6"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the tables to this version."""
    _surveys()
    _questions()
    _responses()
    _takers()
    _answers()
    _promotions()
    _codes()


def downgrade() -> None:
    """Take them back."""
    for table in (
        "contests_codes",
        "contests_promotions",
        "contests_answers",
        "contests_takers",
        "contests_responses",
        "contests_questions",
        "contests_surveys",
    ):
        op.drop_table(table)


def _surveys() -> None:
    op.create_table(
        "contests_surveys",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.Column("audience", sa.String(length=8), nullable=False),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("min_group", _BIG, nullable=False),
        sa.Column("points", _BIG, nullable=False),
        sa.Column("sponsor_id", _BIG, nullable=True),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", _BIG, nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("audience IN ('members', 'anyone')", name=op.f("ck_contests_surveys_audience")),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_contests_surveys_state")),
        sa.CheckConstraint("min_group >= 5", name=op.f("ck_contests_surveys_min_group")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_contests_surveys_order")),
        sa.CheckConstraint("points >= 0", name=op.f("ck_contests_surveys_points")),
        sa.ForeignKeyConstraint(["sponsor_id"], ["contests_sponsors.id"], name=op.f("fk_contests_surveys_sponsor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_surveys")),
        sa.UniqueConstraint("slug", name=op.f("uq_contests_surveys_slug")),
    )
    with op.batch_alter_table("contests_surveys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_surveys_sponsor_id"), ["sponsor_id"], unique=False)


def _questions() -> None:
    op.create_table(
        "contests_questions",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("survey_id", _BIG, nullable=False),
        sa.Column("section", sa.SmallInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("show_if", sa.JSON(none_as_null=True), nullable=True),
        sa.CheckConstraint(
            "kind IN ('one', 'many', 'scale', 'number', 'text')", name=op.f("ck_contests_questions_kind")
        ),
        sa.ForeignKeyConstraint(["survey_id"], ["contests_surveys.id"], name=op.f("fk_contests_questions_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_questions")),
    )
    with op.batch_alter_table("contests_questions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contests_questions_place",
            ["survey_id", "section", "position"],
            unique=False,
        )


def _responses() -> None:
    op.create_table(
        "contests_responses",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("survey_id", _BIG, nullable=False),
        sa.Column("subject_id", _BIG, nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("language", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f("fk_contests_responses_subject_id")),
        sa.ForeignKeyConstraint(["survey_id"], ["contests_surveys.id"], name=op.f("fk_contests_responses_survey_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_responses")),
    )
    with op.batch_alter_table("contests_responses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_responses_subject_id"), ["subject_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contests_responses_survey_id"), ["survey_id"], unique=False)


def _takers() -> None:
    op.create_table(
        "contests_takers",
        sa.Column("survey_id", _BIG, autoincrement=False, nullable=False),
        sa.Column("subject_id", _BIG, autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["subject_id"], ["privacy_subjects.id"], name=op.f("fk_contests_takers_subject_id")),
        sa.ForeignKeyConstraint(["survey_id"], ["contests_surveys.id"], name=op.f("fk_contests_takers_survey_id")),
        sa.PrimaryKeyConstraint("survey_id", "subject_id", name=op.f("pk_contests_takers")),
    )
    with op.batch_alter_table("contests_takers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_takers_subject_id"), ["subject_id"], unique=False)


def _answers() -> None:
    op.create_table(
        "contests_answers",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("response_id", _BIG, nullable=False),
        sa.Column("question_id", _BIG, nullable=False),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("number", _BIG, nullable=True),
        sa.Column("text", sa.String(length=1000), nullable=False),
        sa.ForeignKeyConstraint(
            ["question_id"], ["contests_questions.id"], name=op.f("fk_contests_answers_question_id")
        ),
        sa.ForeignKeyConstraint(
            ["response_id"], ["contests_responses.id"], name=op.f("fk_contests_answers_response_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_answers")),
        sa.UniqueConstraint("response_id", "question_id", name=op.f("uq_contests_answers_response_id_question_id")),
    )
    with op.batch_alter_table("contests_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_answers_question_id"), ["question_id"], unique=False)


def _promotions() -> None:
    op.create_table(
        "contests_promotions",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("words", sa.String(length=2000), nullable=False),
        sa.Column("terms", sa.String(length=4000), nullable=False),
        sa.Column("sponsor_id", _BIG, nullable=True),
        sa.Column("contest_id", _BIG, nullable=True),
        sa.Column("cost_points", _BIG, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", _BIG, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'draw') = (contest_id IS NOT NULL)", name=op.f("ck_contests_promotions_contest")),
        sa.CheckConstraint("(kind = 'points') = (cost_points > 0)", name=op.f("ck_contests_promotions_cost_points")),
        sa.CheckConstraint("kind IN ('code', 'points', 'draw')", name=op.f("ck_contests_promotions_kind")),
        sa.CheckConstraint("state IN ('draft', 'open', 'closed')", name=op.f("ck_contests_promotions_state")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_contests_promotions_order")),
        sa.ForeignKeyConstraint(
            ["contest_id"], ["contests_contests.id"], name=op.f("fk_contests_promotions_contest_id")
        ),
        sa.ForeignKeyConstraint(
            ["sponsor_id"], ["contests_sponsors.id"], name=op.f("fk_contests_promotions_sponsor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_promotions")),
        sa.UniqueConstraint("slug", name=op.f("uq_contests_promotions_slug")),
    )
    with op.batch_alter_table("contests_promotions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_promotions_contest_id"), ["contest_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_contests_promotions_sponsor_id"), ["sponsor_id"], unique=False)


def _codes() -> None:
    op.create_table(
        "contests_codes",
        sa.Column("id", _BIG, autoincrement=False, nullable=False),
        sa.Column("promotion_id", _BIG, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("member_id", _BIG, nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["accounts_members.id"], name=op.f("fk_contests_codes_member_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["promotion_id"], ["contests_promotions.id"], name=op.f("fk_contests_codes_promotion_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contests_codes")),
        sa.UniqueConstraint("promotion_id", "digest", name=op.f("uq_contests_codes_promotion_id_digest")),
    )
    with op.batch_alter_table("contests_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contests_codes_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            "uq_contests_codes_member",
            ["promotion_id", "member_id"],
            unique=True,
            sqlite_where=sa.text("member_id IS NOT NULL"),
            postgresql_where=sa.text("member_id IS NOT NULL"),
        )
