"""What people and staff type at the desk."""

from datetime import UTC, datetime
from typing import Any, get_args

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.schemas import Choice, Email
from clozette.kernel import clock
from clozette.kernel.personal import Category
from clozette.kernel.schemas import Line, Schema, Text
from clozette.rights.desk import rules
from clozette.rights.desk.models import MAX_EVIDENCE, MAX_LINE, MAX_NAME, MAX_TEXT

MAX_HANDLE = 30
_NO_DATE = _l("Please give a date.")
_NO_TIME = _l("Please give a date and a time.")
_NOT_YET = _l("This lies in the future.")
_NO_LAW = _l("Choose at least one law.")
CATEGORIES = get_args(Category)


def _not_in_the_future(moment: datetime) -> None:
    if moment > clock.now():
        raise ma.ValidationError(str(_NOT_YET))


class Moment(ma.fields.AwareDateTime):
    """A moment of the past, as ``<input type="datetime-local">`` writes it; UTC."""

    default_error_messages = {"invalid": _NO_TIME, "required": _NO_TIME, "null": _NO_TIME}

    def __init__(self, **kwargs: Any) -> None:
        """Take ISO 8601; what names no zone is UTC."""
        super().__init__(format="iso", default_timezone=UTC, validate=_not_in_the_future, **kwargs)


class AskCodeIn(Schema):
    """Where to send a code."""

    email = Email(required=True)
    next = Line(max_length=500, load_default="")


class TypeCodeIn(Schema):
    """The digits of the mail; blanks between them don't matter."""

    code = Line(required=True, max_length=20)
    next = Line(max_length=500, load_default="")


class ContactIn(Schema):
    """A message to us from anybody."""

    kind = Choice(frozenset(rules.KINDS), load_default=rules.UNDER_NO_LAW)
    name = Line(max_length=MAX_NAME, load_default="")
    email = Email(required=True)
    country = Choice(countries.CODES, load_default=None, allow_none=True)
    text = Text(required=True, max_length=MAX_TEXT)


class RequestIn(Schema):
    """A request of somebody whom we know."""

    kind = Choice(frozenset(rules.KINDS), required=True)
    text = Text(required=True, max_length=MAX_TEXT)


class ReplyIn(Schema):
    """What staff write to a person."""

    text = Text(required=True, max_length=MAX_TEXT)
    evidence = Line(max_length=MAX_EVIDENCE, load_default="")


class IdentityIn(Schema):
    """By what staff made sure who asks; with the handle, if it is a member."""

    evidence = Line(required=True, max_length=MAX_EVIDENCE)
    handle = Line(max_length=MAX_HANDLE, load_default="")


class ExtensionIn(Schema):
    """Until when, and why; the person is told."""

    until = ma.fields.Date(required=True, error_messages={"invalid": _NO_DATE, "required": _NO_DATE})
    text = Text(required=True, max_length=MAX_TEXT)


class OutcomeIn(Schema):
    """How a request ends."""

    outcome = Choice(frozenset(rules.OUTCOMES), required=True)
    text = Text(required=True, max_length=MAX_TEXT)
    evidence = Line(max_length=MAX_EVIDENCE, load_default="")


class SortIn(Schema):
    """What a request is, and whose clock runs."""

    kind = Choice(frozenset(rules.KINDS), required=True)
    law = Choice(frozenset(rules.LAWS), required=True)


class BreachIn(Schema):
    """What is known of a breach. Times are UTC."""

    title = Line(required=True, max_length=MAX_LINE)
    what = Text(required=True, max_length=MAX_TEXT)
    remedy = Text(max_length=MAX_TEXT, load_default="")
    categories = ma.fields.List(Choice(frozenset(CATEGORIES)), load_default=list)
    laws = ma.fields.List(
        Choice(frozenset(rules.LAWS)), required=True, validate=ma.validate.Length(min=1, error=_NO_LAW)
    )
    risk = Choice(frozenset(rules.RISKS), required=True)
    noticed_at = Moment(required=True)
    happened_from = Moment(load_default=None, allow_none=True)
    happened_until = Moment(load_default=None, allow_none=True)


class AssessmentIn(Schema):
    """What the assessment found."""

    risk = Choice(frozenset(rules.RISKS), required=True)
    text = Text(required=True, max_length=MAX_TEXT)


class DutyIn(Schema):
    """A duty to tell that is done, and what shows it."""

    clock = Choice(frozenset(one.id for one in rules.BREACH_CLOCKS), required=True)
    text = Text(required=True, max_length=MAX_TEXT)
    evidence = Line(max_length=MAX_EVIDENCE, load_default="")


class LogSpanIn(Schema):
    """Whose looks at records, and when, make the list of people."""

    since = Moment(required=True)
    until = Moment(required=True)
    handle = Line(max_length=MAX_HANDLE, load_default="")


class NamesIn(Schema):
    """Members by their handles, one after the other."""

    text = Text(required=True, max_length=MAX_TEXT)


class WordsIn(Schema):
    """Words to people, or about the end of a breach."""

    text = Text(required=True, max_length=MAX_TEXT)
