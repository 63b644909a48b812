"""What staff type to get an export."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.kernel.schemas import Line, Schema
from clozette.rights.bulk.models import APPROVED, REFUSED
from clozette.rights.bulk.selection import ACTIVE, STATES
from clozette.rights.bulk.uses import COLUMNS, USES

RECIPIENT = ("recipient_name", "recipient_address", "recipient_country", "recipient_contact")
FORMATS = ("csv", "jsonl", "zip")
_NOT_LISTED = _l("Please choose one from the list.")
_NOT_A_DAY = {"invalid": _l("This is not a day.")}


def _one_of(choices: object) -> ma.validate.OneOf:
    return ma.validate.OneOf(list(choices), error=_NOT_LISTED)  # type: ignore[call-overload]


class ExportIn(Schema):
    """An export: what for, which columns, of whom."""

    use = Line(required=True, max_length=32, validate=_one_of(USES))
    reason = Line(
        required=True,
        max_length=200,
        validate=ma.validate.Length(min=10, error=_l("Say in a few words why.")),
    )
    format = Line(load_default="csv", max_length=8, validate=_one_of(FORMATS))
    columns = ma.fields.List(
        Line(max_length=32, validate=_one_of(COLUMNS)),
        required=True,
        validate=ma.validate.Length(min=1, max=len(COLUMNS), error=_l("Choose at least one column.")),
        error_messages={"required": _l("Choose at least one column.")},
    )
    state = Line(load_default=ACTIVE, max_length=16, validate=_one_of(STATES))
    country = Line(load_default="", max_length=2, validate=_one_of(["", *sorted(countries.CODES)]))
    locale = Line(load_default="", max_length=16, validate=ma.validate.Regexp(r"[a-zA-Z_]*\Z", error=_NOT_LISTED))
    joined_from = ma.fields.Date(load_default=None, error_messages=_NOT_A_DAY)
    joined_before = ma.fields.Date(load_default=None, error_messages=_NOT_A_DAY)
    recipient_name = Line(load_default="", max_length=200)
    recipient_address = Line(load_default="", max_length=300)
    recipient_country = Line(load_default="", max_length=2, validate=_one_of(["", *sorted(countries.CODES)]))
    recipient_contact = Line(load_default="", max_length=254)

    @ma.validates_schema(skip_on_field_errors=True)
    def _whole_recipient(self, data: dict[str, Any], **_: Any) -> None:
        """Somebody outside is told of by name, address, country and contact, or nothing leaves."""
        given = [name for name in RECIPIENT if data[name]]
        missing = [name for name in RECIPIENT if not data[name]]
        if given and missing:
            raise ma.ValidationError({name: [str(_l("Please fill this in."))] for name in missing})


class DecisionIn(Schema):
    """What the second person says."""

    verdict = Line(required=True, max_length=8, validate=_one_of([APPROVED, REFUSED]))
