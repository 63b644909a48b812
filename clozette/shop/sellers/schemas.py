"""What the forms of sellers take."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _

from clozette.accounts import countries
from clozette.accounts.schemas import Choice
from clozette.kernel.schemas import Line, Number, RowId, Schema, Text
from clozette.shop.amounts import Percent
from clozette.shop.books import taxes
from clozette.shop.sellers import places, rules
from clozette.shop.sellers.models import KINDS, MAX_ADDRESS, MAX_CONTACT, MAX_NAME, MAX_NUMBER

MAX_AMOUNT, MAX_DAYS, MOST_TAX = 20, 90, 30
PARTICULARS = ("legal_name", "address", "contact")
"""What the law wants of a trader, before anybody buys."""


class SellerIn(Schema):
    """Who sells, from where and in which currency."""

    country = Choice(countries.CODES, required=True)
    currency = Choice(rules.SOLD_IN, required=True)
    kind = Choice(frozenset(KINDS), required=True)
    legal_name = Line(max_length=MAX_NAME, load_default="")
    address = Text(max_length=MAX_ADDRESS, load_default="")
    contact = Line(max_length=MAX_CONTACT, load_default="")
    tax_number = Line(max_length=MAX_NUMBER, load_default="")
    tax_percent = Percent(MOST_TAX, attribute="tax_bp", load_default=0)
    item = RowId(load_default=None, allow_none=True)

    @ma.validates_schema
    def _trader_is_named(self, data: Mapping[str, Any], **_options: object) -> None:
        """A trader says who they are; of a private person nothing of that is kept."""
        if data["kind"] == "trader":
            lacking = {name: [_("A trader gives this; buyers see it.")] for name in PARTICULARS if not data[name]}
            if lacking:
                raise ma.ValidationError(lacking)

    @ma.validates_schema
    def _tax_has_its_number(self, data: Mapping[str, Any], **_options: object) -> None:
        """Who puts tax on receipts is known to the tax office, by a number that looks as there."""
        country, number = data["country"], data["tax_number"]
        if data["kind"] == "trader" and data["tax_bp"] and not taxes.is_number(country, number):
            example = taxes.law_of(country).example
            wrong = _(
                "With tax in your prices your number stands on each bill. Write it like this: %(example)s",
                example=example,
            )
            raise ma.ValidationError(
                wrong if example else _("With tax in your prices your number stands on each bill."), "tax_number"
            )

    @ma.post_load
    def _keep_private(self, data: dict[str, Any], **_options: object) -> dict[str, Any]:
        if data["kind"] == "trader":
            return data
        return {**data, **dict.fromkeys((*PARTICULARS, "tax_number"), ""), "tax_bp": 0}


class StartIn(SellerIn):
    """The same with the seller's terms, which nobody accepts by silence."""

    agree = ma.fields.Boolean(load_default=False)

    @ma.validates_schema
    def _agreed(self, data: Mapping[str, Any], **_options: object) -> None:
        if not data["agree"]:
            raise ma.ValidationError([_("Nobody sells here without these terms.")], "agree")


class RateIn(Schema):
    """What shipping costs to a country, or to several at once."""

    country = Choice(countries.CODES | frozenset(places.GROUPS), required=True)
    first = Line(max_length=MAX_AMOUNT, required=True)
    more = Line(max_length=MAX_AMOUNT, load_default="0")
    days_from = Number(1, MAX_DAYS, required=True)
    days_to = Number(1, MAX_DAYS, required=True)

    @ma.validates_schema
    def _in_order(self, data: Mapping[str, Any], **_options: object) -> None:
        if data["days_to"] < data["days_from"]:
            raise ma.ValidationError([_("The later day comes second.")], "days_to")
