"""What the pages about orders take."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice
from clozette.closets.schemas import MoneyField
from clozette.kernel.schemas import Line, RowId, Schema
from clozette.kernel.web.api import After
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.models import MAX_TRACKING
from clozette.shop.orders.rules import SHARES
from clozette.shop.orders.showing import SIDES

MAX_KEY, MAX_AMOUNT = 40, 20
_NOT_LISTED = _l("Please choose one from the list.")


class CourierField(Choice):
    """One of those who carry parcels here, which is known only when it runs."""

    def __init__(self) -> None:
        """Take one of them."""
        super().__init__(frozenset(), required=True)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        self.codes = frozenset(COURIERS)
        return super()._deserialize(value, attr, data, **kwargs)


class ShipIn(Schema):
    """With whom a parcel went, and what of the items' history goes with it; none of that is ticked beforehand."""

    courier = CourierField()
    tracking = Line(load_default="", max_length=MAX_TRACKING)
    shares = ma.fields.List(
        ma.fields.String(validate=ma.validate.OneOf(SHARES, error=_NOT_LISTED)), load_default=list[Any]
    )


class OrdersIn(After):
    """The query of one's orders."""

    side = Choice(frozenset(SIDES), load_default="bought")


class OrderLineOut(Schema):
    """One line of an order."""

    id = RowId(required=True, attribute="line.id")
    listing = RowId(required=True, attribute="line.listing_id")
    title = ma.fields.String(required=True, attribute="line.title")
    quantity = ma.fields.Integer(required=True, attribute="line.quantity")
    price = MoneyField(required=True)
    refunded = MoneyField(required=True)


class OrderOut(Schema):
    """An order as one of its sides reads it: ``fee`` is what the house took from that side, ``total`` what it paid or gets.

    ``tax`` is in items and shipping, never besides.
    """

    ref = ma.fields.String(required=True, attribute="order.ref")
    side = ma.fields.String(required=True)
    state = ma.fields.String(required=True, attribute="order.state")
    ended_because = ma.fields.String(attribute="order.ended_because", allow_none=True)
    seller = ma.fields.String(allow_none=True, metadata={"description": "Null once they left."})
    lines = ma.fields.List(ma.fields.Nested(OrderLineOut), required=True)
    items = MoneyField(required=True)
    shipping = MoneyField(required=True)
    fee = MoneyField(required=True)
    total = MoneyField(required=True)
    refunded = MoneyField(required=True)
    tax = MoneyField(required=True)
    tax_name = ma.fields.String(required=True, attribute="order.tax_name")
    tax_bp = ma.fields.Integer(
        required=True, attribute="order.tax_bp", metadata={"description": "Its rate in hundredths of a percent."}
    )
    seller_tax_id = ma.fields.String(required=True, attribute="order.seller_tax_id")
    carrier = ma.fields.String(attribute="order.carrier", allow_none=True)
    tracking = ma.fields.String(attribute="order.tracking", allow_none=True)
    made_at = ma.fields.AwareDateTime(required=True, attribute="order.made_at")
    paid_at = ma.fields.AwareDateTime(attribute="order.paid_at", allow_none=True)
    ship_by = ma.fields.AwareDateTime(attribute="order.ship_by", allow_none=True)
    shipped_at = ma.fields.AwareDateTime(attribute="order.shipped_at", allow_none=True)
    received_at = ma.fields.AwareDateTime(attribute="order.received_at", allow_none=True)
    protected_until = ma.fields.AwareDateTime(attribute="order.protected_until", allow_none=True)
    completed_at = ma.fields.AwareDateTime(attribute="order.completed_at", allow_none=True)


class AddressOut(Schema):
    """Where an order goes."""

    name = ma.fields.String(required=True)
    line1 = ma.fields.String(required=True)
    line2 = ma.fields.String(required=True)
    postcode = ma.fields.String(required=True)
    city = ma.fields.String(required=True)
    country = ma.fields.String(required=True)


class WholeOrderOut(OrderOut):
    """The same with who bought it and where it goes: the seller sees that from the payment on, for as long as on the page."""

    buyer = ma.fields.String(allow_none=True)
    address = ma.fields.Nested(AddressOut, allow_none=True)
    phone = ma.fields.String(allow_none=True, metadata={"description": "For the buyer alone."})


class RefundIn(Schema):
    """How much is paid back for what: the id of a line, or shipping."""

    part = Line(required=True, max_length=MAX_AMOUNT)
    amount = Line(required=True, max_length=MAX_AMOUNT)
    form_key = Line(required=True, max_length=MAX_KEY)
