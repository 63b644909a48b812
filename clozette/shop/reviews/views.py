"""Reviews: to say how it was, on either side of an order; to read what is said of a member; to hide one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.access import member_by_handle
from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.shop.orders import access as orders
from clozette.shop.orders.models import Order
from clozette.shop.reviews import access, queries, rules, schemas, services
from clozette.shop.reviews.models import Review

blueprint = Blueprint("reviews", __name__)
_BOUGHT, _SOLD = "/orders/<ref>/review", "/selling/orders/<ref>/review"
_HIDDEN = "/admin/shop/reviews/<id:review_id>/hiding"


@blueprint.get(_BOUGHT)
@gate.members()
def of_bought(ref: str) -> Any:
    """Show the buyer what was said, and the form."""
    return _page(orders.bought(gate.viewer(), ref), "buyer")


@blueprint.post(_BOUGHT)
@gate.members(collects="CP2")
def write_of_bought(ref: str) -> Any:
    """Say how it was, for the buyer."""
    return _write(orders.bought(gate.viewer(), ref), "buyer")


@blueprint.get(_SOLD)
@gate.members()
def of_sold(ref: str) -> Any:
    """Show the seller what was said, and the form."""
    return _page(orders.sold(gate.viewer(), ref), "seller")


@blueprint.post(_SOLD)
@gate.members(collects="CP2")
def write_of_sold(ref: str) -> Any:
    """Say how it was, for the seller."""
    return _write(orders.sold(gate.viewer(), ref), "seller")


@blueprint.get("/@<handle>/reviews")
@gate.everyone()
def about(handle: str) -> Any:
    """Show what others said of a member after buying from them, or selling to them."""
    viewer = gate.viewer()
    member = member_by_handle(viewer, handle)
    page, may_hide = (
        queries.about(viewer, member.id, read_cursor(request.args.get("after"))),
        viewer.may_as(access.ROLE),
    )
    return render_template("shop/reviews.html", member=member, page=page, may_hide=may_hide)


@blueprint.post(_HIDDEN)
@gate.staff(access.ROLE, collects="CP2")
def hide(review_id: int) -> Any:
    """Hide a review, with a reason."""
    review, form = access.review_for_staff(review_id), Form(schemas.HideIn)
    member = db.session.get(Member, review.about_id) if review.about_id is not None else None
    if not form.load():
        return render_template("admin/shop/hide_review.html", review=review, about=member, form=form), form.status
    services.hide(review, _me(), reason=form.data["reason"], now=clock.now())
    flash(_("Hidden. Its author is told why."), "success")
    return redirect(f"/@{member.handle}/reviews" if member else "/admin", 303)


def may_review(order: Order) -> bool:
    """Whether a review of an order can be written at all by now."""
    return rules.why_not_write(order.state, queries.since(order), None, None, clock.now()) is None


def _write(order: Order, side: str) -> Any:
    form = Form(schemas.BoughtIn if side == "buyer" else schemas.ReviewIn)
    if not form.load():
        return _page(order, side, form)
    try:
        services.write(order, side, **form.data, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(order, side, form)
    flash(_("Thank you. It is shown once the other side wrote too, or after fourteen days without theirs."), "success")
    return redirect(request.path, 303)


def _page(order: Order, side: str, form: Form | None = None) -> Any:
    reviews = {one.side: one for one in queries.of_order(order.id)}
    mine, theirs = reviews.pop(side, None), next(iter(reviews.values()), None)
    page = render_template(
        "shop/review.html",
        order=order,
        side=side,
        mine=mine,
        theirs=theirs if theirs is not None and theirs.shown_at and not theirs.hidden_at else None,
        shown_by=theirs.written_at + rules.BLIND_FOR if theirs is not None else None,
        why_not=queries.why_not_write(order, side, clock.now()),
        form=form or Form(schemas.ReviewIn, _said(mine)),
    )
    return page, form.status if form else 200


def _said(mine: Review | None) -> dict[str, Any]:
    return {"stars": mine.stars, "as_described": str(mine.as_described).lower(), "words": mine.words} if mine else {}


def _me() -> Member:
    return db.session.get_one(Member, gate.viewer().member_id)
