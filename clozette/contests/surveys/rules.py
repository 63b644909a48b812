"""Decisions about surveys: where one stands, and why somebody can't answer or something can't change. No database."""

from datetime import timedelta

from flask_babel import gettext as _

from clozette.contests import dated
from clozette.contests.surveys.models import Survey
from clozette.kernel.refusal import Refusal

KEPT = timedelta(days=365)
"""How long answers lead to who gave them, after a survey closed."""


def why_not(survey: Survey, phase: str, *, has_taken: bool) -> Refusal | None:
    """Say why somebody can't answer now, or nothing."""
    if has_taken:
        return already()
    if phase == "coming":
        return dated.not_yet(survey.opens_at)
    return None if phase == "open" else not_now()


def why_no_rows(survey: Survey, phase: str, answers: int) -> Refusal | None:
    """Say why nobody can read a named survey's answers one by one now, or nothing."""
    if phase != "over":
        return Refusal("not_over", _("The answers come when the survey is over, as the tables do."))
    if answers < survey.min_group:
        words = _("There were fewer than %(number)d answers: too few to show any.", number=survey.min_group)
        return Refusal("too_few", words)
    return None


def already() -> Refusal:
    """Say that somebody took part before."""
    return Refusal("already", _("You have answered this survey before. Thank you!"))


def not_now() -> Refusal:
    """Say that no answers are taken, or not to these questions."""
    return Refusal("not_now", _("The survey takes no answers now, or its questions have changed. Please look again."))


def why_fixed(survey: Survey, phase: str) -> Refusal | None:
    """Say why a survey and its questions can't be changed, or nothing."""
    return locked() if survey.locked_at is not None and phase != "over" else dated.fixed(phase)


def locked() -> Refusal:
    """Say that answers stand to the questions as they are."""
    return Refusal("locked", _("Somebody has answered already: the questions stay as they are."))
