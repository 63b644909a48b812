"""What people and staff type at the desk."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.schemas import Choice, Email
from clozette.kernel.schemas import Line, Schema, Text
from clozette.rights.desk import rules
from clozette.rights.desk.models import MAX_EVIDENCE, MAX_NAME, MAX_TEXT

MAX_HANDLE = 30
_NO_DATE = _l("Please give a date.")


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
