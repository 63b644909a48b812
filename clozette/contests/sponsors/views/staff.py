"""Pages of marketing: sponsors, what was agreed with them, and who of theirs may sign in."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import countries
from clozette.contests.sponsors import access, queries, services, sharing
from clozette.contests.sponsors.models import Sponsor, SponsorPerson
from clozette.contests.sponsors.schemas import PersonIn, SponsorIn
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

ROLE = "marketing"
HERE = "/marketing/sponsors"
blueprint = Blueprint("sponsors", __name__, url_prefix=HERE)
_SHOWN = ("legal_name", "address", "country", "contact", "website", "contract", "keeps_for", "keeps_days")


@blueprint.get("")
@gate.staff(ROLE)
def sponsors() -> Any:
    """List them."""
    return render_template("marketing/sponsors/list.html", sponsors=queries.sponsors())


@blueprint.get("/new")
@gate.staff(ROLE)
def new_sponsor() -> Any:
    """Ask for one."""
    return _edit_page(Form(SponsorIn, {"keeps_days": 90, "keeps_for": _("90 days")}), None)


@blueprint.post("")
@gate.staff(ROLE, collects="CP2")
def make_sponsor() -> Any:
    """Add one."""
    form = Form(SponsorIn)
    if not form.load():
        return _edit_page(form, None)
    try:
        made = services.make_sponsor(form.data, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(form, None)
    return _to(made)


@blueprint.get("/<id:sponsor_id>")
@gate.staff(ROLE)
def sponsor(sponsor_id: int) -> Any:
    """Show one: who they are, who signs in for them, and what is shared with them."""
    return _page(access.any_sponsor(sponsor_id), Form(PersonIn))


@blueprint.get("/<id:sponsor_id>/edit")
@gate.staff(ROLE)
def edit_sponsor(sponsor_id: int) -> Any:
    """Show what can be changed."""
    found = access.any_sponsor(sponsor_id)
    shown = {name: getattr(found, name) for name in _SHOWN} | {"domains": "\n".join(found.domains)}
    return _edit_page(Form(SponsorIn, shown), found)


@blueprint.post("/<id:sponsor_id>")
@gate.staff(ROLE, collects="CP2")
def change_sponsor(sponsor_id: int) -> Any:
    """Change it."""
    found, form = access.any_sponsor(sponsor_id), Form(SponsorIn)
    if not form.load():
        return _edit_page(form, found)
    try:
        services.change_sponsor(found, form.data)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(form, found)
    flash(_("Saved. What people read before stays as they read it."), "success")
    return _to(found)


@blueprint.post("/<id:sponsor_id>/closing")
@gate.staff(ROLE, collects="CP2")
def close_sponsor(sponsor_id: int) -> Any:
    """Share nothing new with them."""
    found = access.any_sponsor(sponsor_id)
    services.close(found, now=clock.now())
    flash(_("Closed. Nobody signs in for them any more."), "success")
    return _to(found)


@blueprint.post("/<id:sponsor_id>/people")
@gate.staff(ROLE, collects="CP2")
def let_in(sponsor_id: int) -> Any:
    """Let a member sign in for them."""
    found, form = access.any_sponsor(sponsor_id), Form(PersonIn)
    if not form.load():
        return _page(found, form)
    try:
        services.let_in(found, form.data["handle"], by_id=_member_id(), now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form)
    flash(_("They can sign in for this sponsor now, with a second factor."), "success")
    return _to(found)


@blueprint.route("/<id:sponsor_id>/people/<id:person_id>", methods=["POST", "DELETE"])
@gate.staff(ROLE, collects="CP2")
def let_out(sponsor_id: int, person_id: int) -> Any:
    """Let somebody sign in for them no more."""
    found, person = access.any_sponsor(sponsor_id), db.session.get(SponsorPerson, person_id)
    is_asked = request.method == "DELETE" or request.form.get("_method") == "DELETE"
    if person is None or person.sponsor_id != found.id or not is_asked:
        abort(404)
    services.let_out(person, now=clock.now())
    return _to(found)


def _member_id() -> int:
    member_id = gate.viewer().member_id
    assert member_id is not None
    return member_id


def _to(found: Sponsor) -> Any:
    return redirect(f"{HERE}/{ids.encode(found.id)}", 303)


def _page(found: Sponsor, form: Form) -> Any:
    values: dict[str, Any] = {
        "people": queries.people_of(found),
        "sharings": [(sharing.title_of(one.id), one) for one in queries.sharings_of(found)],
    }
    return render_template("marketing/sponsors/one.html", sponsor=found, form=form, **values), form.status


def _edit_page(form: Form, found: Sponsor | None) -> Any:
    page = render_template("marketing/sponsors/edit.html", sponsor=found, form=form, countries=countries.choices())
    return page, form.status
