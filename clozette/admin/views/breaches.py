"""The breach register: what went wrong, whom it touches, who must be told by when, and what was done."""

import csv
import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Response, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.admin.views.blueprint import blueprint
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.formulas import neutral
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.privacy import staff_reads
from clozette.rights.desk import breaches as register
from clozette.rights.desk import kept, rules, tasks
from clozette.rights.desk import schemas as say
from clozette.rights.desk.models import Breach, BreachPerson


@blueprint.get("/breaches")
@staff("admin")
def breaches() -> str:
    """List breaches, with the duties that are still to be done."""
    now = clock.now()
    listed = [(one, register.duties(one, now), register.count_people(one.id)) for one in register.register()]
    return render_template("admin/breaches/list.html", listed=listed)


@blueprint.get("/breaches/new")
@staff("admin")
def new_breach() -> Any:
    """Ask what happened."""
    return _new(Form(say.BreachIn))


@blueprint.post("/breaches")
@staff("admin", collects="CP2")
def enter_breach() -> Any:
    """Enter a breach."""
    form = Form(say.BreachIn)
    if not form.load():
        return _new(form)
    made = register.open_breach(opened_by_id=_me(), now=clock.now(), **form.data)
    return redirect(_path(made), 303)


@blueprint.get("/breaches/<id:breach_id>")
@staff("admin")
def breach(breach_id: int) -> Any:
    """Show a breach, its clocks and what was done."""
    found = _found(breach_id)
    deed = request.args.get("do", "")
    return _page(found, deed, Form(DEEDS[deed][0], _prefilled(found, deed)) if deed in DEEDS else None)


@blueprint.post("/breaches/<id:breach_id>/<deed>")
@staff("admin", collects="CP2")
def about_breach(breach_id: int, deed: str) -> Any:
    """Do one thing about a breach."""
    found = _found(breach_id)
    schema, act = DEEDS.get(deed) or abort(404)
    form = Form(schema)
    if not form.load():
        return _page(found, deed, form)
    try:
        said = act(found, form.data, clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _page(found, deed, form)
    flash(said, "success")
    return redirect(_path(found), 303)


@blueprint.post("/breaches/<id:breach_id>/people.csv")
@staff("admin", collects="CP2")
def people_of_breach(breach_id: int) -> Response:
    """Give the list of whom a breach touches; that it was taken is written down for each of them."""
    found, now = _found(breach_id), clock.now()
    reason = _("Breach %(number)s", number=ids.encode(found.id))
    touched = sa.select(BreachPerson.subject_id).where(BreachPerson.breach_id == found.id)
    for subject_id in db.session.scalars(touched).all():
        staff_reads.note(
            subject_id=subject_id,
            reader_id=_me(),
            what="list of a breach",
            reason=reason,
            now=now,
            fields=("handle", "email", "country"),
        )
    register.step(found, "list taken", actor_id=_me(), now=now)
    response = Response(_csv(found), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="breach-{ids.encode(found.id)}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _facts(found: Breach, typed: dict[str, Any], now: datetime) -> str:
    register.change(found, actor_id=_me(), now=now, **typed)
    return str(_("Changed, and written down."))


def _assessment(found: Breach, typed: dict[str, Any], now: datetime) -> str:
    register.assess(found, risk=typed["risk"], text=typed["text"], actor_id=_me(), now=now)
    return str(_("The assessment is written down."))


def _duty(found: Breach, typed: dict[str, Any], now: datetime) -> str:
    register.meet(found, actor_id=_me(), now=now, **typed)
    return str(_("The duty is written down as done."))


def _log(found: Breach, typed: dict[str, Any], now: datetime) -> str:
    reader = _subject_of(typed["handle"]) if typed["handle"] else None
    since, until = typed["since"], typed["until"]
    return _added(register.people_from_log(found, reader_id=reader, since=since, until=until, now=now))


def _names(found: Breach, typed: dict[str, Any], now: datetime) -> str:
    subjects = [_subject_of(name, "text") for name in typed["text"].replace(",", " ").split()]
    return _added(register.add_people(found, subjects, why=register.BY_STAFF, now=now))


def _words(found: Breach, typed: dict[str, Any], now: datetime) -> str:
    count = register.tell_people(found, tasks.tell_breach, actor_id=_me(), text=typed["text"], now=now)
    return str(_("%(count)s people get a mail.", count=count))


def _closing(found: Breach, typed: dict[str, Any], now: datetime) -> str:
    register.close(found, actor_id=_me(), text=typed["text"], now=now)
    return str(_("The record is closed."))


Act = Callable[[Breach, dict[str, Any], datetime], str]
DEEDS: dict[str, tuple[type[ma.Schema], Act]] = {
    "facts": (say.BreachIn, _facts),
    "assessment": (say.AssessmentIn, _assessment),
    "duty": (say.DutyIn, _duty),
    "log": (say.LogSpanIn, _log),
    "names": (say.NamesIn, _names),
    "words": (say.WordsIn, _words),
    "closing": (say.WordsIn, _closing),
}


def _prefilled(found: Breach, deed: str) -> dict[str, Any]:
    if deed == "facts":
        names = ("title", "what", "remedy", "categories", "laws", "risk")
        moments = ("noticed_at", "happened_from", "happened_until")
        return {name: getattr(found, name) for name in names} | {
            name: moment.strftime("%Y-%m-%dT%H:%M") for name in moments if (moment := getattr(found, name))
        }
    if deed == "assessment":
        return {"risk": found.risk}
    return {"text": register.draft_words(found)} if deed == "words" else {}


def _subject_of(handle: str, field: str = "handle") -> int:
    known = sa.select(Member.subject_id).where(Member.handle == handle.lstrip("@").casefold())
    subject_id = db.session.scalar(known)
    if subject_id is None:
        refuse(Refusal("no_member", _("Nobody has the handle %(handle)s.", handle=handle), field))
    assert subject_id is not None
    return subject_id


def _added(count: int) -> str:
    return str(_("%(count)s people were added to the list.", count=count))


def _csv(found: Breach) -> str:
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(("handle", "mail", "country", "why", "found_at", "told_at"))
    for one in register.people(found.id):
        moments = (one.found_at, one.told_at)
        when = [moment.isoformat(timespec="seconds") if moment else "" for moment in moments]
        table.writerow([neutral(text or "") for text in (one.handle, one.email, one.country, one.why)] + when)
    return lines.getvalue()


def _new(form: Form) -> Any:
    return render_template("admin/breaches/new.html", form=form, **_choices()), form.status


def _page(found: Breach, deed: str, form: Form | None) -> Any:
    page = render_template(
        "admin/breaches/breach.html",
        one=found,
        duties=register.duties(found, clock.now()),
        steps=register.steps_of(found),
        count=register.count_people(found.id),
        deed=deed,
        form=form,
        **_choices(),
    )
    return page, form.status if form else 200


def _choices() -> dict[str, Any]:
    return {
        "happened": rules.EVENTS,
        "laws": [(name, str(place)) for name, place in rules.PLACES.items()],
        "risks": [(name, str(title)) for name, title in rules.RISKS.items()],
        "categories": [(name, str(title)) for name, title in kept.CATEGORY_NAMES.items()],
        "clock_choices": [(one.id, f"{one.id}, {one.source}") for one in rules.BREACH_CLOCKS],
    }


def _found(breach_id: int) -> Breach:
    return db.session.get(Breach, breach_id) or abort(404)


def _path(found: Breach) -> str:
    return f"/admin/breaches/{ids.encode(found.id)}"


def _me() -> int:
    me = viewer().subject_id
    assert me is not None
    return me
