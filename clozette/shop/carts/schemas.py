"""What a cart takes."""

from clozette.kernel.schemas import Number, RowId, Schema
from clozette.shop.carts.rules import MOST_PIECES


class QuantityIn(Schema):
    """How many pieces."""

    quantity = Number(1, MOST_PIECES, load_default=1)


class LineIn(QuantityIn):
    """What goes into a cart."""

    listing = RowId(required=True)
