"""What marketing types about sponsors, and what a sponsor answers."""

import re
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts.countries import CODES
from clozette.accounts.schemas import Email
from clozette.contests.sponsors import fields
from clozette.contests.sponsors.models import MOST_FETCHES
from clozette.kernel.schemas import Line, RowId, Schema, Text, Worded

_DOMAIN = re.compile(r"(?=.{4,200}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_MOST_DOMAINS = 20
_LIST = {"error": _l("Please choose from the list.")}
_SHORT = ma.validate.Length(min=10, error=_l("Say in a few words why."))


class Number(Worded, ma.fields.Integer):
    """A whole number between two others."""

    default_error_messages = {
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
        "invalid": _l("This is not a whole number."),
        "too_large": _l("This is not a whole number."),
        "range": _l("A number from {min} to {max}, please."),
    }

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        """Take a number from ``low`` to ``high``."""
        super().__init__(**kwargs)
        self.low, self.high = low, high

    def _validated(self, value: Any) -> Any:
        number = super()._validated(value)
        if number is not None and not self.low <= number <= self.high:
            raise self.make_error("range", min=self.low, max=self.high)
        return number


class Website(Line):
    """The address of a page, by HTTPS."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        address = super()._deserialize(value, *args, **kwargs)
        if address and not re.fullmatch(r"https://[^\s/@]+(/\S*)?", address):
            raise ma.ValidationError(_("An address that begins with https://, please."))
        return address


class Domains(Text):
    """Names of hosts, with blanks, commas or lines between them."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, *args, **kwargs)
        names = sorted({name.removeprefix("@") for name in re.split(r"[\s,;]+", text.casefold()) if name})
        if wrong := [name for name in names if not _DOMAIN.fullmatch(name)]:
            raise ma.ValidationError(_("“%(name)s” is no domain, such as example.com.", name=wrong[0]))
        if len(names) > _MOST_DOMAINS:
            raise ma.ValidationError(_("At most %(most)s domains.", most=_MOST_DOMAINS))
        return names


class SponsorIn(Schema):
    """Who a sponsor is, and what was agreed with them."""

    legal_name = Line(max_length=200, required=True)
    address = Line(max_length=300, required=True)
    country = Line(max_length=2, required=True, validate=ma.validate.OneOf(CODES, **_LIST))
    contact = Email(required=True)
    website = Website(max_length=200, load_default="")
    domains = Domains(max_length=1000, load_default=list)
    contract = Line(max_length=200, required=True)
    keeps_for = Line(max_length=200, required=True)
    keeps_days = Number(1, 3650, required=True)


class PersonIn(Schema):
    """Who may sign in for a sponsor."""

    handle = Line(max_length=31, required=True)


class SharingIn(Schema):
    """What people are asked to share with which sponsor."""

    sponsor = RowId(required=True)
    fields_shared = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(fields.FIELDS, **_LIST)),
        required=True,
        validate=ma.validate.Length(min=1, error=_l("Choose at least one.")),
        error_messages={"required": _l("Choose at least one.")},
    )
    purpose = Line(max_length=300, required=True, validate=_SHORT)
    keeps_for = Line(max_length=200, required=True)
    keeps_days = Number(1, 3650, required=True)
    reaches = ma.fields.String(load_default="agreed", validate=ma.validate.OneOf(("agreed", "winners"), **_LIST))
    is_required = ma.fields.Boolean(load_default=False)
    because = Line(max_length=200, load_default="")


class UnshareIn(Schema):
    """That nothing is shared with a sponsor any more, and why."""

    because = Line(max_length=200, load_default="")


class HandoutIn(Schema):
    """A hand-over that is prepared: why, by which way, how often and how long it may be fetched."""

    reason = Line(max_length=200, required=True, validate=_SHORT)
    means = ma.fields.String(load_default="file", validate=ma.validate.OneOf(("file", "webhook"), **_LIST))
    form = ma.fields.String(load_default="csv", validate=ma.validate.OneOf(("csv", "json"), **_LIST))
    most = Number(1, MOST_FETCHES, load_default=3)
    days = Number(1, 30, load_default=14)


class ConfirmIn(Schema):
    """That a sponsor did what they were asked to, for as many references as they were shown."""

    seen = Number(0, 1_000_000, required=True)


class HookIn(Schema):
    """A sponsor's own address for what is handed over."""

    address = Website(max_length=300, required=True)
