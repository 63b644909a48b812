"""``/promotions``: what is given now; one with its terms, and the code that the viewer claimed. Also on partners' pages."""

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template
from flask_babel import gettext as _

from clozette.accounts.access import oneself
from clozette.community import points
from clozette.contests import dated
from clozette.contests.hosting import places
from clozette.contests.hosting.places import ROOT, Place
from clozette.contests.planning import words
from clozette.contests.promotions import access, codes, early, queries, rules, services, throttle, wording
from clozette.contests.promotions.models import Promotion
from clozette.contests.promotions.schemas import ClaimIn
from clozette.contests.sponsors import sharing
from clozette.contests.surveys import asking
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices

blueprint = Blueprint("promotions", __name__)
HERE = "/promotions"


@blueprint.get(HERE)
@gate.everyone()
def index() -> str:
    """List them."""
    now = clock.now()
    listed = [(one, dated.phase(one, now)) for one in queries.public(now)]
    return render_template(
        "contests/promotions/index.html",
        promotions=listed,
        phase_names=dated.PHASES,
        kind_names=wording.KINDS,
        zone=words.zone_moment,
    )


@blueprint.get(f"{HERE}/<slug>")
@blueprint.get(f"{ROOT}/<partner>{HERE}/<slug>")
@gate.everyone()
def promotion(slug: str, partner: str | None = None) -> Any:
    """Show one."""
    found = access.promotion_for(gate.viewer(), slug)
    return _page(found, places.place(HERE, slug, found.sponsor_id, partner), Form(ClaimIn))


@blueprint.post(f"{HERE}/<slug>")
@blueprint.post(f"{ROOT}/<partner>{HERE}/<slug>")
@gate.members(collects=asking.POINT)
def claim(slug: str, partner: str | None = None) -> Any:
    """Claim a code."""
    found, form = access.promotion_for(gate.viewer(), slug), Form(ClaimIn)
    place = places.place(HERE, slug, found.sponsor_id, partner)
    if not form.load():
        return _page(found, place, form)
    member = oneself(gate.viewer())
    throttle.claim(member.id)
    answer = asking.Answer(form.data["share"], notices.answered(asking.POINT), "form:promotion", place.surface)
    try:
        services.claim(found, member, answer, now=clock.now(), typed=form.data["code"])
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        found = access.promotion_for(gate.viewer(), slug)
        return _page(found, places.place(HERE, slug, found.sponsor_id, partner), form)
    flash(_("It is yours."), "success")
    return redirect(place.address, 303)


def _page(found: Promotion, place: Place, form: Form) -> Response:
    viewer, now = gate.viewer(), clock.now()
    held = queries.own_code(found.id, viewer.member_id) if viewer.member_id is not None else None
    may_claim = viewer.is_member and viewer.is_confirmed and held is None
    asked = services.asks(found, oneself(viewer), now) if may_claim else []
    page = render_template(
        "contests/promotions/promotion.html",
        promotion=found,
        place=place,
        phase=dated.phase_for(found, services.KIND, viewer.member_id, now),
        ways=early.ways_to(services.KIND, found.id, now),
        thing=early.thing_of(found),
        takes_a_word=rules.takes_a_word(found),
        form=form,
        zone=words.zone_moment,
        code=codes.unseal(held.sealed) if held else "",
        held=held,
        left=queries.count(found.id, left=True),
        balance=points.balance(viewer.member_id) if viewer.member_id is not None else 0,
        asked=asked,
        offers=asking.offers(asked),
        explained=lambda one: sharing.explain(one.id),
    )
    answer = make_response(page, form.status)
    if viewer.is_member:
        answer.headers["Cache-Control"] = "no-store"
    return answer
