"""Amounts that a form asks for in a currency that is known only beside it: the seller's."""

from flask_babel import get_locale

from clozette.closets.schemas import price_message
from clozette.kernel import money
from clozette.kernel.money import BadAmount, Money
from clozette.kernel.web.forms import Form


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
