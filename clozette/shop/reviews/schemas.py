"""What the pages of reviews take."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel.schemas import Line, Number, Schema, Text
from clozette.shop.reviews.models import MAX_REASON, MAX_WORDS


class ReviewIn(Schema):
    """How it was."""

    stars = Number(1, 5, required=True)
    as_described = ma.fields.Boolean(load_default=None)
    words = Text(load_default="", max_length=MAX_WORDS)


class BoughtIn(ReviewIn):
    """How it was for the buyer, who says whether it was what the words and photos promised: nobody is to say no unawares."""

    as_described = ma.fields.Boolean(
        required=True,
        error_messages={"required": _l("Please choose one."), "invalid": _l("Please choose one.")},
    )


class HideIn(Schema):
    """Why a review is hidden; its author reads it."""

    reason = Line(required=True, max_length=MAX_REASON, validate=ma.validate.Length(min=10))
