"""Decisions about surveys: where one stands, and why somebody can't answer or something can't change. No database."""

from datetime import datetime, timedelta

from flask_babel import format_datetime
from flask_babel import gettext as _

from clozette.contests.surveys.models import Survey
from clozette.kernel.refusal import Refusal

KEPT = timedelta(days=365)
"""How long answers lead to who gave them, after a survey closed."""


def phase(survey: Survey, now: datetime) -> str:
    """Return where a survey stands: ``draft``, ``coming``, ``open`` or ``over``."""
    if survey.state == "draft":
        return "draft"
    if survey.state == "closed" or now >= survey.closes_at:
        return "over"
    return "open" if survey.opens_at <= now else "coming"


def why_not(survey: Survey, phase: str, *, has_taken: bool) -> Refusal | None:
    """Say why somebody can't answer now, or nothing."""
    if has_taken:
        return already()
    if phase == "coming":
        return not_yet(survey.opens_at)
    return None if phase == "open" else not_now()


def not_yet(opens_at: datetime) -> Refusal:
    """Say when it begins."""
    return Refusal("early", _("It begins on %(moment)s.", moment=format_datetime(opens_at, "long")))


def already() -> Refusal:
    """Say that somebody took part before."""
    return Refusal("already", _("You have answered this survey before. Thank you!"))


def not_now() -> Refusal:
    """Say that no answers are taken, or not to these questions."""
    return Refusal("not_now", _("The survey takes no answers now, or its questions have changed. Please look again."))


def leaving() -> Refusal:
    """Say that nothing is kept of somebody who is being erased."""
    return Refusal("leaving", _("Your data is being erased: nothing new is kept about you."))


def changed() -> Refusal:
    """Say that what staff saw is not what there is."""
    return Refusal("changed", _("Somebody changed this meanwhile, or it is published. Look at it again."))


def locked() -> Refusal:
    """Say that answers stand to the questions as they are."""
    return Refusal("locked", _("Somebody has answered already: the questions stay as they are."))
