"""``/selling``: becoming a seller, how one stands, and what shipping costs."""

from typing import Any
from urllib.parse import urlencode

from babel.numbers import get_territory_currencies
from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from clozette.accounts import countries
from clozette.accounts.access import oneself
from clozette.kernel import clock, ids, money
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices
from clozette.shop import amounts
from clozette.shop.listings import queries as listings
from clozette.shop.sellers import access, places, queries, rules, schemas, services, wording
from clozette.shop.sellers.models import Seller

blueprint = Blueprint("selling", __name__)
HERE = "/selling"
START = f"{HERE}/start"
RATES = f"{HERE}/rates"
_SHOWN = ("country", "currency", "kind", *schemas.PARTICULARS, "tax_number")


@blueprint.get(HERE)
@gate.members()
def overview() -> Any:
    """Show how the viewer's selling stands; who doesn't sell yet is led to the start."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    seller = queries.seller_of(viewer.member_id)
    if seller is None:
        return redirect(START, 303)
    return render_template(
        "selling/index.html",
        seller=seller,
        counts=listings.counts_of(seller.id),
        rates=queries.rates_of(seller.id),
        refusal=rules.why_not_sell(seller),
        wording=wording,
        places=places,
    )


@blueprint.get(START)
@gate.members()
def begin() -> Any:
    """Ask what a seller has to say; later show it to be changed."""
    seller = _seller()
    form = Form(schemas.SellerIn if seller else schemas.StartIn, _values(seller))
    form.values["item"] = request.args.get("item", "")
    return _start_page(seller, form)


@blueprint.post(START)
@gate.members(collects="CP2")
def start() -> Any:
    """Make the viewer a seller, or change what they said."""
    seller = _seller()
    form = Form(schemas.SellerIn if seller else schemas.StartIn)
    if not form.load():
        return _start_page(seller, form)
    try:
        _keep(seller, form)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _start_page(seller, form)
    flash(_("Saved."), "success")
    return redirect(_onwards(form.data["item"], seller), 303)


@blueprint.get(RATES)
@gate.members()
def rates() -> Any:
    """Show what shipping costs, by country."""
    seller = access.own_seller(gate.viewer())
    first = "" if queries.rates_of(seller.id) else seller.country
    return _rates_page(seller, Form(schemas.RateIn, {"country": first, "days_from": 2, "days_to": 5}))


@blueprint.post(RATES)
@gate.members(collects="CP2")
def set_rate() -> Any:
    """Ship to a country, or several, at a rate."""
    seller, form = access.own_seller(gate.viewer()), Form(schemas.RateIn)
    values = _rate(form, seller.currency) if form.load() else None
    if values is None:
        return _rates_page(seller, form)
    number = services.set_rates(seller, places.of(form.data["country"]), values)
    flash(ngettext("You ship to %(num)s country at this rate.", "You ship to %(num)s countries at this rate.", number))
    return redirect(RATES, 303)


@blueprint.route(f"{RATES}/<country>", methods=["POST", "DELETE"])
@gate.members(collects="CP2")
def remove_rate(country: str) -> Any:
    """Ship to a country no more."""
    if services.remove_rate(access.own_seller(gate.viewer()), country.upper()):
        flash(_("You no longer ship to %(country)s.", country=places.name(country.upper())))
    return redirect(RATES, 303)


def _seller() -> Seller | None:
    viewer = gate.viewer()
    assert viewer.member_id is not None
    return queries.seller_of(viewer.member_id)


def _keep(seller: Seller | None, form: Form) -> None:
    if seller is None:
        services.start(oneself(gate.viewer()), form.data, notices.answered("CP2"), now=clock.now())
    else:
        services.save(seller, form.data)


def _onwards(item_id: int | None, seller: Seller | None) -> str:
    """Back to the item that was to be sold; a new seller goes on to shipping."""
    if item_id is not None:
        return f"/items/{ids.encode(item_id)}/sell"
    return HERE if seller else RATES


def _values(seller: Seller | None) -> dict[str, Any]:
    if seller is not None:
        return {**{name: getattr(seller, name) for name in _SHOWN}, "tax_percent": amounts.percent(seller.tax_bp)}
    country = oneself(gate.viewer()).country
    used = get_territory_currencies(country)
    return {
        "country": country,
        "currency": next((code for code in used if code in rules.SOLD_IN), ""),
        "kind": "private",
    }


def _rate(form: Form, currency: str) -> dict[str, int] | None:
    """Return the columns of a rate; or nothing, and its errors are in the form."""
    minor = {f"{name}_minor": amounts.read(form, name, currency) for name in ("first", "more")}
    if form.errors:
        return None
    days = {name: form.data[name] for name in ("days_from", "days_to")}
    return {**{name: value or 0 for name, value in minor.items()}, **days}


def _start_page(seller: Seller | None, form: Form) -> Any:
    viewer = gate.viewer()
    page = render_template(
        "selling/start.html",
        seller=seller,
        form=form,
        refusal=rules.why_not_start(is_minor=viewer.is_minor),
        unserved=None if seller or form.errors else services.why_not_serve(form.value("country")),
        countries=countries.choices(),
        currencies=_currencies(form.value("currency")),
        wording=wording,
    )
    return page, form.status


def _rates_page(seller: Seller, form: Form) -> Any:
    page = render_template(
        "selling/rates.html",
        seller=seller,
        form=form,
        rates=queries.rates_of(seller.id),
        choices=places.choices(),
        places=places,
    )
    return page, form.status


def start_for(item_id: int) -> str:
    """Return where somebody who doesn't sell yet goes who wants to sell an item."""
    return f"{START}?{urlencode({'item': ids.encode(item_id)})}"


def _currencies(first: str) -> list[tuple[str, str]]:
    known = money.choices(get_locale() or "en", first=first)
    return [(code, label) for code, label in known if code in rules.SOLD_IN]
