"""What the pages of choices take."""

import marshmallow as ma

from clozette.kernel.schemas import Line, RowId, Schema

DEEDS = ("stop", "start", "stop_offer", "all_off", "undo")
_NEEDED = {"stop": ("newsletter",), "start": ("newsletter",), "stop_offer": ("purpose", "channel"), "undo": ("undo",)}


class ChoiceIn(Schema):
    """One press: each button is one choice."""

    do = ma.fields.String(required=True, validate=ma.validate.OneOf(DEEDS))
    newsletter = RowId()
    purpose = Line(max_length=32)
    channel = Line(max_length=8)
    undo = ma.fields.String(validate=ma.validate.Length(max=4000))

    @ma.validates_schema
    def _says_what_about(self, data: dict[str, object], **_: object) -> None:
        missing = [name for name in _NEEDED.get(str(data.get("do")), ()) if name not in data]
        if missing:
            raise ma.ValidationError({name: [str(Line.default_error_messages["required"])] for name in missing})
