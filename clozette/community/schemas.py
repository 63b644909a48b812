"""What the community's deeds take and give."""

from marshmallow import fields, validate

from clozette.kernel.schemas import RowId, Schema

BACK = ("profile", "feed", "followers", "following")


class FollowIn(Schema):
    """The button that follows: which page to go back to."""

    back = fields.String(validate=validate.OneOf(BACK), load_default="profile")


class MarkReadIn(Schema):
    """The button that marks notifications as read: up to which."""

    until = RowId(required=True)


class BalanceOut(Schema):
    """How many points the caller has."""

    balance = fields.Integer()


class MovementOut(Schema):
    """What moved the caller's points."""

    id = RowId(attribute="line.id")
    at = fields.DateTime(format="iso", attribute="line.at")
    points = fields.Integer(metadata={"description": "Less than 0 where they went."})
    rule = fields.String(
        attribute="line.rule",
        metadata={"description": "Why; `reversal` takes an earlier line back, `expired` ends what was not spent."},
    )
    why = fields.String(attribute="why.text", dump_default=None, allow_none=True)
    address = fields.String(attribute="why.address", dump_default=None, allow_none=True)
    expires_on = fields.Date(
        attribute="line.expires_on",
        allow_none=True,
        metadata={"description": "From when on they are gone, unless they were spent before."},
    )


class FollowOut(Schema):
    """How the caller stands to another member."""

    following = fields.Boolean(metadata={"description": "You follow the member."})
    requested = fields.Boolean(metadata={"description": "You asked to; the member has not answered yet."})
    follows_back = fields.Boolean(metadata={"description": "The member follows you."})
