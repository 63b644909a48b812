"""What the pages of swaps take."""

from typing import Any

import marshmallow as ma

from clozette.accounts.schemas import Choice
from clozette.kernel.schemas import Line, RowId, Schema
from clozette.shop.buying.schemas import CheckoutIn

MAX_KEY, MAX_AMOUNT, MAX_REF = 64, 20, 16
NOBODY, ME, THEM = "nobody", "me", "them"
PAYERS = (NOBODY, ME, THEM)


class ProposeIn(Schema):
    """A swap of two: what each gives, what that is worth, and who adds how much.

    ``to``: something of the one who is asked, so that the form is known again; ``counter``: the proposal it answers.
    """

    to = RowId(required=True)
    mine = ma.fields.List(RowId(), load_default=list[Any])
    theirs = ma.fields.List(RowId(), load_default=list[Any])
    mine_value = Line(required=True, max_length=MAX_AMOUNT)
    theirs_value = Line(required=True, max_length=MAX_AMOUNT)
    adds = Choice(frozenset(PAYERS), load_default=NOBODY)
    topup = Line(load_default="", max_length=MAX_AMOUNT)
    counter = Line(load_default="", max_length=MAX_REF)
    form_key = Line(required=True, max_length=MAX_KEY)


class CircleIn(Schema):
    """A ring that was found: the listings in its order, the viewer's first, each wanted by the giver of the next; and what
    everybody pays as a deposit.
    """

    listings = ma.fields.List(RowId(), load_default=list[Any])
    deposit = Line(required=True, max_length=MAX_AMOUNT)
    form_key = Line(required=True, max_length=MAX_KEY)


class YesIn(CheckoutIn):
    """A yes: where the parcel goes and whom the bill names, as with every order, should the swap become sales."""

    class Meta(CheckoutIn.Meta):
        """Leave out what belongs to a cart."""

        exclude = tuple(
            name for name in CheckoutIn._declared_fields if not name.startswith(("shipping", "billing", "phone"))
        )
