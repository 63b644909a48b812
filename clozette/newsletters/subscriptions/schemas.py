"""What subscribing takes, for pages and programs alike."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Email
from clozette.kernel.schemas import Line, RowId, Schema
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


class OwnIn(NamesIn):
    """A member's wish to get one newsletter at their own address."""

    newsletter = Line(required=True, max_length=MAX_SLUG)


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


class ApiSubscribeIn(NamesIn):
    """A wish to get one newsletter, with the `notice` of what was shown."""

    email = Email(required=True)
    notice = Line(max_length=4000, load_default="")


class ApiOwnIn(NamesIn):
    """The same of a member, for their own address."""

    notice = Line(max_length=4000, load_default="")


class NewsletterOut(Schema):
    """A newsletter that one can subscribe to."""

    id = RowId(required=True)
    slug = ma.fields.String(required=True)
    title = ma.fields.String(required=True)
    description = ma.fields.String(required=True)
    frequency = ma.fields.String(required=True)
    language = ma.fields.String(required=True)
    edition = ma.fields.String(required=True)
    has_archive = ma.fields.Boolean(required=True)
    wording = ma.fields.String(required=True, metadata={"description": "Show this, word for word, before you ask."})
    notice = ma.fields.String(
        required=True, metadata={"description": "Send it back with a wish: it says what was shown, and when."}
    )


class AskedOut(Schema):
    """What became of a wish; the same whether the address is known or not."""

    state = ma.fields.String(
        required=True, metadata={"description": "`asked`: it counts when the mail's button is pressed"}
    )


class SubscriptionOut(Schema):
    """How a member stands to a newsletter."""

    newsletter = ma.fields.String(required=True, attribute="newsletter.slug")
    title = ma.fields.String(required=True, attribute="newsletter.title")
    state = ma.fields.String(required=True)
    changed_at = ma.fields.AwareDateTime(required=True)
