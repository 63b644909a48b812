"""What subscribing takes, for pages and programs alike."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Email
from clozette.kernel.schemas import Line, Schema
from clozette.newsletters.subscriptions.models import MAX_NAME, MAX_SLUG

MOST = 50


class Ticked(ma.fields.List[str]):
    """The newsletters that were ticked, by their short names; none is ticked beforehand."""

    def __init__(self, **kwargs: Any) -> None:
        """Take a list of short names."""
        super().__init__(Line(max_length=MAX_SLUG), validate=ma.validate.Length(max=MOST), **kwargs)


class NamesIn(Schema):
    """The names that a newsletter needs."""

    first_name = Line(required=True, max_length=MAX_NAME)
    last_name = Line(required=True, max_length=MAX_NAME)


class SubscribeIn(NamesIn):
    """A wish to get the newsletter whose page it is, and others that were ticked besides."""

    email = Email(required=True)
    newsletters = Ticked(load_default=list)


class ChooseIn(SubscribeIn):
    """The same from the page of all newsletters, where at least one has to be ticked."""

    newsletters = Ticked(required=True, error_messages={"required": _l("Please choose at least one.")})

    @ma.validates("newsletters")
    def _at_least_one(self, value: list[str], **_: Any) -> None:
        if not value:
            raise ma.ValidationError(str(_l("Please choose at least one.")))
