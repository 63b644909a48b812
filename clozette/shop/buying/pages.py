"""The address form. As it is shown at first it is kept, with holes for what is bought and for the addresses of last time."""

from collections.abc import Mapping
from typing import Any

from flask import render_template
from markupsafe import Markup

from clozette.accounts import countries
from clozette.kernel.refusal import Refusal
from clozette.kernel.web import shell
from clozette.kernel.web.forms import Form
from clozette.kernel.web.pages import money
from clozette.privacy import notices
from clozette.shop.buying import rules, schemas
from clozette.shop.buying.words import at_once
from clozette.shop.carts.queries import Parcel
from clozette.shop.listings.prices import AllIn
from clozette.shop.sellers import places

POINT = "CP4"
_TEMPLATE = "shop/checkout.html"
_ADDRESS = tuple(f"{use}_{name}" for use in ("shipping", "billing") for name in schemas.PARTS)
_TYPED = ("seller", "form_key", "total", "phone", *_ADDRESS)
_COUNTRIES = ("shipping_country", "billing_country")
_BLANK = schemas.CheckoutIn()


class _Written:
    """Countries to choose from where what was chosen is all of them, as they are written in the form."""

    @staticmethod
    def options(chosen: Markup) -> Markup:
        """Return them."""
        return chosen


def first(form: Form, parcel: Parcel, all_in: AllIn | None, country: str) -> str:
    """Return the form as nobody has sent it yet."""
    holes = _holes(form, parcel, all_in, country)
    offer, billing = form.value("offer"), form.value("billing")
    if offer:
        holes["offer"] = offer

    def context(filled: Mapping[str, str | Markup]) -> dict[str, Any]:
        blank = Form(_BLANK, {**filled, "billing": billing})
        return {**filled, **_words(), "form": blank, "countries": _Written, "notice_stamp": lambda *_: filled["stamp"]}

    kind = {"digital": parcel.is_digital, "has_files": parcel.has_files, "billing": billing, "offered": bool(offer)}
    return shell.common(_TEMPLATE, holes, context, payable=all_in is not None, policy=notices.policy_in_force(), **kind)


def again(form: Form, parcel: Parcel, all_in: AllIn | None, country: str, off: Refusal | None) -> str:
    """Return the form with what was typed and what was wrong with it, or with why nothing can be bought."""
    kind = {"digital": parcel.is_digital, "has_files": parcel.has_files, "off": off, "countries": countries.choices()}
    return render_template(_TEMPLATE, form=form, **kind, **_words(), **_about(parcel, all_in, country))


def _holes(form: Form, parcel: Parcel, all_in: AllIn | None, country: str) -> dict[str, str | Markup]:
    holes: dict[str, str | Markup] = {name: str(form.value(name)) for name in _TYPED}
    written = countries.choices()
    holes |= {name: written.options(form.value(name)) for name in _COUNTRIES}
    return {**holes, **_about(parcel, all_in, country), "stamp": notices.stamp_field(POINT)}


def _about(parcel: Parcel, all_in: AllIn | None, country: str) -> dict[str, str | Markup]:
    """Return who sells what, and what it comes to."""
    bought = shell.part("shop/_bought.html", (parcel.said(), country), parcel=parcel, country=country, places=places)
    pays = {"pays": money(all_in.total)} if all_in is not None else {}
    return {"name": parcel.name, "bought": bought, **pays}


def _words() -> dict[str, Any]:
    return {"hold": int(rules.HOLD.total_seconds() // 60), "at_once": at_once()}
