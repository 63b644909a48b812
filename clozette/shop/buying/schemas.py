"""What the way to an order takes: phone, billing and shipping address are mandatory, and nothing else is asked (CP4)."""

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.schemas import Choice
from clozette.kernel.schemas import Line, RowId, Schema, Worded
from clozette.shop.orders.models import MAX_LINE, MAX_NAME, MAX_PHONE, MAX_POSTCODE

MAX_KEY, MAX_TOTAL = 64, 20
SAME, OTHER = "same", "other"
PARTS = ("name", "line1", "line2", "postcode", "city", "country")
"""The fields of an address; in the form each stands after ``shipping_`` or ``billing_``."""
_NEEDED = ("name", "line1", "city", "country")
_FILL_IN = _l("Please fill this in.")
_PHONE = re.compile(r"\+?[\d ()/.-]+")
_FEWEST, _MOST, _MOST_AT_HOME = 5, 15, 12


class Phone(Worded, ma.fields.String):
    """A telephone number. With its country's code it may have fifteen digits (E.164), without it never as many as a card."""

    default_error_messages = {
        "number": _l("This is no telephone number. With the country's code it begins with +, such as +65 8123 4567."),
        "required": _FILL_IN,
        "null": _FILL_IN,
        "invalid": _l("This is not text."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = " ".join(super()._deserialize(value, attr, data, **kwargs).split())
        digits = sum(letter.isdigit() for letter in text)
        most = _MOST if text.startswith("+") else _MOST_AT_HOME
        if len(text) > MAX_PHONE or not text.isascii() or not _PHONE.fullmatch(text) or not _FEWEST <= digits <= most:
            raise self.make_error("number")
        return text


class _OrderIn(Schema):
    """What every order needs.

    ``form_key`` tells a form that is sent twice; ``total`` is the sum that it showed, in minor units; ``at_once`` says
    that files are wanted before the days to withdraw are over. With ``offer`` it is what that offer holds, otherwise what
    the cart has of the seller.
    """

    seller = RowId(required=True)
    offer = RowId(load_default=None, allow_none=True)
    form_key = Line(max_length=MAX_KEY, required=True)
    total = Line(max_length=MAX_TOTAL, required=True)
    at_once = ma.fields.Boolean(load_default=False)


class DigitalIn(_OrderIn):
    """An order of nothing but files: the bill names somebody, and nothing is sent by post."""

    digital = ma.fields.Boolean(required=True)
    billing_name = Line(max_length=MAX_NAME, required=True)
    billing_line1 = Line(max_length=MAX_LINE, required=True)
    billing_line2 = Line(max_length=MAX_LINE, load_default="")
    billing_postcode = Line(max_length=MAX_POSTCODE, load_default="")
    billing_city = Line(max_length=MAX_NAME, required=True)
    billing_country = Choice(countries.CODES, required=True)

    @ma.post_load
    def _goes_nowhere(self, data: dict[str, Any], **_options: object) -> dict[str, Any]:
        return {**data, "billing": OTHER, "phone": ""}


class CheckoutIn(_OrderIn):
    """An order of which something is sent."""

    phone = Phone(required=True)
    shipping_name = Line(max_length=MAX_NAME, required=True)
    shipping_line1 = Line(max_length=MAX_LINE, required=True)
    shipping_line2 = Line(max_length=MAX_LINE, load_default="")
    shipping_postcode = Line(max_length=MAX_POSTCODE, load_default="")
    shipping_city = Line(max_length=MAX_NAME, required=True)
    shipping_country = Choice(countries.CODES, required=True)
    billing = Choice(frozenset({SAME, OTHER}), required=True)
    billing_name = Line(max_length=MAX_NAME, load_default="")
    billing_line1 = Line(max_length=MAX_LINE, load_default="")
    billing_line2 = Line(max_length=MAX_LINE, load_default="")
    billing_postcode = Line(max_length=MAX_POSTCODE, load_default="")
    billing_city = Line(max_length=MAX_NAME, load_default="")
    billing_country = Choice(countries.CODES, load_default="")

    @ma.validates_schema(skip_on_field_errors=False)
    def _another_address_is_whole(self, data: Mapping[str, Any], **_options: object) -> None:
        if data.get("billing") != OTHER:
            return
        missing = {f"billing_{name}": [_FILL_IN] for name in _NEEDED if not data.get(f"billing_{name}")}
        if missing:
            raise ma.ValidationError(missing)


def country_of(data: Mapping[str, Any]) -> str:
    """Return where an order goes: where nothing is sent, where the bill goes."""
    country: str = data["billing_country" if data.get("digital") else "shipping_country"]
    return country


def address_of(data: Mapping[str, Any], use: str) -> dict[str, str]:
    """Return an address out of what the form gave; the bill names the one for shipping unless another was typed."""
    source = "shipping" if data["billing"] == SAME else use
    return {name: data[f"{source}_{name}"] for name in PARTS}
