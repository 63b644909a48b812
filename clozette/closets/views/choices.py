"""What the forms of an item offer, and how a form says DELETE."""

from typing import Any

from babel.numbers import get_territory_currencies
from flask import abort, request
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.accounts.access import oneself
from clozette.closets import categories, colours, measures, rules, words
from clozette.kernel import clock, images, money
from clozette.kernel.web import gate


def means_delete() -> bool:
    """Whether a form asks for DELETE."""
    return request.form.get("_method") == "DELETE"


def require_delete() -> None:
    """Let only DELETE pass, by itself or as a form writes it; 405 otherwise."""
    if request.method != "DELETE" and not means_delete():
        abort(405)


def unit() -> str:
    """Return the unit that the viewer measures in, by their country."""
    return measures.unit_of(oneself(gate.viewer()).country)


def currency() -> str | None:
    """Return the currency of the viewer's country."""
    found = get_territory_currencies(oneself(gate.viewer()).country)
    return next((code for code in found if code in money.CURRENCIES), None)


def for_item_form(category: str) -> dict[str, Any]:
    """Return the choices of an item's form, and the measurements of its category."""
    locale = get_locale() or "en"
    group, _kind = categories.split(category)
    return {
        "categories": categories.choices(),
        "kinds": words.choices(words.KINDS),
        "families": colours.FAMILIES,
        "seasons": words.choices(words.SEASONS),
        "size_systems": [(code, str(label)) for code, label in measures.SIZE_SYSTEMS.items()],
        "currencies": [code for code, _name in money.choices(locale, first=currency())],
        "measures": [(name, measures.LABELS[name]) for name in measures.of(group)],
        "units": [(code, str(label)) for code, label in measures.UNITS.items()],
        "today": clock.today().isoformat(),
        "accept": images.accept_attribute(),
        "accepted": images.accepted_sentence(),
        "rules": rules,
        "labels": field_labels(),
    }


def field_labels() -> dict[str, str]:
    """Return what the form calls its fields, for the summary of errors."""
    lengths = {f"measure_{name}": str(label) for name, label in measures.LABELS.items()}
    return {
        "photos": _("Photos"),
        "category": _("Category"),
        "kind": _("Mine or wished for"),
        "brand": _("Brand"),
        "colours": _("Colours"),
        "size": _("Size"),
        "size_system": _("Size system"),
        "bought_on": _("Bought on"),
        "seasons": _("Seasons"),
        "tags": _("Tags"),
        "notes": _("Notes"),
        "price": _("Price"),
        "currency": _("Currency"),
        **lengths,
    }
