"""What listings take and give, in pages and in the API."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from clozette.accounts import countries
from clozette.accounts.schemas import Choice
from clozette.closets import categories, colours
from clozette.closets.rules import BRAND_LENGTH, SIZE_LENGTH
from clozette.closets.schemas import MoneyField, price_message
from clozette.kernel import ids, money
from clozette.kernel.money import BadAmount
from clozette.kernel.schemas import Line, Number, RowId, Schema, Text
from clozette.kernel.web.api import After
from clozette.media.schemas import PhotoOut
from clozette.shop.files.schemas import Upload
from clozette.shop.listings.models import CONDITIONS, MAX_TITLE, MAX_WORDS, MODES, Listing
from clozette.shop.listings.queries import Filters

MAX_KEY, MAX_STOCK, MAX_VALUES, MAX_AMOUNT = 64, 9999, 20, 20
FILTERS = ("category", "size", "brand", "colour", "condition", "mode", "country")
_MODES, _CONDITIONS = frozenset(MODES), frozenset(CONDITIONS)


class _Facts(Schema):
    """What both faces write about a listing in the same way; all else is the item's."""

    mode = Choice(_MODES, required=True)
    title = Line(max_length=MAX_TITLE, load_default="")
    words = Text(max_length=MAX_WORDS, load_default="")
    condition = Choice(_CONDITIONS, required=True)
    stock = Number(1, MAX_STOCK, load_default=1)


class ListingForm(_Facts):
    """A listing as a form sends it: amounts as typed, in the seller's currency."""

    price = Line(max_length=MAX_AMOUNT, load_default="")
    floor = Line(max_length=MAX_AMOUNT, load_default="")
    file = Upload(load_default=None)
    do = Choice(frozenset({"publish", "draft"}), load_default="draft")


class NewListingForm(ListingForm):
    """A new one; ``form_key`` tells a form that is sent twice."""

    form_key = Line(max_length=MAX_KEY, required=True)


class EditListingForm(ListingForm):
    """Everything that can be changed; ``version`` is the one the form was filled from."""

    version = Number(1, 10**8, required=True)


class _Amount(Line):
    """An amount in a query: read once its currency is known."""

    def __init__(self) -> None:
        super().__init__(max_length=MAX_AMOUNT, load_default=None, metadata={"description": "Such as 49.90"})


class FiltersIn(After):
    """The query of the shop: each filter may come several times. Prices are the seller's, in ``currency``."""

    q = Line(max_length=100, load_default=None)
    category = ma.fields.List(Choice(frozenset(categories.CODES)), load_default=list)
    size = ma.fields.List(Line(max_length=SIZE_LENGTH), load_default=list)
    brand = ma.fields.List(Line(max_length=BRAND_LENGTH), load_default=list)
    colour = ma.fields.List(Choice(frozenset(colours.FAMILIES)), load_default=list)
    condition = ma.fields.List(Choice(_CONDITIONS), load_default=list)
    mode = ma.fields.List(Choice(_MODES), load_default=list)
    country = ma.fields.List(Choice(countries.CODES), load_default=list)
    ships = ma.fields.Boolean(load_default=False)
    currency = Choice(money.CURRENCIES, load_default=None, allow_none=True)
    price_from = _Amount()
    price_to = _Amount()

    @ma.validates_schema(skip_on_field_errors=True)
    def _amounts_can_be_read(self, data: Mapping[str, Any], **_options: object) -> None:
        wrong = {name: [found] for name in ("price_from", "price_to") if (found := _wrong(data, name))}
        if wrong:
            raise ma.ValidationError(wrong)

    @ma.post_load
    def _gather(self, data: dict[str, Any], **_options: object) -> dict[str, Any]:
        """Keep each value once, and read the amounts."""
        given: dict[str, Any] = {name: tuple(dict.fromkeys(data[name]))[:MAX_VALUES] for name in FILTERS}
        given |= {name: _minor(data, name) for name in ("price_from", "price_to")}
        given |= {name: data[name] for name in ("q", "ships", "currency")}
        return {"after": data["after"], "filters": Filters(**given)}


def _wrong(data: Mapping[str, Any], name: str) -> str | None:
    """Say what is the matter with an amount."""
    if not data[name]:
        return None
    if data["currency"] is None:
        return str(_l("Please choose the currency."))
    try:
        _minor(data, name)
    except BadAmount as error:
        return price_message(error.reason, data["currency"])
    return None


def _minor(data: Mapping[str, Any], name: str) -> int | None:
    if not data[name]:
        return None
    return money.parse(data[name], data["currency"], get_locale() or "en").amount_minor


# JSON


class ListingIn(_Facts):
    """A new listing of one of your items. With ``publish`` it is offered at once."""

    item = RowId(required=True)
    price = MoneyField(allow_none=True, load_default=None)
    floor = MoneyField(allow_none=True, load_default=None)
    publish = ma.fields.Boolean(load_default=False)
    form_key = Line(
        max_length=MAX_KEY,
        required=True,
        metadata={"description": "Your own key for this listing: sent again, it gives the same listing"},
    )


class ListingPatch(Schema):
    """Changes of a listing; what is absent stays. With ``version``, only if nobody changed it in between."""

    mode = Choice(_MODES)
    title = Line(max_length=MAX_TITLE)
    words = Text(max_length=MAX_WORDS)
    condition = Choice(_CONDITIONS)
    stock = Number(1, MAX_STOCK)
    price = MoneyField(allow_none=True)
    floor = MoneyField(allow_none=True)
    state = Choice(frozenset({"active", "paused", "removed"}))
    version = Number(1, 10**8)


def _item_of(card: Any) -> str | None:
    """A product is an item of nobody's closet, so that there is nothing to look at."""
    found: Listing = card.listing
    return None if found.variant or found.item_id is None else ids.encode(found.item_id)


class AllInOut(Schema):
    """What one piece comes to."""

    items = MoneyField(required=True)
    fee = MoneyField(required=True)
    shipping = MoneyField(required=True)
    total = MoneyField(required=True)


class SizeOut(Schema):
    """One size of a product: `listing` is what goes into a cart."""

    listing = RowId(required=True, attribute="id")
    size = ma.fields.String(allow_none=True)
    remaining = ma.fields.Integer(required=True)


class ListingOut(Schema):
    """A listing as everybody may read it. A brand's product is one listing in the list, with its sizes."""

    id = RowId(required=True, attribute="listing.id")
    item = ma.fields.Function(_item_of, metadata={"type": "string", "nullable": True})
    mode = ma.fields.String(required=True, attribute="listing.mode")
    state = ma.fields.String(required=True, attribute="listing.state")
    title = ma.fields.String(required=True, attribute="listing.title")
    words = ma.fields.String(required=True, attribute="listing.words")
    category = ma.fields.String(required=True, attribute="listing.category")
    brand = ma.fields.String(attribute="listing.brand", allow_none=True)
    size_system = ma.fields.String(attribute="listing.size_system", allow_none=True)
    size = ma.fields.String(attribute="listing.size", allow_none=True)
    condition = ma.fields.String(required=True, attribute="listing.condition")
    price = MoneyField(attribute="listing.price", allow_none=True)
    remaining = ma.fields.Integer(required=True, attribute="listing.remaining")
    sizes = ma.fields.List(ma.fields.Nested(SizeOut), required=True)
    cover = ma.fields.Nested(PhotoOut, allow_none=True)
    seller = ma.fields.String(required=True, attribute="handle")
    all_in = ma.fields.Nested(
        AllInOut,
        allow_none=True,
        metadata={"description": "For `country`; null where it is not sold or not sent there."},
    )


class OwnListingOut(ListingOut):
    """A listing as its seller sees it."""

    version = ma.fields.Integer(required=True, attribute="listing.version")
    stock = ma.fields.Integer(required=True, attribute="listing.stock")
    floor_minor = ma.fields.Integer(attribute="listing.floor_minor", allow_none=True)
