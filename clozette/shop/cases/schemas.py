"""What the pages of cases take."""

from typing import Any

import marshmallow as ma

from clozette.accounts.schemas import Choice
from clozette.kernel.schemas import Line, Schema, Text
from clozette.media.schemas import Upload
from clozette.shop.cases import words
from clozette.shop.cases.models import MAX_KEY, MAX_WORDS
from clozette.shop.cases.rules import MAX_PHOTOS
from clozette.shop.orders.models import MAX_TRACKING
from clozette.shop.orders.schemas import CourierField

MAX_AMOUNT, MAX_LINES = 20, 60


def _amounts() -> Any:
    """One amount for each part of the page, in its order; an empty one is nothing."""
    each = Line(max_length=MAX_AMOUNT)
    return ma.fields.List(
        each, load_default=list, validate=ma.validate.Length(max=MAX_LINES), metadata={"keep_empty": True}
    )


class _Said(Schema):
    photos = ma.fields.List(Upload(), load_default=list, validate=ma.validate.Length(max=MAX_PHOTOS))
    form_key = Line(required=True, max_length=MAX_KEY)


class SayIn(_Said):
    """What somebody says in a case, with photos."""

    words = Text(required=True, max_length=MAX_WORDS)


class OpenIn(SayIn):
    """A complaint: about what, and how much of which line is asked back."""

    kind = Choice(frozenset(words.KINDS), required=True)
    amounts = _amounts()


class DecideIn(Schema):
    """A decision: how much of which line goes back, whether the things do first, and why."""

    amounts = _amounts()
    must_return = ma.fields.Boolean(load_default=False)
    reasons = Text(required=True, max_length=MAX_WORDS)


class ProveIn(Schema):
    """What a bank is told: the staff's words, and one of the photos."""

    words = Text(required=True, max_length=MAX_WORDS)
    photo = Line(load_default="", max_length=MAX_KEY)


class AddressIn(Schema):
    """Where things are sent back to."""

    words = Text(required=True, max_length=500)


class SentIn(Schema):
    """With whom something was sent back, and the parcel's number."""

    courier = CourierField()
    tracking = Line(required=True, max_length=MAX_TRACKING)
