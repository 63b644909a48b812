"""What staff type."""

from datetime import UTC, date, datetime, time
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts.countries import CODES
from clozette.kernel import clock
from clozette.kernel.schemas import Line, Schema

_SHORTEST_REASON = 10
HANDED_OVER = {
    "accounts_members.email": _l("Mail address"),
    "accounts_members.display_name": _l("Name"),
    "accounts_members.handle": _l("Handle"),
    "accounts_members.country": _l("Country"),
    "accounts_members.birth_date": _l("Date of birth"),
    "accounts_members.created_at": _l("When they joined"),
}
"""What an authority may be given of a member by the form; more needs a decision of its own."""


def end_of(day: date) -> datetime:
    """Return the last moment of a day: until when somebody keeps silent who must do so until that day."""
    return datetime.combine(day, time.max, UTC)


class ReasonIn(Schema):
    """Why staff look at a record, or act on a member."""

    reason = Line(
        required=True,
        max_length=200,
        validate=ma.validate.Length(min=_SHORTEST_REASON, error=_l("Say in a few words why; the member may ask.")),
    )


class CaseIn(ReasonIn):
    """Why staff look at a record, and whether a law forbids that the member is told."""

    reference = Line(max_length=64, load_default="")
    silent_until = ma.fields.Date(load_default=None, error_messages={"invalid": _l("This is not a date.")})
    silent_because = Line(max_length=200, load_default="")

    @ma.validates_schema
    def _silence_has_its_day_and_law(self, data: dict[str, Any], **kwargs: Any) -> None:
        day, because = data.get("silent_until"), data.get("silent_because")
        if (day or because) and (day is None or day <= clock.today()):
            raise ma.ValidationError(_("Say until which day, after today."), "silent_until")
        if day and len(data.get("silent_because", "")) < _SHORTEST_REASON:
            raise ma.ValidationError(_("Say which order or law forbids it."), "silent_because")


class HandoverIn(Schema):
    """A hand-over to an authority: who asks, by which order, for what, and whether the member may be told."""

    legal_name = Line(max_length=200, required=True)
    address = Line(max_length=300, required=True)
    country = Line(
        max_length=2, required=True, validate=ma.validate.OneOf(CODES, error=_l("Two letters of a country."))
    )
    contact = Line(max_length=254, required=True)
    duty = Line(
        max_length=200,
        required=True,
        validate=ma.validate.Length(min=_SHORTEST_REASON, error=_l("Name the law and the order.")),
    )
    retention = Line(max_length=200, load_default="")
    fields_sent = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(HANDED_OVER, error=_l("Please choose from the list."))),
        required=True,
        validate=ma.validate.Length(min=1, error=_l("Choose at least one.")),
        error_messages={"required": _l("Choose at least one.")},
    )
    silent_until = ma.fields.Date(load_default=None, error_messages={"invalid": _l("This is not a date.")})
    silent_because = Line(max_length=200, load_default="")

    _silence_has_its_day_and_law = CaseIn._silence_has_its_day_and_law


class SilenceIn(Schema):
    """Until when a silence goes on, or that it is lifted, and why."""

    step = ma.fields.String(
        required=True, validate=ma.validate.OneOf(("longer", "lift"), error=_l("Please choose from the list."))
    )
    silent_until = ma.fields.Date(load_default=None, error_messages={"invalid": _l("This is not a date.")})
    reason = Line(
        required=True,
        max_length=200,
        validate=ma.validate.Length(min=_SHORTEST_REASON, error=_l("Say which order or law this rests on.")),
    )

    @ma.validates_schema
    def _longer_has_its_day(self, data: dict[str, Any], **kwargs: Any) -> None:
        day = data.get("silent_until")
        if data.get("step") == "longer" and (day is None or day <= clock.today()):
            raise ma.ValidationError(_("Say until which day, after today."), "silent_until")


class LogIn(Schema):
    """Which hand-overs of the log are looked for."""

    recipient = Line(max_length=200, load_default="")
    trigger = Line(max_length=40, load_default="")
    purpose = Line(max_length=32, load_default="")
    means = Line(max_length=16, load_default="")
    since = ma.fields.Date(load_default=None, error_messages={"invalid": _l("This is not a date.")})
    until = ma.fields.Date(load_default=None, error_messages={"invalid": _l("This is not a date.")})


class TellingIn(Schema):
    """How far a recipient is who has to be told."""

    step = ma.fields.String(required=True, validate=ma.validate.OneOf(("told", "confirmed")))


class SearchIn(Schema):
    """A search for members: part of a handle, or a whole mail address."""

    q = Line(max_length=254, load_default="")
