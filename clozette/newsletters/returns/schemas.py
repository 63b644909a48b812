"""What staff say about a mail that came back."""

import marshmallow as ma

from clozette.kernel.schemas import Line, Schema

DEEDS = ("read", "again", "settle", "bounce", "complain")


class ReturnIn(Schema):
    """A press on the page of one mail; to read it asks for a reason."""

    do = ma.fields.String(required=True, validate=ma.validate.OneOf(DEEDS))
    reason = Line(max_length=200, load_default="")
