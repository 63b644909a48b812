"""What entering takes, for pages and programs alike."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.contests.entering.models import MAX_STATEMENT
from clozette.contests.entering.rules import DISQUALIFYING, MAX_PHOTOS
from clozette.kernel.schemas import Line, RowId, Schema, Text
from clozette.looks.rules import ALT_LENGTH
from clozette.media.schemas import Upload

MAX_SHARED = 20
_READ = _l("Read the rules and agree to them; without that nobody can enter.")


def _digest() -> ma.fields.String:
    return ma.fields.String(
        required=True,
        validate=ma.validate.Regexp(r"[0-9a-f]{64}\Z", error=_l("Open the form again: it doesn't say which rules.")),
        error_messages={"required": _l("Open the form again: it doesn't say which rules.")},
        metadata={"description": "The SHA-256 of the rules that were read"},
    )


class AcceptIn(Schema):
    """A yes to rules, and what is shared with whom; what is not named is not shared."""

    rules = _digest()
    accept = ma.fields.Boolean(
        required=True,
        validate=ma.validate.Equal(True, error=_READ),
        error_messages={"required": _READ, "invalid": _READ},
    )
    share = ma.fields.List(
        RowId(),
        load_default=list,
        validate=ma.validate.Length(max=MAX_SHARED),
        metadata={"description": "The sharings that are agreed to"},
    )


class EntryIn(AcceptIn):
    """An entry, by a form."""

    form_key = ma.fields.String(required=True, validate=ma.validate.Regexp(r"[A-Za-z0-9_-]{8,64}\Z"))
    look = RowId()
    photos = ma.fields.List(Upload(), load_default=list, validate=ma.validate.Length(max=MAX_PHOTOS))
    alts = ma.fields.List(
        Line(max_length=ALT_LENGTH),
        load_default=list,
        validate=ma.validate.Length(max=MAX_PHOTOS),
        metadata={"keep_empty": True},
    )
    statement = Text(max_length=MAX_STATEMENT, load_default="")


class DisqualifyIn(Schema):
    """Why an entry is taken out."""

    because = ma.fields.String(
        required=True,
        validate=ma.validate.OneOf(DISQUALIFYING, error=_l("Choose one of these.")),
        error_messages={"required": _l("Choose one of these.")},
    )


class ApiAcceptIn(AcceptIn):
    """The same by the API, with the notice that was shown."""

    notice = ma.fields.String(
        required=True, validate=ma.validate.Length(max=20_000), metadata={"description": "From the form's `notice`"}
    )


class ApiEntryIn(ApiAcceptIn):
    """An entry, by the API."""

    form_key = ma.fields.String(
        required=True,
        validate=ma.validate.Regexp(r"[A-Za-z0-9_-]{8,64}\Z"),
        metadata={"description": "Any word of your own; the same one again makes no second entry"},
    )
    look = RowId()
    statement = Text(max_length=MAX_STATEMENT, load_default="")


class EntryPhotoOut(Schema):
    """A photo of an entry; its address expires."""

    alt = ma.fields.String()
    width = ma.fields.Integer()
    height = ma.fields.Integer()
    address = ma.fields.String()


class EntryOut(Schema):
    """An entry as everybody sees it."""

    id = RowId()
    number = ma.fields.Integer()
    state = ma.fields.String()
    statement = ma.fields.String()
    look = RowId(allow_none=True)
    author = ma.fields.String(
        allow_none=True,
        metadata={"description": "The handle; none, as no look, for a judge of the contest until it is judged"},
    )
    label = ma.fields.String(metadata={"description": "To be shown wherever the entry is"})
    photos = ma.fields.List(ma.fields.Nested(EntryPhotoOut))


class SharedOut(Schema):
    """What somebody was asked to share, and how that stands."""

    id = RowId()
    title = ma.fields.String()
    explanation = ma.fields.String()
    state = ma.fields.String()


class ReceiptOut(EntryOut):
    """One's own entry, with what proves it."""

    code = ma.fields.String(metadata={"description": "With it the entry's line in the frozen list can be recomputed"})
    rules = ma.fields.String(metadata={"description": "The SHA-256 of the rules that were agreed to"})
    entered_at = ma.fields.DateTime()
    left_at = ma.fields.DateTime(allow_none=True)
    left_because = ma.fields.String(allow_none=True)
    snapshot_sha256 = ma.fields.String(allow_none=True)
    locked_sha256 = ma.fields.String(allow_none=True)
    shared = ma.fields.List(ma.fields.Nested(SharedOut))


class AskedSharingOut(Schema):
    """A sharing that the form asks about."""

    id = RowId()
    is_required = ma.fields.Boolean()
    wording = ma.fields.String(metadata={"description": "To be shown word for word before it is answered"})


class FormOut(Schema):
    """What has to be shown before somebody enters."""

    wording = ma.fields.String()
    rules = ma.fields.String()
    notice = ma.fields.String(metadata={"description": "Comes back with the entry"})
    sharings = ma.fields.List(ma.fields.Nested(AskedSharingOut))
    why_not: Any = ma.fields.String(allow_none=True, metadata={"description": "Why this member can't enter now"})
