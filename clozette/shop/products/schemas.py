"""What the forms of products take."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _

from clozette.closets import categories, colours, measures
from clozette.closets.rules import BRAND_LENGTH, KEY_LENGTH, MAX_PHOTOS, SIZE_LENGTH
from clozette.closets.schemas import MEASURE_FIELDS, Choice, read_measurements
from clozette.kernel.schemas import Line, Number, RowId, Schema, Text
from clozette.media.schemas import Upload
from clozette.shop.listings.models import MAX_WORDS
from clozette.shop.listings.schemas import MAX_AMOUNT, MAX_STOCK
from clozette.shop.products import rules

MAX_TITLE = 90
"""So that a line of an order has room for the size."""
ROWS = tuple(range(1, rules.MOST_SIZES + 1))
_SIZES: dict[str, Any] = {
    name: field
    for row in ROWS
    for name, field in (
        (f"size_{row}", Line(max_length=SIZE_LENGTH, allow_none=True, load_default=None)),
        (f"stock_{row}", Number(0, MAX_STOCK, allow_none=True, load_default=None)),
        (f"left_{row}", Number(0, MAX_STOCK, allow_none=True, load_default=None)),
    )
}


class ProductForm(Schema.from_dict({**MEASURE_FIELDS, **_SIZES}, name="SizedForm")):  # type: ignore[misc]
    """A product as a form sends it: the price as typed, in the seller's currency; sizes in rows.

    ``stock_n`` is how many there are now, ``left_n`` how many the form said there were when it was opened: so what is
    sold meanwhile isn't sold again. ``version`` is the one the form was filled from, ``form_key`` tells a new one sent twice.
    """

    title = Line(max_length=MAX_TITLE, required=True)
    words = Text(max_length=MAX_WORDS, load_default="")
    category = Choice(categories.CODES, required=True)
    brand = Line(max_length=BRAND_LENGTH, allow_none=True, load_default=None)
    colours = ma.fields.List(
        Choice(colours.FAMILIES), validate=ma.validate.Length(max=colours.MAX_COLOURS), load_default=list
    )
    size_system = Choice(measures.SIZE_SYSTEMS, allow_none=True, load_default=None)
    unit = Choice(measures.UNITS, load_default="cm")
    price = Line(max_length=MAX_AMOUNT, required=True)
    photos = ma.fields.List(Upload(), load_default=list)
    photo_ids = ma.fields.List(RowId(), validate=ma.validate.Length(max=MAX_PHOTOS), load_default=list)
    form_key = Line(max_length=KEY_LENGTH, load_default=None)
    version = Number(1, 10**8, load_default=None)
    do = Choice(frozenset({"publish", "draft"}), load_default="draft")

    @ma.validates_schema(skip_on_field_errors=False)
    def _can_be_read(self, data: dict[str, Any], **_options: object) -> None:
        wrong: dict[str, list[str]] = {}
        read_measurements(data, wrong)
        said = rules.why_not_size([(size, stock) for size, stock, _left in _rows(data)])
        if said:
            wrong["sizes"] = [said]
        wrong |= {f"stock_{row}": [_("Please fill this in.")] for row in ROWS if _no_stock(data, row)}
        if wrong:
            raise ma.ValidationError(wrong)

    @ma.post_load
    def _gather(self, data: dict[str, Any], **_options: object) -> dict[str, Any]:
        """Turn rows into sizes."""
        group, kind = categories.split(data["category"])
        sizes = _rows(data)
        known = {*_SIZES, *MEASURE_FIELDS, "unit"}
        kept = {name: value for name, value in data.items() if name not in known}
        kept |= {"category": group, "subcategory": kind, "sizes": sizes, "measurements": read_measurements(data, {})}
        kept["size_system"] = data["size_system"] or ("custom" if sizes[0][0] else measures.ONE_SIZE)
        return kept


def _rows(data: Mapping[str, Any]) -> list[tuple[str | None, int, int]]:
    """Return (size, how many now, how many were said to be before) of the rows that are filled in."""
    rows = [tuple(data.get(f"{name}_{row}") for name in ("size", "stock", "left")) for row in ROWS]
    return [(size or None, stock or 0, left or 0) for size, stock, left in rows if size or stock is not None]


def _no_stock(data: Mapping[str, Any], row: int) -> bool:
    return bool(data.get(f"size_{row}")) and data.get(f"stock_{row}") is None
