"""What staff type about newsletters and subscribers."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage

from clozette.accounts.schemas import Choice, Email
from clozette.kernel import clock
from clozette.kernel.schemas import Line, Schema, Text
from clozette.newsletters.subscriptions.imports import rules
from clozette.newsletters.subscriptions.imports.models import MAX_SOURCE, MAX_WORDING
from clozette.newsletters.subscriptions.models import MAX_LINE, MAX_SLUG, MAX_TEXT, MAX_TITLE
from clozette.privacy.policies.editions import EDITIONS, LANGUAGE_NAMES

RESERVED = frozenset({"sent", "confirm", "welcome", "archive", "new"})
LIFTED_BY_STAFF = ("bounced", "staff")
_LIST = _l("Please choose one from the list.")
_SLUG = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"


class NewsletterIn(Schema):
    """A newsletter as it is changed."""

    title = Line(required=True, max_length=MAX_TITLE)
    description = Text(load_default="", max_length=MAX_TEXT)
    frequency = Line(load_default="", max_length=MAX_LINE)
    edition = Line(required=True, max_length=32, validate=ma.validate.OneOf(EDITIONS, error=_LIST))
    language = Choice(frozenset(LANGUAGE_NAMES), required=True)
    sender_name = Line(required=True, max_length=MAX_TITLE)
    sender_address = Email(load_default=None, allow_none=True)
    reply_to = Email(required=True)
    is_third = ma.fields.Boolean(load_default=False)
    has_archive = ma.fields.Boolean(load_default=False)


class NewNewsletterIn(NewsletterIn):
    """A newsletter to be; its short name stays."""

    slug = Line(required=True, max_length=MAX_SLUG)

    @ma.validates("slug")
    def _is_short_name(self, value: str, **_: Any) -> None:
        ma.validate.Regexp(f"{_SLUG}$", error=str(_l("Small letters, digits and hyphens.")))(value)
        if value in RESERVED:
            raise ma.ValidationError(str(_l("This name is taken by a page of the site.")))


class CsvFile(ma.fields.Field[bytes]):
    """A file of subscribers, read whole."""

    default_error_messages = {"required": _l("Choose a file."), "invalid": _l("Choose a file.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bytes:
        if not isinstance(value, FileStorage):
            raise self.make_error("invalid")
        content: bytes = value.read(rules.MAX_BYTES + 1)
        if len(content) > rules.MAX_BYTES:
            raise ma.ValidationError(str(_l("A file may have up to 10 MB.")))
        return content


def not_to_come(day: date) -> None:
    """Refuse a day that is still to come: nobody has agreed then."""
    if day > clock.today():
        raise ma.ValidationError(str(_l("This day is still to come.")))


class ImportIn(Schema):
    """A file and the evidence for everybody in it."""

    file = CsvFile(required=True)
    source = Line(required=True, max_length=MAX_SOURCE)
    consented_on = ma.fields.Date(
        required=True,
        validate=not_to_come,
        error_messages={"required": _l("Please fill this in."), "invalid": _l("This is not a date.")},
    )
    wording = Text(required=True, max_length=MAX_WORDING)


class FindIn(Schema):
    """Whose record is looked at, and why."""

    email = Email(required=True)
    reason = Line(required=True, max_length=MAX_LINE)


class SuppressIn(FindIn):
    """Which address gets no mail, or again; and why."""

    suppression = Line(load_default="staff", max_length=16, validate=ma.validate.OneOf(LIFTED_BY_STAFF, error=_LIST))
