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


class FollowOut(Schema):
    """How the caller stands to another member."""

    following = fields.Boolean(metadata={"description": "You follow the member."})
    requested = fields.Boolean(metadata={"description": "You asked to; the member has not answered yet."})
    follows_back = fields.Boolean(metadata={"description": "The member follows you."})
