"""``/selling/payouts``: where a seller's money goes, how they stand with the payment service, and the way there."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, current_app, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments
from clozette.kernel.ports.payments import Declined, Later
from clozette.kernel.refusal import Refused
from clozette.kernel.web import edge, gate, headers
from clozette.privacy.disclosures import BeingErased
from clozette.settings import Settings
from clozette.shop.ledger import queries as ledger
from clozette.shop.payments import onboarding, payouts, takebacks, words
from clozette.shop.payments.models import Payout
from clozette.shop.sellers import access

blueprint = Blueprint("selling_payouts", __name__)
HERE = "/selling/payouts"
MOST_SHOWN = 50


@blueprint.get(HERE)
@gate.members()
def overview() -> Any:
    """Show it."""
    seller = access.own_seller(gate.viewer())
    if payments.is_on():
        headers.let_forms_go_to(*payments.payments().origins)
    mine = sa.select(Payout).where(Payout.seller_id == seller.id).order_by(Payout.id.desc()).limit(MOST_SHOWN)
    return render_template(
        "selling/payouts.html",
        seller=seller,
        money=ledger.balance(seller.id),
        free=payouts.free(seller.id),
        owed=takebacks.owed_by(seller.id),
        asked=takebacks.asked_about(seller.id),
        payouts=db.session.scalars(mine).all(),
        words=words,
        is_on=payments.is_on(),
    )


@blueprint.post(HERE)
@gate.members()
def pay_out() -> Any:
    """Send all that is available to the seller's bank. A button that is pressed twice sends it once."""
    seller = access.own_seller(gate.viewer())
    available = payouts.most(seller, clock.now())
    if not available or seller.state != "active":
        flash(_("There is nothing to pay out now."), "error")
        return redirect(HERE, 303)
    number = db.session.scalar(sa.select(sa.func.count()).where(Payout.seller_id == seller.id))
    try:
        payouts.pay_out(seller, available, key=f"payout-{seller.id}-{number}", now=clock.now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.refusal.message, "error")
        return redirect(HERE, 303)
    flash(_("The money is on its way to your bank."), "success")
    return redirect(HERE, 303)


@blueprint.post(f"{HERE}/account")
@gate.members()
def go() -> Any:
    """Lead to the payment service, which gets to know the seller's country and mail address by this."""
    seller = access.own_seller(gate.viewer())
    if not payments.is_on():
        abort(404)
    settings: Settings = current_app.extensions["clozette.settings"]
    back = f"{settings.base_url}{HERE}"
    try:
        return redirect(onboarding.way(seller.id, back=f"{back}/back", again=back, now=clock.now()), 303)
    except Later:
        flash(_("The payment service does not answer. Try again in a minute."), "error")
    except Declined:
        flash(_("The payment service does not take you on as you are. Write to us, and we find out why."), "error")
    except BeingErased:
        flash(_("Your account is being erased: nothing of you goes out any more."), "error")
    return redirect(HERE, 303)


@blueprint.get(f"{HERE}/back")
@gate.members()
def back() -> Any:
    """Ask how the seller stands now, and show it."""
    seller = access.own_seller(gate.viewer())
    account = seller.account
    if account is not None and payments.is_on():
        edge.begin_to_write()
        try:
            onboarding.look(account, clock.now())
        except (Later, Declined):
            flash(_("The payment service does not answer yet. We ask again, and show it here."), "error")
    return redirect(HERE, 303)
