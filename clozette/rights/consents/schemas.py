"""What an answer is made of, and how answers are shown to programs."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel.schemas import Line, RowId, Schema

_NOT_LISTED = _l("Please choose one from the list.")


class AnswerIn(Schema):
    """One answer: to one purpose, by one channel."""

    purpose = Line(max_length=32, required=True)
    channel = Line(max_length=16, required=True)
    action = ma.fields.String(
        required=True, validate=ma.validate.OneOf(("given", "refused", "withdrawn"), error=_NOT_LISTED)
    )


class ApiAnswerIn(AnswerIn):
    """The same for programs, which send back the ``notice`` of what they showed."""

    notice = Line(max_length=4000, load_default="")


class ConsentOut(ma.Schema):
    """How one purpose stands by one channel."""

    purpose = ma.fields.String(required=True)
    channel = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    whose = ma.fields.String(required=True, metadata={"description": "`ours`, or `third` parties'"})
    state = ma.fields.String(
        allow_none=True, required=True, metadata={"description": "The last answer; null if there was none."}
    )
    stands = ma.fields.Boolean(required=True)
    at = ma.fields.AwareDateTime(allow_none=True, required=True)
    receipt = RowId(attribute="entry_id", allow_none=True, required=True)
    wording = ma.fields.String(required=True, metadata={"description": "Show this, word for word, before you ask."})
    needs_guardian = ma.fields.Boolean(
        required=True,
        metadata={"description": "A parent or guardian has to agree: don't ask the member; a yes is refused (409)."},
    )
    notice = ma.fields.String(
        required=True,
        metadata={
            "description": "Send it back with a yes: it says what was shown, and when. Empty if nobody is asked here."
        },
    )
