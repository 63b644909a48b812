"""``/admin/shop/owed``: refunds that did not arrive, and what is done about them."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.shop.desk.views import ROLE
from clozette.shop.ledger import queries as books
from clozette.shop.owing import queries, schemas, services, words
from clozette.shop.owing.words import HERE

blueprint = Blueprint("shop_owing", __name__)
_ONE = f"{HERE}/<id:refund_id>"


@blueprint.get(HERE)
@gate.staff(ROLE)
def owed() -> str:
    """List them."""
    return render_template(
        "admin/shop/owed.html", page=queries.page(read_cursor(request.args.get("after"))), words=words
    )


@blueprint.get(_ONE)
@gate.staff(ROLE)
def one(refund_id: int) -> Any:
    """Show one, and what can be done about it."""
    return _page(refund_id, Form(schemas.SettleIn))


@blueprint.post(f"{_ONE}/again")
@gate.staff(ROLE)
def again(refund_id: int) -> Any:
    """Ask the payment service once more."""
    try:
        services.again(refund_id, clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.refusal.message, "error")
        return redirect(HERE, 303)
    flash(_("The payment service is asked once more. What it declines stands here again in a moment."), "success")
    return redirect(HERE, 303)


@blueprint.post(f"{_ONE}/settled")
@gate.staff(ROLE, collects="CP2")
def settled(refund_id: int) -> Any:
    """Note that it was paid by other means."""
    form = Form(schemas.SettleIn)
    if not form.load():
        return _page(refund_id, form)
    try:
        services.settle(refund_id, form.data["how"], by_id=gate.viewer().member_id, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.refusal.message, "error")
        return redirect(HERE, 303)
    flash(_("Noted in the books. The buyer is told."), "success")
    return redirect(HERE, 303)


def _page(refund_id: int, form: Form) -> Any:
    one = queries.find(refund_id)
    at_bank, left = queries.is_at_bank(one.order.id), books.of_order(one.order.id).get("owed", 0)
    page = render_template("admin/shop/owing.html", one=one, form=form, words=words, at_bank=at_bank, left=left)
    return page, form.status
