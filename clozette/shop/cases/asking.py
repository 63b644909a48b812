"""Amounts line by line, as the forms of cases show and read them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.closets.schemas import price_message
from clozette.kernel import money
from clozette.kernel.money import BadAmount, Money
from clozette.kernel.web.forms import Form
from clozette.shop.cases import deciding, paying, queries, rules
from clozette.shop.cases.models import Case
from clozette.shop.orders.models import Order
from clozette.shop.payments.rules import SHIPPING


@dataclass(frozen=True)
class Part:
    """A line of the order, or its shipping, and the most that can be asked or given for it."""

    part: str
    title: str
    most_minor: int


def titles(order: Order) -> dict[str, str]:
    """Return what the parts of an order are called."""
    return {**{str(line.id): line.title for line in order.lines}, SHIPPING: _("Shipping")}


def parts(order: Order) -> list[Part]:
    """Return the parts of an order for which something can be asked: paid for, not paid back, and not decided about."""
    most, over = paying.left_of(order), rules.settled_for(None, queries.decided(order.id))
    open_ = {part: title for part, title in titles(order).items() if part in most and part not in over}
    return [Part(part, title, most[part]) for part, title in open_.items()]


def of_case(case: Case) -> list[Part]:
    """Return the parts of a case, with what was asked."""
    named = titles(case.order)
    return [Part(line.part, named.get(line.part, ""), line.asked_minor) for line in case.lines]


def for_staff(case: Case) -> list[Part]:
    """Return the parts of a case, with the most that can be decided."""
    most, named = deciding.most_of(case), titles(case.order)
    return [Part(line.part, named.get(line.part, ""), most[line.part]) for line in case.lines if line.part in most]


def typed(shown: Sequence[Part], currency: str) -> list[str]:
    """Return what the fields show at first: all of it."""
    locale = get_locale() or "en"
    return [Money(one.most_minor, currency).typed(locale) for one in shown]


def read(form: Form, shown: Sequence[Part], currency: str) -> dict[str, int] | None:
    """Return the amounts that were typed, by part, zero left out; or nothing, and the form says why."""
    amounts: list[str] = form.data["amounts"]
    if len(amounts) > len(shown):
        form.errors["amounts"] = [_("The order has changed: open the page again.")]
        form.status = 422
        return None
    try:
        minor = [money.parse(one, currency, get_locale() or "en").amount_minor if one else 0 for one in amounts]
    except BadAmount as error:
        form.errors["amounts"] = [price_message(error.reason, currency)]
        form.status = 422
        return None
    return {part.part: amount for part, amount in zip(shown, minor, strict=False) if amount}
