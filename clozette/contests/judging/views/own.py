"""``/contests/…/judging``: a judge's seat, the rounds, and one entry after the other, without a name on it."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.contests.entering import photos
from clozette.contests.entering.models import Entry
from clozette.contests.judging import access, queries, schemas, services, wording
from clozette.contests.judging.models import Assignment, Judge, Round
from clozette.contests.judging.queries import Task
from clozette.contests.judging.rules import MOST_POINTS
from clozette.contests.planning import words
from clozette.contests.planning.access import contest_for
from clozette.contests.planning.models import Contest
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("jury", __name__)
POINT = "CP3"
HERE = "/contests/<slug>/judging"
_ROUND = f"{HERE}/<int:number>"
_ENTRY = f"{_ROUND}/<int:entry_number>"


@blueprint.get(HERE)
@gate.members()
def seat(slug: str) -> Any:
    """Ask whether one sits in the jury; then show the rounds."""
    contest = contest_for(gate.viewer(), slug)
    return _seat_page(contest, access.judge_of(gate.viewer(), contest), Form(schemas.SeatIn))


@blueprint.post(HERE)
@gate.members(collects=POINT)
def answer(slug: str) -> Any:
    """Take the seat, or give it up."""
    contest = contest_for(gate.viewer(), slug)
    judge, form = access.judge_of(gate.viewer(), contest), Form(schemas.SeatIn)
    if not form.load():
        return _seat_page(contest, judge, form), form.status
    try:
        if form.data["do"] == "leave":
            services.leave(judge, now=clock.now())
            flash(_("You are not in the jury."), "success")
            return redirect(f"/contests/{contest.slug}", 303)
        services.accept(judge, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _seat_page(contest, judge, form), form.status
    return redirect(_address(contest), 303)


@blueprint.get(_ROUND)
@gate.members()
def entries(slug: str, number: int) -> Any:
    """List what the viewer has to judge in a round, and what is left; a ranking is made here."""
    contest, judge, round_ = _round(slug, number)
    tasks = queries.tasks_of(round_, judge)
    return _round_page(contest, round_, tasks, Form(schemas.ranking_in(tasks), _places(tasks)))


@blueprint.post(_ROUND)
@gate.members(collects=POINT)
def rank(slug: str, number: int) -> Any:
    """Keep the order of all entries; or, with ``move``, show it with one of them a place up or down."""
    contest, judge, round_ = _round(slug, number)
    if round_.method != "rank":
        abort(404)
    tasks = queries.tasks_of(round_, judge)
    if "move" in request.form:
        return _round_page(contest, round_, tasks, Form(schemas.ranking_in(tasks), _moved(tasks)))
    form = Form(schemas.ranking_in(tasks))
    if not form.load():
        return _round_page(contest, round_, tasks, form), form.status
    order = {one.entry.number: form.data[f"place_{one.entry.number}"] for one in tasks}
    try:
        services.rank(judge, round_, order, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        db.session.rollback()  # the page shows what stands
        contest, judge, round_ = _round(slug, number)
        return _round_page(contest, round_, queries.tasks_of(round_, judge), form), form.status
    flash(_("Your ranking is kept. You can change it until the round ends."), "success")
    return redirect(_address(contest, round_), 303)


@blueprint.get(_ENTRY)
@gate.members()
def entry(slug: str, number: int, entry_number: int) -> Any:
    """Show an entry without a name, and what the viewer said of it."""
    contest, judge, round_, assignment = _assignment(slug, number, entry_number)
    tasks = queries.tasks_of(round_, judge)
    said = next((one.value for one in tasks if one.assignment.id == assignment.id), None)
    form = Form(schemas.ballot_in(round_), schemas.shown(round_, said))
    return _entry_page(contest, round_, assignment, form, tasks)


@blueprint.post(_ENTRY)
@gate.members(collects=POINT)
def vote(slug: str, number: int, entry_number: int) -> Any:
    """Keep the viewer's ballot, and go on to the next entry that has none."""
    contest, judge, round_, assignment = _assignment(slug, number, entry_number)
    form, tasks = Form(schemas.ballot_in(round_)), queries.tasks_of(round_, judge)
    if round_.method == "rank":
        abort(404)
    if not form.load():
        return _entry_page(contest, round_, assignment, form, tasks), form.status
    try:
        is_kept = services.ballot(judge, assignment, schemas.value_of(round_, form.data), now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _entry_page(contest, round_, assignment, form, tasks), form.status
    if not is_kept:
        flash(_("You know somebody behind this entry by now, so another judge gets it."), "info")
    return redirect(_next(contest, round_, judge, entry_number), 303)


@blueprint.post(f"{_ENTRY}/recusal")
@gate.members(collects=POINT)
def recuse(slug: str, number: int, entry_number: int) -> Any:
    """Stand back from an entry."""
    contest, judge, round_, assignment = _assignment(slug, number, entry_number)
    services.recuse(judge, assignment, now=clock.now())
    flash(_("Thank you. Another judge gets the entry."), "success")
    return redirect(_next(contest, round_, judge, entry_number), 303)


def _round(slug: str, number: int) -> tuple[Contest, Judge, Round]:
    contest = contest_for(gate.viewer(), slug)
    judge = access.sitting_judge(gate.viewer(), contest)
    return contest, judge, access.round_for(contest, number)


def _assignment(slug: str, number: int, entry_number: int) -> tuple[Contest, Judge, Round, Assignment]:
    contest, judge, round_ = _round(slug, number)
    return contest, judge, round_, access.own_assignment(judge, round_, entry_number)


def _next(contest: Contest, round_: Round, judge: Judge, after: int) -> str:
    """Return where the next entry is that waits for a ballot: behind this one, or else from the front."""
    left = [
        one.entry.number for one in queries.tasks_of(round_, judge) if one.value is None and one.entry.number != after
    ]
    following = [number for number in left if number > after] or left
    return _address(contest, round_) + (f"/{following[0]}" if following else "")


def _places(tasks: list[Task]) -> dict[str, int]:
    """Return the places of a ranking as they were kept, entries without one behind."""
    known = sorted(tasks, key=lambda one: (one.value[0] if one.value else len(tasks) + 1, one.entry.number))
    return {f"place_{one.entry.number}": place for place, one in enumerate(known, 1)}


def _moved(tasks: list[Task]) -> dict[str, int]:
    """Return the places as they were typed, with one entry moved."""
    numbers = [one.entry.number for one in tasks]
    order = sorted(numbers, key=lambda number: (_typed(f"place_{number}", len(numbers) + 1), number))
    way, _dash, which = request.form["move"].partition("-")
    if which.isdecimal() and int(which) in order and way in ("up", "down"):
        here = order.index(int(which))
        there = min(max(here + (1 if way == "down" else -1), 0), len(order) - 1)
        order[here], order[there] = order[there], order[here]
    return {f"place_{number}": place for place, number in enumerate(order, 1)}


def _typed(name: str, otherwise: int) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 5 else otherwise


def _seat_page(contest: Contest, judge: Judge, form: Form) -> str:
    rounds = [one for one in queries.rounds_of(contest) if one.opened_at is not None]
    return render_template(
        "contests/judging/seat.html",
        contest=contest,
        judge=judge,
        form=form,
        rounds=[(one, queries.tasks_of(one, judge)) for one in rounds] if judge.accepted_at else [],
        method_names=wording.METHOD_NAMES,
        zone=words.zone_moment,
        viewer=gate.viewer(),
    )


def _round_page(contest: Contest, round_: Round, tasks: list[Task], form: Form) -> str:
    ordered = tasks
    if round_.method == "rank":
        ordered = sorted(tasks, key=lambda one: str(form.value(f"place_{one.entry.number}", "")).zfill(5))
    return render_template(
        "contests/judging/round.html",
        contest=contest,
        round=round_,
        tasks=ordered,
        form=form,
        shots=photos.of([one.entry.id for one in tasks]),
        method_names=wording.METHOD_NAMES,
        zone=words.zone_moment,
        viewer=gate.viewer(),
    )


def _entry_page(contest: Contest, round_: Round, assignment: Assignment, form: Form, tasks: list[Task]) -> str:
    shown = db.session.get_one(Entry, assignment.entry_id)
    left = [one.entry.number for one in tasks if one.value is None and one.assignment.id != assignment.id]
    behind = [number for number in left if number > shown.number] or left
    return render_template(
        "contests/judging/entry.html",
        contest=contest,
        round=round_,
        entry=shown,
        shots=photos.of([shown.id]).get(shown.id, ()),
        form=form,
        points=[(str(points), str(points)) for points in range(1, MOST_POINTS + 1)],
        done=sum(one.value is not None for one in tasks),
        all=len(tasks),
        skip_to=behind[0] if behind else None,
    )


def _address(contest: Contest, round_: Round | None = None) -> str:
    return f"/contests/{contest.slug}/judging" + (f"/{round_.number}" if round_ is not None else "")
