"""What staff type."""

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel.schemas import Line, Schema


class ReasonIn(Schema):
    """Why staff look at a record, or act on a member."""

    reason = Line(
        required=True,
        max_length=200,
        validate=ma.validate.Length(min=10, error=_l("Say in a few words why; the member may ask.")),
    )


class SearchIn(Schema):
    """A search for members: part of a handle, or a whole mail address."""

    q = Line(max_length=254, load_default="")
