"""Tables of surveys: what is asked, who took part, and what was answered."""

import secrets
from datetime import date, datetime
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clozette.contests.sponsors.models import Sponsor
from clozette.kernel.database import BigInt, Id, Model

MAX_SLUG, MAX_TITLE, MAX_WORDS = 60, 120, 2000
MAX_QUESTION, MAX_OPTION, MAX_OPTIONS, MAX_QUESTIONS, MAX_SECTIONS = 500, 120, 20, 40, 10
MAX_TEXT = 1000
LEAST_GROUP = 5
STATES = ("draft", "open", "closed")
AUDIENCES = ("members", "anyone")
KINDS = ("one", "many", "scale", "number", "text")


def random_id() -> int:
    """Return an id that says nothing about when it was made."""
    return secrets.randbits(62) + 1


RandomId = Annotated[int, mapped_column(BigInt, primary_key=True, autoincrement=False, default=random_id)]


class Survey(Model):
    """Questions to many. ``open`` means published: answers are taken from ``opens_at`` until ``closes_at``.

    :ivar is_anonymous: nothing leads from an answer to who gave it, not even the day.
    :ivar min_group: no table shows a group of fewer people.
    :ivar points: what a member gets for taking part.
    :ivar version: counts the changes; an answer to other questions than those of now is not taken.
    :ivar locked_at: when the first answer came; nothing is changed after it.
    """

    __tablename__ = "contests_surveys"
    __table_args__ = (
        sa.CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
        sa.CheckConstraint(f"audience IN ({', '.join(map(repr, AUDIENCES))})", name="audience"),
        sa.CheckConstraint(f"min_group >= {LEAST_GROUP}", name="min_group"),
        sa.CheckConstraint("points >= 0", name="points"),
        sa.CheckConstraint("opens_at < closes_at", name="order"),
    )

    id: Mapped[Id]
    slug: Mapped[str] = mapped_column(sa.String(MAX_SLUG), unique=True)
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    words: Mapped[str] = mapped_column(sa.String(MAX_WORDS), default="")
    language: Mapped[str] = mapped_column(sa.String(12), default="en")
    audience: Mapped[str] = mapped_column(sa.String(8), default="members")
    is_anonymous: Mapped[bool] = mapped_column(default=False)
    min_group: Mapped[int] = mapped_column(default=10)
    points: Mapped[int] = mapped_column(default=0)
    sponsor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("contests_sponsors.id"), index=True)
    state: Mapped[str] = mapped_column(sa.String(8), default="draft")
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    locked_at: Mapped[datetime | None]
    made_at: Mapped[datetime]

    sponsor: Mapped[Sponsor | None] = relationship(lazy="raise")


class Question(Model):
    """One question. Those of one ``section`` stand on one page, in the order of ``position``.

    :ivar options: what can be chosen, for the kinds ``one`` and ``many``; a ``scale`` has the words of its two ends.
    :ivar show_if: ``{"question": id, "any": [options]}``: it is asked of those alone who chose one of these on an earlier
        page; nothing for everybody.
    """

    __tablename__ = "contests_questions"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN ({', '.join(map(repr, KINDS))})", name="kind"),
        sa.Index("ix_contests_questions_place", "survey_id", "section", "position"),
    )

    id: Mapped[Id]
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_surveys.id"))
    section: Mapped[int] = mapped_column(sa.SmallInteger, default=1)
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    kind: Mapped[str] = mapped_column(sa.String(8))
    words: Mapped[str] = mapped_column(sa.String(MAX_QUESTION))
    options: Mapped[list[str]]
    is_required: Mapped[bool] = mapped_column(default=False)
    show_if: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))


class Taker(Model):
    """That somebody took part, so that nobody does twice. Nothing here leads to what they answered."""

    __tablename__ = "contests_takers"
    __table_args__ = (sa.Index(None, "subject_id"),)

    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_surveys.id"), primary_key=True, autoincrement=False)
    subject_id: Mapped[int] = mapped_column(sa.ForeignKey("privacy_subjects.id"), primary_key=True, autoincrement=False)


class Response(Model):
    """One person's answers, of a survey that is not anonymous with who gave them and on what day."""

    __tablename__ = "contests_responses"
    __table_args__ = (sa.Index(None, "survey_id"), sa.Index(None, "subject_id"))

    id: Mapped[RandomId]
    survey_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_surveys.id"))
    subject_id: Mapped[int | None] = mapped_column(sa.ForeignKey("privacy_subjects.id"))
    day: Mapped[date | None]
    language: Mapped[str] = mapped_column(sa.String(12))


class Answer(Model):
    """What was answered to one question, by its kind: words that were chosen, a number, or text."""

    __tablename__ = "contests_answers"
    __table_args__ = (sa.UniqueConstraint("response_id", "question_id"), sa.Index(None, "question_id"))

    id: Mapped[RandomId]
    response_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_responses.id", ondelete="CASCADE"))
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("contests_questions.id"))
    choices: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    number: Mapped[int | None]
    text: Mapped[str] = mapped_column(sa.String(MAX_TEXT), default="")
