"""What the pages about prizes take."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.schemas import Choice
from clozette.contests.winning import rules
from clozette.contests.winning.models import (
    MAX_CARRIER,
    MAX_LINE,
    MAX_NAME,
    MAX_PHONE,
    MAX_POSTCODE,
    MAX_TRACKING,
)
from clozette.kernel.schemas import Line, RowId, Schema

_NEEDED = {"required": _l("Please fill this in."), "null": _l("Please fill this in.")}
_NOT_LISTED = _l("Please choose one from the list.")
_SHORTEST_REASON, MAX_REASON = 10, 200


def _one_of(*words: str) -> ma.validate.OneOf:
    return ma.validate.OneOf(words, error=_NOT_LISTED)


class AnswerIn(Schema):
    """What a winner says to the prize, and whether the list may name them; that is never ticked beforehand."""

    do = ma.fields.String(required=True, validate=_one_of("accept", "decline"))
    winner_name = ma.fields.Boolean(load_default=False)


class AddressIn(Schema):
    """Where a prize goes, and which sponsors may have that; none is ticked beforehand."""

    name = Line(required=True, max_length=MAX_NAME, error_messages=_NEEDED)
    line1 = Line(required=True, max_length=MAX_LINE, error_messages=_NEEDED)
    line2 = Line(load_default="", max_length=MAX_LINE)
    postcode = Line(load_default="", max_length=MAX_POSTCODE)
    city = Line(required=True, max_length=MAX_NAME, error_messages=_NEEDED)
    country = Choice(countries.CODES, required=True)
    phone = Line(load_default="", max_length=MAX_PHONE)
    share = ma.fields.List(RowId(), load_default=list)


class StepIn(Schema):
    """What staff did with a prize: sent it, heard that it arrived, or passed its winner over with a public word."""

    do = ma.fields.String(required=True, validate=_one_of("ship", "receive", "disqualify"))
    carrier = Line(load_default="", max_length=MAX_CARRIER)
    tracking = Line(load_default="", max_length=MAX_TRACKING)
    because = ma.fields.String(load_default=None, validate=_one_of(*rules.BECAUSE))

    @ma.validates_schema
    def _say_why(self, data: dict[str, str | None], **_: object) -> None:
        if data.get("do") == "disqualify" and not data.get("because"):
            raise ma.ValidationError([str(_NEEDED["required"])], "because")


class LookIn(Schema):
    """Why staff look at an address."""

    reason = Line(
        required=True,
        max_length=MAX_REASON,
        validate=ma.validate.Length(min=_SHORTEST_REASON, error=_l("Say in a few words why; the member may ask.")),
        error_messages=_NEEDED,
    )


class OwnPrizeOut(Schema):
    """A prize of yours."""

    contest = ma.fields.String(metadata={"description": "The contest's short name, as in its address"})
    contest_title = ma.fields.String()
    entry = RowId()
    entry_number = ma.fields.Integer()
    prize = ma.fields.String(allow_none=True)
    state = ma.fields.String(
        metadata={
            "description": "`notified` (say yes or no), `accepted` (say where it goes), `addressed`, `shipped`, `received`;"
            " `declined`, `expired`, `disqualified` where it went to somebody else"
        }
    )
    due_at = ma.fields.DateTime(
        format="iso", allow_none=True, metadata={"description": "Until when you have to do the next step"}
    )
    why_gone = ma.fields.String(allow_none=True)
    address = ma.fields.String(metadata={"description": "The page on which you do it"})
