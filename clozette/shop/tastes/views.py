"""``/settings/shopping``: what a member tells of their own accord; and what many told, for the staff."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import browser
from clozette.accounts.access import oneself
from clozette.closets import categories
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import consents, notices
from clozette.shop.tastes import models, queries, schemas, services, words

blueprint = Blueprint("shop_tastes", __name__)
HERE = "/settings/shopping"


@blueprint.get(HERE)
@gate.members()
def show() -> Any:
    """Ask, and show what was told."""
    told = queries.of(oneself(gate.viewer()).id)
    said = {name: getattr(told, name) for name in schemas.ANSWERS} if told else {}
    return _page(Form(schemas.TasteIn, said), is_told=told is not None)


@blueprint.route(HERE, methods=["POST", "DELETE"])
@gate.members(collects=services.POINT)
def save() -> Any:
    """Keep it, or forget it."""
    member, form = oneself(gate.viewer()), Form(schemas.TasteIn)
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        services.forget(member.id)
        flash(_("Forgotten."), "success")
        return redirect(HERE, 303)
    if request.form.get("_method"):
        abort(405)
    if not form.load():
        return _page(form)
    try:
        came = browser.circumstances()
        known = {"address": came.address, "agent": came.agent, "jurisdiction": member.country}
        shown = notices.answered(services.POINT)
        kept = services.save(member, form.data, shown, now=clock.now(), circumstances=known)
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(form)
    flash(_("Thank you. It is kept while you agree to it.") if kept else _("Nothing of it is kept."), "success")
    return redirect(HERE, 303)


@blueprint.get("/admin/shop/tastes")
@gate.staff("admin")
def tallies() -> str:
    """Show the staff what many told."""
    return render_template("admin/shop/tastes.html", tallies=queries.tallies(), least=queries.LEAST, words=words)


def _page(form: Form, *, is_told: bool = False) -> Any:
    agreed = consents.stands(oneself(gate.viewer()).subject_id, *services.OFFER) is not None
    page = render_template(
        "shop/tastes.html",
        form=form,
        is_told=is_told,
        agreed=agreed,
        offers=[] if agreed else [services.OFFER],
        asked=consents.PURPOSES[services.OFFER[0]],
        groups=[(code, group.label) for code, group in categories.GROUPS.items()],
        ages=[(age, age) for age in models.AGES],
        households=[(number, number) for number in models.HOUSEHOLDS],
        words=words,
    )
    return page, form.status
