"""What the pages about orders take."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice
from clozette.kernel.schemas import Line, Schema
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.models import MAX_TRACKING
from clozette.shop.orders.rules import SHARES

MAX_KEY, MAX_AMOUNT = 40, 20
_NOT_LISTED = _l("Please choose one from the list.")


class ShipIn(Schema):
    """With whom a parcel went, and what of the items' history goes with it; none of that is ticked beforehand."""

    courier = Choice(frozenset(COURIERS), required=True)
    tracking = Line(load_default="", max_length=MAX_TRACKING)
    shares = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(SHARES, error=_NOT_LISTED)), load_default=list[Any]
    )


class RefundIn(Schema):
    """How much is paid back for what: the id of a line, or shipping."""

    part = Line(required=True, max_length=MAX_AMOUNT)
    amount = Line(required=True, max_length=MAX_AMOUNT)
    form_key = Line(required=True, max_length=MAX_KEY)
