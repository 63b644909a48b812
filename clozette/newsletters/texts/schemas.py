"""What the pages about texts take."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.schemas import Choice
from clozette.kernel.schemas import Line, LocalMoment, Schema, Text, Worded
from clozette.newsletters.subscriptions.staff_schemas import CsvFile
from clozette.newsletters.texts import regions
from clozette.newsletters.texts.models import MAX_BODY, MAX_TITLE
from clozette.newsletters.texts.services import PURPOSES

_NOT_LISTED = _l("Please choose one from the list.")


class Number(Worded, ma.fields.String):
    """A telephone number with its country's code; it gives the canonical one. (Some look like a payment card's.)"""

    default_error_messages = {
        "number": _l("Type the number with its country's code, such as +65 8123 4567."),
        "country": _l("We don't send texts to this country yet."),
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
        "invalid": _l("This is not text."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        number = regions.canonical(text) if len(text) <= 40 else None
        if number is None:
            raise self.make_error("number")
        if regions.region_of(number) is None:
            raise self.make_error("country")
        return number


class WishIn(Schema):
    """What somebody wants for a number: texts of these purposes, none ticked beforehand, or the end of all."""

    number = Number(required=True)
    our_news = ma.fields.Boolean(load_default=False)
    partner_offers = ma.fields.Boolean(load_default=False)
    do = ma.fields.String(load_default="start", validate=ma.validate.OneOf(("start", "end"), error=_NOT_LISTED))


class CodeIn(Schema):
    """The digits out of a text."""

    code = Line(required=True, max_length=20)


class ChoiceIn(Schema):
    """A press of somebody whose number we know."""

    do = ma.fields.String(required=True, validate=ma.validate.OneOf(("stop", "stop_all", "forget"), error=_NOT_LISTED))
    purpose = ma.fields.String(validate=ma.validate.OneOf(PURPOSES, error=_NOT_LISTED))

    @ma.validates_schema
    def _says_what(self, data: dict[str, object], **_: object) -> None:
        if data.get("do") == "stop" and "purpose" not in data:
            raise ma.ValidationError({"purpose": [str(Line.default_error_messages["required"])]})


class CampaignIn(Schema):
    """A text to many. Who sends it and how to end it is added to every one."""

    title = Line(required=True, max_length=MAX_TITLE)
    body = Text(required=True, max_length=MAX_BODY)
    purpose = Choice(frozenset(PURPOSES), required=True)
    country = ma.fields.String(
        load_default=None, allow_none=True, validate=ma.validate.OneOf(sorted(regions.COUNTRIES), error=_NOT_LISTED)
    )
    version = ma.fields.Integer(load_default=1, validate=ma.validate.Range(1, 10**9))


class ScheduleIn(Schema):
    """When a campaign goes, on a wall clock somewhere."""

    send_at = LocalMoment(required=True)
    time_zone = Choice(countries.ZONES, required=True)
    version = ma.fields.Integer(required=True, validate=ma.validate.Range(1, 10**9))


class DeedIn(Schema):
    """What to do with a campaign."""

    do = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(("start", "pause", "resume", "cancel", "unschedule", "test"), error=_NOT_LISTED),
    )


class DecisionIn(Schema):
    """What became of an uncertain text."""

    became = ma.fields.String(required=True, validate=ma.validate.OneOf(("sent", "again"), error=_NOT_LISTED))


class Moment(Worded, ma.fields.AwareDateTime):
    """A moment, as a browser's field types it: in UTC where it says no zone."""

    default_error_messages = {"invalid": _l("This is no date and time."), "required": _l("Please fill this in.")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        try:
            found: datetime = super()._deserialize(value, attr, data, **kwargs)
        except (ma.ValidationError, OverflowError):
            raise self.make_error("invalid") from None
        return found


class CheckIn(Schema):
    """A register's answer about a file of numbers."""

    reference = Line(required=True, max_length=64)
    result_at = Moment(required=True, default_timezone=UTC)
    file = CsvFile(required=True)
