"""``/marketing/contests``: planning a contest, its rules, and leading it through its life.

Other parts fill ``marketing.contests`` (below the list) and ``marketing.contest`` (on one contest's page) from the wiring
page; their templates see ``contest``.
"""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import countries as places
from clozette.accounts.schemas import languages
from clozette.contests.planning import access, countries, drafts, life, lint, queries, schemas, services, words, writing
from clozette.contests.planning.access import ROLE
from clozette.contests.planning.lint import Fault
from clozette.contests.planning.models import Contest
from clozette.contests.planning.plans import DATES, MOST_CRITERIA, MOST_PRIZES
from clozette.contests.planning.services import BadPlan
from clozette.contests.sponsors import queries as sponsors
from clozette.kernel import clock, ids, money
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.privacy.policies.editions import LANGUAGE_NAMES
from clozette.privacy.policies.reading import blocks

blueprint = Blueprint("contest_planning", __name__)
HERE = "/marketing/contests"
SPARE_ROWS = 1


@blueprint.get(HERE)
@staff(ROLE)
def index() -> Any:
    """List all contests."""
    return _page("marketing/contests/list.html", page=queries.every(read_cursor(request.args.get("after"))))


@blueprint.get(f"{HERE}/new")
@staff(ROLE)
def new() -> Any:
    """Ask what it is to be."""
    return _edit_page(None, Form(schemas.NewContestIn, _BEGINNING | {"time_zone": viewer().time_zone}))


@blueprint.post(f"{HERE}/new")
@staff(ROLE, collects="CP2")
def begin() -> Any:
    """Begin a draft."""
    form = Form(schemas.NewContestIn)
    values = _values(form) if form.load() else None
    if values is None:
        return _edit_page(None, form)
    try:
        made = services.create(values, by_id=viewer().member_id, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(None, form)
    return redirect(f"{_address(made)}/rules", 303)


@blueprint.get(f"{HERE}/<id:contest_id>")
@staff(ROLE)
def show(contest_id: int) -> Any:
    """Show where a contest stands and what comes next."""
    return _contest_page(access.staff_contest(contest_id))


@blueprint.get(f"{HERE}/<id:contest_id>/edit")
@staff(ROLE)
def edit(contest_id: int) -> Any:
    """Ask for everything about a draft; for dates, sponsor and alternates of what is published."""
    found = access.staff_contest(contest_id)
    return _edit_page(found, Form(_edit_schema(found), _shown(found)))


@blueprint.post(f"{HERE}/<id:contest_id>/edit")
@staff(ROLE, collects="CP2")
def save(contest_id: int) -> Any:
    """Keep it; of what is published as a new version of the rules."""
    found = access.staff_contest(contest_id)
    form = Form(_edit_schema(found))
    values = _values(form, found) if form.load() else None
    if values is None:
        return _edit_page(found, form)
    version, because = form.data["version"], form.data.get("because")
    try:
        if because is None:
            services.save(found, values, version=version, now=clock.now())
        else:
            terms = drafts.plan_of(found).terms
            services.change_rules(found, values, terms, because=because, version=version, now=clock.now())
    except (BadPlan, Refused) as error:
        return _edit_page(_again(found, form, error), form)
    flash(_("Saved.") if because is None else _("New rules are up; whoever entered is asked."), "success")
    return redirect(_address(found), 303)


@blueprint.get(f"{HERE}/<id:contest_id>/rules")
@staff(ROLE)
def rules(contest_id: int) -> Any:
    """Show the builder of the rules."""
    found = access.staff_contest(contest_id)
    plan = drafts.plan_of(found)
    values = schemas.builder_values(found, plan.terms, plan.prizes)
    return _rules_page(found, Form(schemas.builder(values), values))


@blueprint.post(f"{HERE}/<id:contest_id>/rules")
@staff(ROLE, collects="CP2")
def save_rules(contest_id: int) -> Any:
    """Keep what the rules say; of what is published as a new version."""
    found = access.staff_contest(contest_id)
    form = Form(schemas.builder(request.form))
    is_good = form.load()
    prizes, wrong = schemas.prizes_of(form.data, schemas.rows_in(request.form)) if is_good else ([], {})
    is_public = found.state not in queries.UNPUBLISHED
    if is_good and is_public and not form.data["because"]:
        wrong["because"] = [_("Say why the rules change: entrants read it.")]
    if not is_good or wrong:
        form.errors.update(wrong)
        form.status = 422
        return _rules_page(found, form)
    terms, version, now = schemas.terms_of(form.data), form.data["version"], clock.now()
    try:
        if is_public:
            because = form.data["because"]
            services.change_rules(found, {}, terms, prizes, because=because, version=version, now=now)
        else:
            services.save_terms(found, terms, prizes, version=version, now=now)
    except (BadPlan, Refused) as error:
        return _rules_page(_again(found, form, error), form)
    flash(_("New rules are up; whoever entered is asked.") if is_public else _("Saved."), "success")
    return redirect(_address(found) if is_public else f"{_address(found)}/check", 303)


@blueprint.get(f"{HERE}/<id:contest_id>/check")
@staff(ROLE)
def look_over(contest_id: int) -> Any:
    """Show the rules as they would be published, and what they lack."""
    return _check_page(access.staff_contest(contest_id))


@blueprint.post(f"{HERE}/<id:contest_id>/check")
@staff(ROLE, collects="CP2")
def check(contest_id: int) -> Any:
    """Find it complete, or name everything that it lacks."""
    found = access.staff_contest(contest_id)
    form = Form(schemas.CheckIn)
    if not form.load():
        return _check_page(found, Refusal("version", _("This page is too old. Look it over again.")), 422)
    try:
        services.check(found, version=form.data["version"], now=clock.now())
    except BadPlan:
        return _check_page(found, status=409)
    except Refused as refused:
        return _check_page(found, refused.refusal, 409)
    flash(_("It is complete. It can be published."), "success")
    return redirect(_address(found), 303)


@blueprint.post(f"{HERE}/<id:contest_id>/state")
@staff(ROLE, collects="CP2")
def lead(contest_id: int) -> Any:
    """Publish it, take it back before its opening, or announce its result."""
    found = access.staff_contest(contest_id)
    form = Form(schemas.StateIn)
    if not form.load():
        return _contest_page(found, Refusal("deed", _("Choose what is to be done.")), 422)
    deed, now = form.data["do"], clock.now()
    try:
        if deed == "publish":
            services.publish(found, version=form.data["version"], now=now)
        elif deed == "draft":
            services.take_back(found, now=now)
        else:
            services.announce(found, now=now)
    except Refused as refused:
        return _contest_page(found, refused.refusal, 409)
    return redirect(_address(found), 303)


@blueprint.post(f"{HERE}/<id:contest_id>/cancellation")
@staff("admin", collects="CP2")
def cancel(contest_id: int) -> Any:
    """End it without a result, for a reason that is published."""
    found = access.staff_contest(contest_id)
    form = Form(schemas.BecauseIn)
    if not form.load():
        return _contest_page(found, Refusal("because", _("Say why it is cancelled: everybody reads it.")), 422)
    try:
        services.cancel(found, form.data["because"], now=clock.now())
    except Refused as refused:
        return _contest_page(found, refused.refusal, 409)
    flash(_("The contest is cancelled."), "success")
    return redirect(_address(found), 303)


_BEGINNING = {
    "decided_by": "draw",
    "entry_kind": "look",
    "language": "en",
    "alternates": 3,
    "votes_per_member": 3,
    "vote_share": 0,
    "min_age": 18,
    "min_account_days": 0,
    "version": 1,
}


def _edit_schema(contest: Contest) -> type[schemas.DatesIn]:
    return schemas.ContestIn if contest.state in queries.UNPUBLISHED else schemas.ChangeIn


def _shown(contest: Contest) -> dict[str, Any]:
    """Return what a form shows of a contest: its dates as its own zone's clock shows them."""
    zone = ZoneInfo(contest.time_zone)
    names = (*_BEGINNING, "title", "words", "time_zone", "countries")
    values: dict[str, Any] = {name: getattr(contest, name) for name in names}
    for name in DATES:
        at = getattr(contest, name)
        values[name] = f"{at.astimezone(zone):%Y-%m-%dT%H:%M}" if at else ""
    return values | {"sponsor": ids.encode(contest.sponsor_id) if contest.sponsor_id else ""}


def _values(form: Form, contest: Contest | None = None) -> dict[str, Any] | None:
    """Return the columns that a loaded form holds; or nothing, and its errors are in the form."""
    data = dict(form.data)
    zone = data.get("time_zone") or (contest.time_zone if contest else "UTC")
    dates, wrong = schemas.moments_of(data, zone, data.get("decided_by") or (contest.decided_by if contest else ""))
    sponsor_id = data.pop("sponsor")
    if sponsor_id is not None and sponsor_id not in _allowed_sponsors(contest):
        wrong["sponsor"] = [_("Choose one of the list.")]
    if wrong:
        form.errors.update(wrong)
        form.status = 422
        return None
    for name in ("version", "because"):
        data.pop(name, None)
    return {**data, **_as_kept(contest, dates), "sponsor_id": sponsor_id}


def _as_kept(contest: Contest | None, dates: dict[str, datetime | None]) -> dict[str, datetime | None]:
    """Return dates with those as they are kept that were sent as they were shown: a form shows no seconds."""
    kept = {name: getattr(contest, name, None) for name in dates}
    same = {name: at for name, at in kept.items() if at and at.replace(second=0, microsecond=0) == dates[name]}
    return dates | same


def _allowed_sponsors(contest: Contest | None) -> set[int]:
    kept = {contest.sponsor_id} if contest and contest.sponsor_id else set()
    return kept | {one.id for one in sponsors.open_sponsors()}


def _again(found: Contest, form: Form, error: BadPlan | Refused) -> Contest:
    """Show what was typed once more with why it was not kept, ready to be saved over what came in between."""
    db.session.rollback()
    again = access.staff_contest(found.id)
    if isinstance(error, BadPlan):
        for fault in error.faults:
            form.refuse(Refusal("fault", fault.words, fault.field))
    else:
        form.refuse(error.refusal)
    form.values["version"] = again.version
    return again


def _contest_page(found: Contest, refusal: Refusal | None = None, status: int = 200) -> Response:
    if refusal is not None:
        db.session.rollback()
        found = access.staff_contest(found.id)
    following = next((state for state in ("judged", "announced") if state in life.TRANSITIONS[found.state]), None)
    return _page(
        "marketing/contests/contest.html",
        status,
        contest=found,
        refusal=refusal,
        sponsor=queries.sponsor_of(found),
        rules=queries.rules_of(found),
        blocks=life.why_not(found, following, clock.now()) if following else (),
        is_stale=_is_stale(found),
        missed=found.closes_at <= clock.now(),
        moments=words.moments(found),
        may_cancel="cancelled" in life.TRANSITIONS[found.state] and viewer().may_as("admin"),
        ways=_ways(found),
    )


def _is_stale(found: Contest) -> bool:
    """Whether what holds now is not what the published rules say: a sponsor's address was changed, say."""
    if found.state not in services.CHANGING:
        return False
    held = queries.rules_of(found)
    return held is not None and writing.text_of(drafts.plan_of(found)) != held.text


def _ways(found: Contest) -> list[tuple[str, str]]:
    """Return the addresses of what a contest has by now, with their names; pages that this site has not are left out there."""
    here, is_public = _address(found), found.state not in queries.UNPUBLISHED
    every = [
        ("edit", _("Dates, countries, sponsor"), True),
        ("rules", _("Prizes and rules"), True),
        ("sharing", _("What is shared with sponsors"), True),
        ("check", _("Look the rules over"), True),
        ("entries", _("Entries"), is_public),
        ("votes", _("Votes"), is_public and found.votes_from is not None),
        ("judging", _("Jury"), found.decided_by == "jury"),
        ("draw", _("Draw"), found.decided_by == "draw"),
        ("winners", _("Winners"), found.state in ("judged", "announced", "done")),
        ("handouts", _("Hand-overs"), is_public),
    ]
    return [(f"{here}/{page}", name) for page, name, has in every if has]


def _edit_page(found: Contest | None, form: Form) -> Response:
    return _page(
        "marketing/contests/edit.html",
        form.status,
        contest=found,
        form=form,
        is_public=found is not None and found.state not in queries.UNPUBLISHED,
        zones=places.zones(),
        languages=[(code, LANGUAGE_NAMES.get(code, code)) for code in languages()],
        known_places=[one for one in places.choices() if one[0] in countries.COUNTRIES],
        other_places=[one for one in places.choices() if one[0] not in countries.COUNTRIES],
        sponsors=[
            (ids.encode(one.id), one.legal_name) for one in sponsors.sponsors() if one.id in _allowed_sponsors(found)
        ],
    )


def _rules_page(found: Contest, form: Form) -> Response:
    plan = drafts.plan_of(found)
    names = dict(places.choices())
    return _page(
        "marketing/contests/rules.html",
        form.status,
        contest=found,
        form=form,
        plan=plan,
        rows=min(
            max(schemas.rows_in(form.values), len(plan.prizes)) + (0 if request.method == "POST" else SPARE_ROWS),
            MOST_PRIZES,
        ),
        criteria=MOST_CRITERIA,
        currencies=["EUR", *sorted(money.CURRENCIES - {"EUR"})],
        lines=[(code, names[code], line) for code, line in countries.lines_for(plan)],
        unlisted=[(code, names[code]) for code in countries.unlisted(plan)],
        is_public=found.state not in queries.UNPUBLISHED,
    )


def _check_page(found: Contest, refusal: Refusal | None = None, status: int = 200) -> Response:
    if status != 200:
        db.session.rollback()
        found = access.staff_contest(found.id)
    plan = drafts.plan_of(found)
    names = dict(places.choices())
    return _page(
        "marketing/contests/check.html",
        status,
        contest=found,
        refusal=refusal,
        faults=[(fault, names.get(fault.country or "", ""), _mend(found, fault)) for fault in lint.faults(plan)],
        sources=[(names[code], countries.of(code).source) for code in plan.countries],
        text=blocks(writing.text_of(plan)),
        written_in=plan.language,
    )


def _mend(found: Contest, fault: Fault) -> str:
    """Return where a fault is mended."""
    if fault.field == "house":
        return ""
    if fault.field == "sharing":
        return f"{_address(found)}/sharing"
    page = "edit" if fault.field in schemas.ContestIn().fields else "rules"
    return f"{_address(found)}/{page}#f-{fault.field}"


def _address(found: Contest) -> str:
    return f"{HERE}/{ids.encode(found.id)}"


def _page(template: str, status: int = 200, **values: Any) -> Response:
    response = make_response(render_template(template, here=HERE, **words.names(), **values), status)
    response.headers["Cache-Control"] = "no-store"
    return response
