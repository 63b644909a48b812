"""``/swaps``: proposing a swap, seeing how it stands, saying yes or no."""

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import countries
from clozette.accounts.access import oneself
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices
from clozette.shop import amounts
from clozette.shop.buying.addresses import remembered
from clozette.shop.listings.models import Listing
from clozette.shop.sellers import queries as sellers
from clozette.shop.sellers.models import Seller
from clozette.shop.sellers.rules import why_not_sell
from clozette.shop.swaps import access, queries, ring, rules, schemas, services, words
from clozette.shop.swaps.models import Leg, Swap
from clozette.shop.swaps.services import Part

blueprint = Blueprint("swaps", __name__)
HERE = "/swaps"
NEW = f"{HERE}/new"
_ONE = f"{HERE}/<ref>"


@blueprint.get(HERE)
@gate.members()
def index() -> str:
    """List the viewer's swaps."""
    member_id = gate.viewer().member_id
    assert member_id is not None
    page = queries.swaps_of(member_id, read_cursor(request.args.get("after")))
    return render_template("shop/swaps/list.html", page=page, words=words, leg_of=services.leg_of)


@blueprint.get(NEW)
@gate.members()
def ask() -> Any:
    """Ask what the viewer gives for something, or with which other terms they answer a proposal (``counter``)."""
    viewer = gate.viewer()
    if "counter" in request.args:
        return _form_page(Form(schemas.ProposeIn, _values_of(access.swap_for(viewer, request.args["counter"]))))
    wanted = access.wanted(viewer, [_id(request.args.get("for"))])
    if not wanted:
        abort(404)
    asked = ids.encode(wanted[0].id)
    first = {"to": asked, "theirs": [asked], "adds": schemas.NOBODY, "form_key": secrets.token_urlsafe(16)}
    first |= {"theirs_value": amounts.typed(wanted[0].price_minor, wanted[0].currency)}
    return _form_page(Form(schemas.ProposeIn, first))


@blueprint.post(HERE)
@gate.members(collects="CP2")
def propose() -> Any:
    """Propose it."""
    form, viewer = Form(schemas.ProposeIn), gate.viewer()
    if not form.load():
        return _form_page(form)
    known = access.swap_for(viewer, form.data["counter"]) if form.data["counter"] else None
    try:
        parts = _parts(form, known)
        if parts is None:
            return _form_page(form)
        key = form.data["form_key"]
        swap = services.propose(oneself(viewer), parts, form_key=key, counter_of=known, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _form_page(form)
    flash(_("Proposed. Now say yes yourself: it begins once all of you have."), "success")
    return redirect(f"{HERE}/{swap.ref}", 303)


@blueprint.get(_ONE)
@gate.members()
def swap(ref: str) -> Any:
    """Show one: the ring, who has done what, and what is to be done."""
    viewer = gate.viewer()
    assert viewer.member_id is not None
    return _page(access.swap_for(viewer, ref), Form(schemas.YesIn, remembered(viewer.member_id)))


@blueprint.post(f"{_ONE}/yes")
@gate.members(collects=services.POINT)
def say_yes(ref: str) -> Any:
    """Agree, with where the parcel goes."""
    viewer, form = gate.viewer(), Form(schemas.YesIn)
    found = access.swap_for(viewer, ref)
    if not form.load():
        return _page(found, form)
    try:
        shown = notices.answered(services.POINT)
        services.say_yes(found, oneself(viewer), form.data, shown, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(access.swap_for(viewer, ref), form)
    flash(_("You said yes."), "success")
    return redirect(f"{HERE}/{ref}", 303)


@blueprint.post(f"{_ONE}/no")
@gate.members(collects="CP2")
def say_no(ref: str) -> Any:
    """Decline, or step back."""
    viewer = gate.viewer()
    services.say_no(access.swap_for(viewer, ref), oneself(viewer), now=clock.now())
    flash(_("Nothing comes of this swap."), "success")
    return redirect(f"{HERE}/{ref}", 303)


def _parts(form: Form, known: Swap | None) -> Sequence[Part] | None:
    """Return what the form says as the two parcels; nothing if it is wrong, which the form then says."""
    viewer, asked = gate.viewer(), form.data
    mine = [one for one in access.own(viewer) if one.id in asked["mine"]]
    theirs = list(access.wanted(viewer, asked["theirs"], known=known))
    for name, chosen in (("mine", mine), ("theirs", theirs)):
        if not 1 <= len(chosen) <= rules.MOST_PIECES or len(chosen) != len(set(asked[name])):
            raise Refused(rules.which(name))
    if len({one.seller_id for one in theirs}) > 1:
        raise Refused(rules.which("theirs"))
    return _valued(form, mine, theirs)


def _valued(form: Form, mine: Sequence[Listing], theirs: Sequence[Listing]) -> Sequence[Part] | None:
    currency = mine[0].currency
    values = [amounts.read(form, name, currency) for name in ("mine_value", "theirs_value")]
    adds = form.data["adds"]
    topup = 0 if adds == schemas.NOBODY else amounts.read(form, "topup", currency)
    if topup is None and not form.error("topup"):
        form.errors["topup"], form.status = [_("Say how much.")], 422
    if form.errors:
        return None
    more = topup or 0
    return (
        Part(mine[0].seller, mine, values[0] or 0, more if adds == schemas.THEM else 0),
        Part(theirs[0].seller, theirs, values[1] or 0, more if adds == schemas.ME else 0),
    )


def _values_of(known: Swap) -> dict[str, Any]:
    """Return what the form shows of a proposal between two that is answered with other terms."""
    member_id = gate.viewer().member_id
    assert member_id is not None
    if len(known.legs) != 2 or known.state != "proposed":
        abort(404)
    mine = next(leg for leg in known.legs if leg.giver.member_id == member_id)
    theirs = services.leg_of(known, member_id)
    more = mine.topup_minor or theirs.topup_minor
    return {
        "to": ids.encode(theirs.pieces[0].listing_id),
        "mine": [ids.encode(piece.listing_id) for piece in mine.pieces],
        "theirs": [ids.encode(piece.listing_id) for piece in theirs.pieces],
        "mine_value": amounts.typed(mine.value_minor, known.currency),
        "theirs_value": amounts.typed(theirs.value_minor, known.currency),
        "adds": _payer(mine, theirs),
        "topup": amounts.typed(more or None, known.currency),
        "counter": known.ref,
        "form_key": secrets.token_urlsafe(16),
    }


def _payer(mine: Leg, theirs: Leg) -> str:
    if mine.topup_minor:
        return schemas.THEM
    return schemas.ME if theirs.topup_minor else schemas.NOBODY


def _form_page(form: Form) -> Any:
    viewer = gate.viewer()
    counter = form.value("counter") if "counter" not in form.errors else ""
    known = access.swap_for(viewer, counter) if counter else None
    asked = access.wanted(viewer, [_id(form.value("to"))], known=known)
    if not asked:
        abort(404)
    seller, mine = asked[0].seller, access.own(viewer)
    theirs = {one.id: one for one in [*asked, *access.offered_by(viewer, seller.id)] if one.seller_id == seller.id}
    page = render_template(
        "shop/swaps/propose.html",
        form=form,
        seller=seller,
        currency=seller.currency,
        mine=mine,
        theirs=list(theirs.values()),
        known=known,
        refusal=_why_not(seller),
        most=rules.MOST_PIECES,
    )
    return page, form.status


def _id(typed: Any) -> int:
    """Return the id that somebody sent; none of ours where it is no id."""
    try:
        return ids.decode(typed)
    except (ValueError, TypeError):
        return 0


def _why_not(other: Seller) -> Any:
    """Say why the viewer can't swap with somebody at all."""
    member_id = gate.viewer().member_id
    assert member_id is not None
    mine = sellers.seller_of(member_id)
    if mine is not None and mine.currency != other.currency:
        return rules.other_currency()
    return why_not_sell(mine)


def _page(found: Swap, form: Form) -> Any:
    viewer = gate.viewer()
    assert viewer.member_id is not None
    page = render_template(
        "shop/swaps/swap.html",
        swap=found,
        mine=services.leg_of(found, viewer.member_id),
        ring=ring,
        form=form,
        countries=countries.choices(),
        late=found.expires_at <= clock.now(),
        words=words,
    )
    return page, form.status
