"""What a webhook says."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.kernel.schemas import Line, Schema
from clozette.newsletters.subscriptions.models import MAX_EMAIL, MAX_NAME

KINDS = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
_NAMES = {
    "type": "kind",
    "fired_at": "fired_at",
    "data[list_id]": "audience",
    "data[email]": "email",
    "data[old_email]": "old_email",
    "data[new_email]": "new_email",
    "data[reason]": "reason",
    "data[merges][FNAME]": "first_name",
    "data[merges][LNAME]": "last_name",
    "data[merges][INTERESTS]": "interests",
    "data[merges][GROUPINGS][0][groups]": "interests",
}


class HookIn(Schema):
    """A webhook, its fields by our names. Whoever subscribes has both names (requirement 4)."""

    kind = ma.fields.String(required=True, validate=ma.validate.OneOf(KINDS))
    fired_at = ma.fields.NaiveDateTime(required=True, format="%Y-%m-%d %H:%M:%S")
    audience = Line(max_length=40)
    email = Line(max_length=MAX_EMAIL)
    old_email = Line(max_length=MAX_EMAIL)
    new_email = Line(max_length=MAX_EMAIL)
    reason = Line(max_length=40)
    first_name = Line(max_length=MAX_NAME)
    last_name = Line(max_length=MAX_NAME)
    interests = Line(max_length=4000)

    @ma.validates_schema
    def _has_what_its_kind_needs(self, data: dict[str, Any], **kwargs: Any) -> None:
        needed = {
            "subscribe": ("email", "first_name", "last_name"),
            "upemail": ("old_email", "new_email"),
            "campaign": (),
        }.get(data.get("kind", ""), ("email",))
        missing = {name: [_l("Please fill this in.")] for name in needed if not data.get(name)}
        if missing:
            raise ma.ValidationError(missing)


def named(form: Mapping[str, str]) -> dict[str, str]:
    """Return a webhook's fields by our names; what we have no name for is left where it came from."""
    return {ours: form[theirs] for theirs, ours in _NAMES.items() if form.get(theirs) is not None}
