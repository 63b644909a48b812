"""What the page of changes takes."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel.schemas import Line, Schema

_CHOOSE = _l("Please choose one.")


class AnswerIn(Schema):
    """One question and its answer; nothing is an answer but what was pressed."""

    question = Line(required=True, max_length=128)
    answer = Line(required=True, max_length=3, validate=ma.validate.OneOf(("yes", "no"), error=_CHOOSE))
    next = Line(max_length=2000, load_default="")


class AcceptanceIn(Schema):
    """The version of the terms that is accepted."""

    version = Line(required=True, max_length=64)
    next = Line(max_length=2000, load_default="")
