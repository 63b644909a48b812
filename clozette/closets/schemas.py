"""What the closet takes and gives. ``ItemForm`` (pages) and ``ItemIn`` (JSON) share every field that both can write."""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any

import marshmallow as ma
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from marshmallow import fields

from clozette.closets import categories, colours, measures, queries, rules
from clozette.closets.models import Item
from clozette.kernel import clock, money
from clozette.kernel.money import BadAmount, Money
from clozette.kernel.schemas import Line, RowId, Schema, Text
from clozette.kernel.web.api import After
from clozette.media.schemas import PhotoOut, Upload

FACTS = (
    *("kind", "category", "subcategory", "brand", "size_system", "size", "measurements", "bought_on", "notes"),
    *("price", "colours", "seasons", "tags"),
)
"""What of a loaded schema goes to the services."""

_OLDEST = date(1900, 1, 1)
_EASTERNMOST = timedelta(hours=14)
"""Where a day begins first: a day of buying that has begun nowhere is in the future."""


class Choice(fields.String):
    """One of a closed set of words."""

    default_error_messages = {"choice": _l("Choose one from the list."), "required": _l("Please choose one.")}

    def __init__(self, of: Collection[str], **kwargs: Any) -> None:
        """Take one of ``of``."""
        listed = sorted(of) if isinstance(of, frozenset) else [str(word) for word in of]
        super().__init__(metadata={"enum": listed}, **kwargs)
        self.words = of

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or value not in self.words:
            raise self.make_error("choice")
        return value


class Tags(fields.Field[list[str]]):
    """Tags as a list, or as one text with commas between them; loaded as tidy tags."""

    default_error_messages = {
        "many": _l("Please keep to {max} tags."),
        "invalid": _l("These are not tags."),
    }

    def __init__(self, **kwargs: Any) -> None:
        """Take up to ``rules.MAX_TAGS`` tags."""
        super().__init__(metadata={"type": "array", "items": {"type": "string"}}, **kwargs)
        self._one = Line(max_length=rules.TAG_LENGTH)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str]:
        return list(value)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> list[str]:
        typed = value.replace("\n", ",").split(",") if isinstance(value, str) else value
        if not isinstance(typed, list) or len(typed) > 10 * rules.MAX_TAGS:
            raise self.make_error("invalid")
        tags = rules.tidy_tags(self._one.deserialize(tag) for tag in typed)
        for tag in tags:
            self._one.deserialize(tag)  # folding may lengthen
        if len(tags) > rules.MAX_TAGS:
            raise self.make_error("many", max=rules.MAX_TAGS)
        return tags


class Day(fields.Date):
    """A day that isn't in the future."""

    default_error_messages = {
        "invalid": _l("Please give a day, such as 2024-05-31."),
        "future": _l("This day hasn't come yet."),
        "past": _l("That is too long ago."),
    }

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        day: date = super()._deserialize(value, attr, data, **kwargs)
        if day > (clock.now() + _EASTERNMOST).date():
            raise self.make_error("future")
        if day < _OLDEST:
            raise self.make_error("past")
        return day


def _some(of: Collection[str], most: int, **kwargs: Any) -> fields.List[Any]:
    too_many = _l("Please choose at most {max}.")
    return fields.List(Choice(of), validate=ma.validate.Length(max=most, error=str(too_many)), **kwargs)


class _Facts(Schema):
    """What both faces write about an item in the same way."""

    kind = Choice(tuple(rules.Kind), load_default=rules.Kind.OWNED.value)
    category = Choice(categories.CODES, required=True)
    brand = Line(max_length=rules.BRAND_LENGTH, allow_none=True, load_default=None)
    colours = _some(colours.FAMILIES, colours.MAX_COLOURS, load_default=list)
    size_system = Choice(measures.SIZE_SYSTEMS, allow_none=True, load_default=None)
    size = Line(max_length=rules.SIZE_LENGTH, allow_none=True, load_default=None)
    bought_on = Day(allow_none=True, load_default=None)
    seasons = _some(tuple(rules.Season), len(rules.Season), load_default=list)
    tags = Tags(load_default=list)
    notes = Text(max_length=rules.NOTES_LENGTH, allow_none=True, load_default=None)

    @ma.validates_schema(skip_on_field_errors=False)
    def _size_has_its_system(self, data: dict[str, Any], *, partial: Any, **kwargs: Any) -> None:
        if partial and ("size" in data) != ("size_system" in data):
            raise ma.ValidationError(_("Give the size and its system together."), "size")
        if data.get("size_system") not in (None, measures.ONE_SIZE) and not data.get("size"):
            raise ma.ValidationError(_("Write the size as its label does."), "size")

    @ma.post_load
    def _tidy(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        if "category" in data:
            data["category"], data["subcategory"] = categories.split(data["category"])
        if data.get("size_system") == measures.ONE_SIZE:
            data["size"] = None
        elif data.get("size"):
            data["size_system"] = data.get("size_system") or "custom"
        for name in ("colours", "seasons"):
            if name in data:
                data[name] = list(dict.fromkeys(data[name]))
        return data


def facts_of(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a loaded form or body says something about the item."""
    return {name: data[name] for name in FACTS if name in data}


# Pages


class _ItemForm(_Facts):
    """An item as a form sends it: price and measurements as typed, in the reader's way of writing numbers."""

    price = Line(max_length=20, allow_none=True, load_default=None)
    currency = Choice(money.CURRENCIES, allow_none=True, load_default=None)
    unit = Choice(measures.UNITS, load_default="cm")

    @ma.validates_schema(skip_on_field_errors=False)
    def _numbers_can_be_read(self, data: dict[str, Any], **kwargs: Any) -> None:
        wrong: dict[str, list[str]] = {}
        _price(data, wrong)
        read_measurements(data, wrong)
        if wrong:
            raise ma.ValidationError(wrong)

    @ma.post_load
    def _read_numbers(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        price, measurements = _price(data, {}), read_measurements(data, {})
        typed = {"currency", "unit", *(f"measure_{name}" for name in measures.LABELS)}
        kept = {name: value for name, value in data.items() if name not in typed}
        return {**kept, "price": price, "measurements": measurements}


def _price(data: Mapping[str, Any], wrong: dict[str, list[str]]) -> Money | None:
    """Read the price, or say in ``wrong`` what is the matter with it."""
    typed, currency = data.get("price"), data.get("currency")
    if not typed:
        return None
    if currency is None:
        wrong["currency"] = [_("Please choose the currency.")]
        return None
    try:
        return money.parse(typed, currency, get_locale() or "en")
    except BadAmount as error:
        wrong["price"] = [price_message(error.reason, currency)]
        return None


def price_message(reason: str, currency: str) -> str:
    """Say what is the matter with an amount (``BadAmount.reason``)."""
    places = money.exponent(currency)
    if reason == "large":
        message = _("That is more than we can keep.")
    elif reason == "unreadable":
        message = _("Please write the price as a number, such as %(example)s.", example=_example(currency))
    elif places:
        message = _("%(currency)s has %(places)s decimals at most.", currency=currency, places=places)
    else:
        message = _("%(currency)s has no decimals. Write the price as a whole number.", currency=currency)
    return str(message)


def _example(currency: str) -> str:
    return Money(49 * 10 ** money.exponent(currency), currency).typed(get_locale() or "en")


def read_measurements(data: Mapping[str, Any], wrong: dict[str, list[str]]) -> dict[str, int]:
    """Read the measurements that belong to the category; what was typed for another category is let go."""
    group, _kind = categories.split(data.get("category") or "")
    read = {}
    for name in measures.of(group):
        text = data.get(f"measure_{name}")
        mm = measures.parse(text, data.get("unit", "cm")) if text else None
        if mm is not None:
            read[name] = mm
        elif text:
            wrong[f"measure_{name}"] = [_("Please write a length, such as 52 or 52.5.")]
    return read


MEASURE_FIELDS = {
    f"measure_{name}": Line(max_length=12, allow_none=True, load_default=None) for name in measures.LABELS
}


class NewItemForm(_ItemForm.from_dict(MEASURE_FIELDS, name="MeasuredForm")):  # type: ignore[misc]
    """The fast form: photos and a category are enough.

    ``photo_ids`` are photos that an earlier try already brought in; ``similar_ok`` says "yes, add it all the same".
    """

    photos = fields.List(Upload(), load_default=list)
    photo_ids = fields.List(RowId(), validate=ma.validate.Length(max=rules.MAX_PHOTOS), load_default=list)
    upload_key = Line(max_length=rules.KEY_LENGTH, load_default=None)
    similar_ok = fields.Boolean(load_default=False)


class EditItemForm(_ItemForm.from_dict(MEASURE_FIELDS, name="MeasuredForm")):  # type: ignore[misc]
    """Everything about an item but its photos; ``version`` is the one the form was filled from."""

    version = fields.Integer(required=True, strict=False)


def _any(files: list[Any]) -> None:
    if not files:
        raise ma.ValidationError(_("Choose a photo."))


class PhotosForm(Schema):
    """More photos for an item."""

    photos = fields.List(Upload(), required=True, validate=_any)


class StateForm(Schema):
    """Where an item is."""

    state = Choice(tuple(rules.State), required=True)
    lent_to = Line(max_length=rules.LENT_TO_LENGTH, allow_none=True, load_default=None)


class ArchiveForm(Schema):
    """Why an item leaves the daily closet."""

    reason = Choice(tuple(rules.Reason), required=True)


class PositionForm(Schema):
    """Where a photo goes; 0 is the cover."""

    position = fields.Integer(required=True, validate=ma.validate.Range(0, rules.MAX_PHOTOS - 1))


BATCH_ACTS = ("available", "in_wash", "at_repair", "publicise", "hide", "tag", "archive", "unarchive")


class BatchForm(Schema):
    """One deed for several items at once."""

    items = fields.List(RowId(), load_default=list, validate=ma.validate.Length(max=rules.MAX_BATCH))
    act = Choice(BATCH_ACTS, required=True)
    tag = Line(max_length=rules.TAG_LENGTH, allow_none=True, load_default=None)
    reason = Choice(tuple(rules.Reason), load_default=rules.Reason.OTHER.value)
    back = Line(max_length=2000, load_default="")

    @ma.validates_schema(skip_on_field_errors=False)
    def _complete(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data.get("items") == []:
            raise ma.ValidationError(_("Tick the items first."), "items")
        if data.get("act") == "tag" and not rules.tidy_tags([data.get("tag") or ""]):
            raise ma.ValidationError(_("Write the tag to put on them."), "tag")


class FiltersIn(After):
    """The query of a closet: each filter may come several times."""

    q = Line(max_length=100, load_default=None)
    kind = fields.List(Choice(tuple(rules.Kind)), load_default=list)
    category = fields.List(Choice(categories.CODES), load_default=list)
    colour = fields.List(Choice(colours.FAMILIES), load_default=list)
    brand = fields.List(Line(max_length=rules.BRAND_LENGTH), load_default=list)
    season = fields.List(Choice(tuple(rules.Season)), load_default=list)
    state = fields.List(Choice((*rules.State, rules.ARCHIVED)), load_default=list)
    tag = fields.List(Line(max_length=rules.TAG_LENGTH), load_default=list)
    visibility = fields.List(Choice(queries.VISIBILITIES), load_default=list)

    @ma.post_load
    def _fold(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        """Keep each value once, and compare brands and tags as they are stored."""
        folded = {"brand": [rules.fold(one) for one in data["brand"]], "tag": rules.tidy_tags(data["tag"])}
        values = {**data, **folded}
        given = {name: tuple(dict.fromkeys(values[name]))[:MAX_VALUES] for name in queries.FACETS}
        return {"after": data["after"], "filters": queries.Filters(q=data["q"], **given)}


MAX_VALUES = 20
"""How many values of one filter count."""


# JSON


class MoneyField(fields.Field[Money]):
    """``{"amount_minor": 4990, "currency": "EUR"}``."""

    default_error_messages = {"invalid": _l("Give amount_minor (a whole number from 0) and currency (ISO 4217).")}

    def __init__(self, **kwargs: Any) -> None:
        """Describe it to the documentation."""
        example = {"amount_minor": 4990, "currency": "EUR"}
        super().__init__(metadata={"type": "object", "example": example}, **kwargs)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> dict[str, Any] | None:
        return None if value is None else {"amount_minor": value.amount_minor, "currency": value.currency}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Money:
        if not isinstance(value, Mapping) or set(value) != {"amount_minor", "currency"}:
            raise self.make_error("invalid")
        minor, currency = value["amount_minor"], value["currency"]
        if type(minor) is not int or not 0 <= minor <= money.MAX_MINOR:
            raise self.make_error("invalid")
        if not isinstance(currency, str) or currency not in money.CURRENCIES:
            raise self.make_error("invalid")
        return Money(minor, currency)


class _ItemJson(_Facts):
    price = MoneyField(allow_none=True, load_default=None)
    measurements = fields.Dict(
        keys=Choice(measures.LABELS),
        values=fields.Integer(strict=True, validate=ma.validate.Range(1, measures.MAX_MM)),
        load_default=dict,
        metadata={"description": "Millimetres, laid flat", "example": {"chest": 520}},
    )


class ItemIn(_ItemJson):
    """A new item. ``photo_ids`` come from ``POST /photos``."""

    photo_ids = fields.List(RowId(), required=True, validate=ma.validate.Length(1, rules.MAX_PHOTOS))
    upload_key = Line(
        max_length=rules.KEY_LENGTH,
        load_default=None,
        metadata={"description": "Your own key for this item: sent again, it gives the same item"},
    )
    similar_ok = fields.Boolean(load_default=False, metadata={"description": "Add it though a photo looks familiar"})


class ItemUpload(_Facts):
    """A new item as a form with its photos; price and measurements can be put in afterwards."""

    photos = fields.List(Upload(), required=True, validate=ma.validate.Length(1, rules.MAX_PHOTOS))
    upload_key = Line(max_length=rules.KEY_LENGTH, load_default=None)
    similar_ok = fields.Boolean(load_default=False)


class ItemPatch(_ItemJson):
    """Changes of an item; what is absent stays. With ``version``, only if nobody changed it in between."""

    version = fields.Integer(strict=True)
    photo_ids = fields.List(
        RowId(),
        validate=ma.validate.Length(1, rules.MAX_PHOTOS),
        metadata={"description": "All photos in their order: the item's own and new ones; the others are deleted"},
    )
    state = Choice(tuple(rules.State))
    lent_to = Line(max_length=rules.LENT_TO_LENGTH, allow_none=True)
    archived_reason = Choice(tuple(rules.Reason), allow_none=True)
    styleable = fields.Boolean()


class UploadIn(Schema):
    """One photo, as ``multipart/form-data``."""

    photo = Upload(required=True)


class UploadOut(Schema):
    """A photo that waits for its item; ``similar`` are your items that look like it."""

    photo = fields.Nested(PhotoOut)
    similar = fields.List(RowId())


class OwnerOut(Schema):
    """Whose it is."""

    handle = fields.String()
    display_name = fields.String()


class PublicItemOut(Schema):
    """An item as everybody sees it once it is publicised, in pages and in the API."""

    id = RowId()
    kind = fields.String()
    category = fields.String(attribute="category_code")
    brand = fields.String()
    colours = fields.List(fields.String())
    seasons = fields.List(fields.String())
    tags = fields.List(fields.String())
    photos = fields.List(fields.Nested(PhotoOut))
    styleable = fields.Boolean(attribute="is_styleable")
    owner = fields.Nested(OwnerOut)


class ItemOut(PublicItemOut):
    """An item as its owner sees it."""

    version = fields.Integer()
    size_system = fields.String()
    size = fields.String()
    measurements = fields.Dict(keys=fields.String(), values=fields.Integer())
    price = MoneyField()
    bought_on = fields.Date()
    notes = fields.String()
    state = fields.String(attribute="shown_state")
    state_since = fields.DateTime()
    lent_to = fields.String()
    archived_at = fields.DateTime()
    archived_reason = fields.String()
    publicised_at = fields.DateTime()
    created_at = fields.DateTime()
    changed_at = fields.DateTime()


def form_values(item: Item, unit: str) -> dict[str, Any]:
    """Return what the edit form shows of an item."""
    locale = get_locale() or "en"
    lengths = {f"measure_{name}": measures.typed(mm, unit, locale) for name, mm in item.measurements.items()}
    price = item.price
    return {
        "kind": item.kind,
        "category": item.category_code,
        "brand": item.brand,
        "colours": item.colours,
        "size_system": item.size_system,
        "size": item.size,
        "bought_on": item.bought_on.isoformat() if item.bought_on else None,
        "seasons": item.seasons,
        "tags": ", ".join(item.tags),
        "notes": item.notes,
        "price": price.typed(locale) if price else None,
        "currency": price.currency if price else None,
        "unit": unit,
        "version": item.version,
        **lengths,
    }
