"""What the pages of offers take."""

from typing import Any

import marshmallow as ma

from clozette.kernel.schemas import Line, Number, RowId, Schema
from clozette.shop.carts.rules import MOST_PIECES
from clozette.shop.offers.rules import MOST_LINES

MAX_KEY, MAX_AMOUNT, MAX_SEEN = 64, 20, 20
MOST_IN_BUNDLE = 20


class PiecesIn(Schema):
    """Which things, and how many of each: the n-th number belongs to the n-th listing."""

    listing = ma.fields.List(RowId(), required=True, validate=ma.validate.Length(1, MOST_LINES))
    quantity = ma.fields.List(Number(1, MOST_PIECES), load_default=list)

    @ma.post_load
    def _pair(self, data: dict[str, Any], **_options: object) -> dict[str, Any]:
        numbers = [*data.pop("quantity"), *[1] * len(data["listing"])]
        data["pieces"] = dict(zip(data.pop("listing"), numbers, strict=False))
        return data


class OfferIn(PiecesIn):
    """An offer. Without ``total`` it is only looked at: what it comes to, which is sent back with it in minor units."""

    amount = Line(max_length=MAX_AMOUNT, required=True)
    total = Line(max_length=MAX_AMOUNT, load_default="")
    form_key = Line(max_length=MAX_KEY, required=True)


class AnswerIn(Schema):
    """A yes or a no; ``seen`` says to what."""

    seen = Line(max_length=MAX_SEEN, required=True)


class CounterIn(AnswerIn):
    """Another sum."""

    amount = Line(max_length=MAX_AMOUNT, required=True)


class BundleIn(Schema):
    """How many percent less from how many pieces on."""

    pieces = Number(2, MOST_IN_BUNDLE, required=True)
    percent = Number(1, 90, required=True)
