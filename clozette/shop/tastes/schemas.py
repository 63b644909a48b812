"""What the form takes. Nothing of it is mandatory."""

from typing import Any

import marshmallow as ma
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice
from clozette.closets import categories
from clozette.kernel.schemas import Schema
from clozette.shop.tastes.models import AGES, GENDERS, HOUSEHOLDS, WAYS

ANSWERS = ("likes", "ways", "age", "gender", "household")


def _several(known: tuple[str, ...]) -> Any:
    one = ma.fields.String(validate=ma.validate.OneOf(known, error=_l("Please choose one from the list.")))
    return ma.fields.List(one, load_default=list[Any], validate=ma.validate.Length(max=len(known)))


class TasteIn(Schema):
    """What somebody tells; ``agree`` is the box of research."""

    likes = _several(tuple(categories.GROUPS))
    ways = _several(WAYS)
    age = Choice(frozenset(AGES), load_default=None, allow_none=True)
    gender = Choice(frozenset(GENDERS), load_default=None, allow_none=True)
    household = Choice(frozenset(HOUSEHOLDS), load_default=None, allow_none=True)
    agree = ma.fields.Boolean(load_default=False)
