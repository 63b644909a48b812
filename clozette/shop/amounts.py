"""Amounts that a form asks for in a currency that is known only beside it: the seller's. And shares, typed as percents."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import marshmallow as ma
from flask_babel import format_decimal, get_locale
from flask_babel import lazy_gettext as _l

from clozette.closets.schemas import price_message
from clozette.kernel import money
from clozette.kernel.money import BadAmount, Money
from clozette.kernel.schemas import Worded
from clozette.kernel.web.forms import Form

_PERCENT = re.compile(r"\d{1,2}([.,]\d{1,2})?")

_PAID_OUT_BY = {"HUF": 100, "TWD": 100}
"""The payment service's list of currencies that it pays out in whole units, although they have smaller ones."""


class Percent(Worded, ma.fields.String):
    """A share of up to ``most`` percent with two decimals, as hundredths of a percent; nothing typed is nothing."""

    default_error_messages = {
        "percent": _l("Give percents from 0 to {most}, such as 7.5."),
        "required": _l("Please fill this in."),
        "null": _l("Please fill this in."),
        "invalid": _l("This is not text."),
    }

    def __init__(self, most: int, **kwargs: Any) -> None:
        """Take at most so many percent."""
        super().__init__(**kwargs)
        self.most = most

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = "".join(super()._deserialize(value, attr, data, **kwargs).split()).removesuffix("%") or "0"
        if not text.isascii() or not _PERCENT.fullmatch(text):
            raise self.make_error("percent", most=self.most)
        share = int(Decimal(text.replace(",", ".")) * 100)
        if share > self.most * 100:
            raise self.make_error("percent", most=self.most)
        return share


def percent(share: int) -> str:
    """Return hundredths of a percent as a form shows them: reading them back gives the same."""
    return str(format_decimal(Decimal(share) / 100, "0.##")) if share else ""


def read(form: Form, name: str, currency: str) -> int | None:
    """Return what was typed into a field in minor units; nothing if it is empty or wrong, which the form then says."""
    typed = form.data.get(name)
    if not typed:
        return None
    try:
        return money.parse(typed, currency, get_locale() or "en").amount_minor
    except BadAmount as error:
        form.errors[name] = [price_message(error.reason, currency)]
        form.status = 422
        return None


def typed(minor: int | None, currency: str) -> str:
    """Return what a form shows for an amount, so that reading it back gives the same."""
    return "" if minor is None else Money(minor, currency).typed(get_locale() or "en")


def payable(minor: int, currency: str) -> int:
    """Return how much of an amount a bank takes: of some currencies only whole units are paid out, the rest stays."""
    return minor - minor % _PAID_OUT_BY.get(currency, 1)
