"""What the forms of promotions take."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from clozette.accounts.schemas import Choice
from clozette.contests.planning.schemas import Slug
from clozette.contests.promotions.models import KINDS, MAX_CODE, MAX_SLUG, MAX_TERMS, MAX_TITLE, MAX_WORDS
from clozette.kernel.schemas import Line, LocalMoment, Number, RowId, Schema, Text

MOST_AT_ONCE = 1000


class PromotionIn(Schema):
    """A promotion that is not published yet."""

    title = Line(required=True, max_length=MAX_TITLE)
    words = Text(max_length=MAX_WORDS, load_default="")
    terms = Text(max_length=MAX_TERMS, load_default="")
    kind = Choice(frozenset(KINDS), required=True)
    cost_points = Number(0, 1_000_000, load_default=0)
    contest = RowId(load_default=None, allow_none=True)
    sponsor = RowId(load_default=None, allow_none=True)
    early = Line(max_length=40, load_default="")
    opens_at = LocalMoment(required=True)
    closes_at = LocalMoment(required=True)
    version = Number(1, 10**8, required=True)

    @ma.validates_schema
    def _fit(self, data: Mapping[str, Any], **_options: object) -> None:
        """Only what is paid for with points costs some, and only a draw leads to one."""
        if (data["kind"] == "points") != (data["cost_points"] > 0):
            raise ma.ValidationError([_("What is paid for with points costs some; nothing else does.")], "cost_points")
        if (data["kind"] == "draw") != (data["contest"] is not None):
            raise ma.ValidationError([_("A draw is that of a contest; nothing else has one.")], "contest")


class NewPromotionIn(PromotionIn):
    """A promotion that is begun."""

    slug = Slug(required=True, max_length=MAX_SLUG)
    version = Number(1, 10**8, load_default=1)


class CodesIn(Schema):
    """Codes, one a line, and how many more are to be made here."""

    codes = Text(max_length=MOST_AT_ONCE * (MAX_CODE + 2), load_default="")
    make = Number(0, MOST_AT_ONCE, load_default=0)

    @ma.validates_schema
    def _some(self, data: Mapping[str, Any], **_options: object) -> None:
        given = lines(data["codes"])
        if not given and not data["make"]:
            raise ma.ValidationError([str(_l("Please fill this in."))], "codes")
        if len(given) > MOST_AT_ONCE or any(len(code) > MAX_CODE for code in given):
            words = _(
                "At most %(most)d codes of at most %(long)d characters at once.", most=MOST_AT_ONCE, long=MAX_CODE
            )
            raise ma.ValidationError([words], "codes")


class ClaimIn(Schema):
    """A claim, with the code that one knows where that is asked; and which sharings were ticked, none beforehand."""

    code = Line(max_length=MAX_CODE, load_default="")
    share = ma.fields.List(RowId(), load_default=list)


def lines(text: str) -> list[str]:
    """Return the codes of a text."""
    return [line.strip() for line in text.splitlines() if line.strip()]
