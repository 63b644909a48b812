"""``/marketing/promotions``: making a promotion, filling in its codes, and leading it through its life."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from clozette.contests import dated
from clozette.contests.planning import words
from clozette.contests.promotions import access, early, queries, rules, schemas, services, wording
from clozette.contests.promotions.access import ROLE
from clozette.contests.promotions.models import Promotion
from clozette.contests.sponsors import queries as sponsors
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer

blueprint = Blueprint("promotion_planning", __name__)
HERE = "/marketing/promotions"
_ONE = f"{HERE}/<id:promotion_id>"
_SAME = ("title", "words", "terms", "kind", "cost_points", "version")


@blueprint.get(HERE)
@staff(ROLE)
def index() -> Any:
    """List all promotions."""
    now = clock.now()
    listed = [(one, dated.phase(one, now)) for one in queries.every()]
    return render_template(
        "marketing/promotions/list.html",
        promotions=listed,
        phase_names=dated.PHASES,
        kind_names=wording.KINDS,
        codes=queries.counts([one.id for one, _phase in listed]),
    )


@blueprint.get(f"{HERE}/new")
@staff(ROLE)
def new() -> Any:
    """Ask what it is to be."""
    return _edit_page(None, Form(schemas.NewPromotionIn, {"kind": "code", "cost_points": 0}))


@blueprint.post(f"{HERE}/new")
@staff(ROLE, collects="CP2")
def begin() -> Any:
    """Begin a draft."""
    form = Form(schemas.NewPromotionIn)
    values = _values(form) if form.load() else None
    if values is None:
        return _edit_page(None, form)
    try:
        made = services.create(values, now=clock.now())
        early.put(made.id, form.data["early"])
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(None, form)
    return _to(made)


@blueprint.get(_ONE)
@staff(ROLE)
def show(promotion_id: int) -> Any:
    """Show where it stands, how many codes are left, and what comes next."""
    return _page(access.staff_promotion(promotion_id), Form(schemas.CodesIn, {"make": 0}))


@blueprint.get(f"{_ONE}/edit")
@staff(ROLE)
def edit(promotion_id: int) -> Any:
    """Ask for everything about a draft but its codes."""
    found = access.staff_promotion(promotion_id)
    refusal = rules.why_fixed(dated.phase(found, clock.now()), is_claimed=queries.is_claimed(found.id))
    if refusal is None:
        return _edit_page(found, Form(schemas.PromotionIn, _shown(found)))
    form = Form(schemas.CodesIn, {"make": 0})
    form.refuse(refusal)
    return _page(found, form)


@blueprint.post(f"{_ONE}/edit")
@staff(ROLE, collects="CP2")
def save(promotion_id: int) -> Any:
    """Keep it."""
    found, form = access.staff_promotion(promotion_id), Form(schemas.PromotionIn)
    values = _values(form, found) if form.load() else None
    if values is None:
        return _edit_page(found, form)
    try:
        services.save(found, values, version=form.data["version"], now=clock.now())
        early.put(found.id, form.data["early"])
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(found, form)
    flash(_("Saved."), "success")
    return _to(found)


@blueprint.post(f"{_ONE}/codes")
@staff(ROLE, collects="CP2")
def add_codes(promotion_id: int) -> Any:
    """Add codes, as many as are new."""
    found, form = access.staff_promotion(promotion_id), Form(schemas.CodesIn)
    if not form.load():
        return _page(found, form)
    try:
        added = services.add_codes(found, schemas.lines(form.data["codes"]), make=form.data["make"])
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form)
    flash(ngettext("%(num)s code is new.", "%(num)s codes are new.", added), "success")
    return _to(found)


@blueprint.post(f"{_ONE}/state")
@staff(ROLE, collects="CP2")
def lead(promotion_id: int) -> Any:
    """Publish it, make it a draft again, or close it."""
    found, form = access.staff_promotion(promotion_id), Form(dated.DoIn)
    if not form.load():
        return _page(found, form)
    try:
        _do(found, form.data["do"], form.data["version"])
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, form)
    return _to(found)


def _do(found: Promotion, do: str, version: int) -> None:
    if do == "publish":
        services.publish(found, version=version, now=clock.now())
    elif do == "draft":
        services.take_back(found)
    else:
        dated.close(found)
    db.session.refresh(found)


def _values(form: Form, found: Promotion | None = None) -> dict[str, Any] | None:
    """Return the columns that a loaded form holds; or nothing, and its errors are in the form."""
    data = dict(form.data)
    moments, wrong = dated.moments_of(data, viewer().time_zone)
    sponsor_id, contest_id = data.pop("sponsor"), data.pop("contest")
    known = {one.id for one in sponsors.open_sponsors()} | ({found.sponsor_id} if found else set())
    draws = {one.id for one in queries.draws()} | ({found.contest_id} if found else set())
    if sponsor_id is not None and sponsor_id not in known:
        wrong["sponsor"] = [_("Please choose one from the list.")]
    if contest_id is not None and contest_id not in draws:
        wrong["contest"] = [_("Please choose one from the list.")]
    if data.pop("early") not in dict([("", ""), *early.choices(clock.now(), found)]):
        wrong["early"] = [_("Please choose one from the list.")]
    if wrong:
        form.errors.update(wrong)
        form.status = 422
        return None
    data.pop("version")
    return {**data, **moments, "sponsor_id": sponsor_id, "contest_id": contest_id}


def _shown(found: Promotion) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in _SAME}
    values |= dated.typed_moments(found, viewer().time_zone)
    chosen = {"sponsor": found.sponsor_id, "contest": found.contest_id}
    values |= {name: ids.encode(row_id) if row_id else "" for name, row_id in chosen.items()}
    return values | {"early": early.chosen(found)}


def _to(found: Promotion) -> Any:
    return redirect(f"{HERE}/{ids.encode(found.id)}", 303)


def _edit_page(found: Promotion | None, form: Form) -> Any:
    page = render_template(
        "marketing/promotions/edit.html",
        promotion=found,
        form=form,
        sponsors=[(ids.encode(one.id), one.legal_name) for one in sponsors.open_sponsors()],
        early=early.choices(clock.now(), found),
        contests=[(ids.encode(one.id), one.title) for one in queries.draws()],
        kind_names=wording.KINDS,
        zone=viewer().time_zone,
    )
    return page, form.status


def _page(found: Promotion, form: Form) -> Any:
    now = clock.now()
    page = render_template(
        "marketing/promotions/one.html",
        promotion=found,
        form=form,
        phase=dated.phase(found, now),
        phase_names=dated.PHASES,
        kind_names=wording.KINDS,
        has_codes=found.kind in rules.WITH_CODES,
        codes=queries.count(found.id),
        left=queries.count(found.id, left=True),
        thing=early.thing_of(found),
        zone=words.zone_moment,
        faults=services.faults(found, now) if found.state == "draft" else [],
    )
    return page, form.status
