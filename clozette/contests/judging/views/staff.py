"""``/marketing/contests/…/judging``: who judges, the rounds, and how far they are. What a ballot says stands nowhere here."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts import handles
from clozette.accounts.access import oneself, visible_to
from clozette.accounts.models import Member
from clozette.contests.judging import access, planned, queries, schemas, services, wording
from clozette.contests.judging.models import Round
from clozette.contests.planning import access as contest_access
from clozette.contests.planning import words
from clozette.contests.planning.access import ROLE
from clozette.contests.planning.models import Contest
from clozette.kernel import clock, ids, zones
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.kernel.schemas import Schema
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form

blueprint = Blueprint("jury_staff", __name__)
HERE = "/marketing/contests/<id:contest_id>/judging"
_JUDGE = f"{HERE}/judges/<id:judge_id>"
_ROUND = f"{HERE}/rounds/<id:round_id>"
_FORMS = ("judge", "drop", "round", "unplan", "due", "quorum", "top")


@blueprint.get(HERE)
@gate.staff(ROLE)
def show(contest_id: int) -> Any:
    """Show the jury and its rounds."""
    return _page(contest_access.staff_contest(contest_id))


@blueprint.post(f"{HERE}/judges")
@gate.staff(ROLE, collects="CP2")
def name(contest_id: int) -> Any:
    """Ask a member into the jury."""
    contest, form = contest_access.staff_contest(contest_id), Form(schemas.JudgeIn)

    def do() -> None:
        services.name(contest, _member(form.data["handle"]), by_id=gate.viewer().member_id, now=clock.now())

    return _do(contest, form, "judge", do, _("Asked. They judge once they have said yes."))


@blueprint.post(f"{_JUDGE}/drop")
@gate.staff(ROLE, collects="CP2")
def drop(contest_id: int, judge_id: int) -> Any:
    """Take a judge out."""
    contest, form = contest_access.staff_contest(contest_id), Form(schemas.DropIn)
    judge = access.staff_judge(contest, judge_id)

    def do() -> None:
        services.drop(judge, form.data["because"], by_id=_subject(), now=clock.now())

    return _do(contest, form, "drop", do, _("Taken out. Nobody else’s ballots are touched."))


@blueprint.post(f"{HERE}/rounds")
@gate.staff(ROLE, collects="CP2")
def plan(contest_id: int) -> Any:
    """Plan another round."""
    contest, form = contest_access.staff_contest(contest_id), Form(schemas.RoundIn)

    def do() -> None:
        because = form.data.pop("because")
        services.plan_round(contest, form.data, because, now=clock.now())

    return _do(contest, form, "round", do, _("Planned."))


@blueprint.delete(_ROUND)
@gate.staff(ROLE, collects="CP2")
def unplan(contest_id: int, round_id: int) -> Any:
    """Take a planned round out again."""
    contest, round_ = _found(contest_id, round_id)
    form = Form(schemas.UnplanIn)
    return _do(
        contest,
        form,
        "unplan",
        lambda: services.unplan_round(round_, form.data["because"], now=clock.now()),
        _("Taken out."),
    )


@blueprint.post(_ROUND)
@gate.staff(ROLE, collects="CP2")
def change(contest_id: int, round_id: int) -> Any:
    """With ``_method`` DELETE, take it out."""
    if request.form.get("_method") != "DELETE":
        return redirect(_address(contest_access.staff_contest(contest_id)), 303)
    return unplan(contest_id, round_id)


@blueprint.post(f"{_ROUND}/opening")
@gate.staff(ROLE)
def open_(contest_id: int, round_id: int) -> Any:
    """Share the entries out."""
    contest, round_ = _found(contest_id, round_id)
    form = Form(Schema)
    return _do(
        contest, form, "top", lambda: services.open_round(round_, now=clock.now()), _("Shared out; judges are told.")
    )


@blueprint.post(f"{_ROUND}/end")
@gate.staff(ROLE)
def end(contest_id: int, round_id: int) -> Any:
    """End a round."""
    contest, round_ = _found(contest_id, round_id)
    form = Form(Schema)
    return _do(contest, form, "top", lambda: services.end_round(round_, now=clock.now()), _("The round has ended."))


@blueprint.post(f"{_ROUND}/due")
@gate.staff(ROLE, collects="CP2")
def extend(contest_id: int, round_id: int) -> Any:
    """Give the judges more time."""
    contest, round_ = _found(contest_id, round_id)
    form = Form(schemas.ExtendIn)

    def do() -> None:
        services.extend(round_, form.data["due_at"], form.data["because"], by_id=_subject(), now=clock.now())

    return _do(contest, form, "due", do, _("The judges have more time."))


@blueprint.post(f"{_ROUND}/quorum")
@gate.staff(ROLE, collects="CP2")
def set_quorum(contest_id: int, round_id: int) -> Any:
    """Ask for fewer or more ballots."""
    contest, round_ = _found(contest_id, round_id)
    form = Form(schemas.QuorumIn)

    def do() -> None:
        services.set_quorum(round_, form.data["quorum"], form.data["because"], by_id=_subject(), now=clock.now())

    return _do(contest, form, "quorum", do, _("Noted; whatever was judged stays."))


def _member(handle: str) -> Member:
    known = visible_to(gate.viewer()).where(Member.handle == handles.normalise(handle.removeprefix("@")))
    found: Member | None = db.session.scalar(known)
    if found is None:
        raise Refused(Refusal("unknown", _("Nobody has this handle."), "handle"))
    return found


def _found(contest_id: int, round_id: int) -> tuple[Contest, Round]:
    contest = contest_access.staff_contest(contest_id)
    return contest, access.staff_round(contest, round_id)


def _do(contest: Contest, form: Form, which: str, deed: Callable[[], object], told: str) -> Any:
    """Do something with what a form says, or show the page again with what is wrong."""
    contest_id = contest.id
    if not form.load() or not _has_moment(contest, form):
        return _page(contest, **{which: form}), form.status
    try:
        deed()
    except Refused as refused:
        form.refuse(refused.refusal)
        db.session.rollback()  # the page shows what stands
        return _page(contest_access.staff_contest(contest_id), **{which: form}), form.status
    flash(told, "success")
    return redirect(_address(contest), 303)


def _has_moment(contest: Contest, form: Form) -> bool:
    """Read a date as the contest's clock shows it."""
    if "due_at" not in form.data:
        return True
    moment, odd = zones.moment_in(form.data["due_at"], contest.time_zone)
    if moment is None:
        form.errors["due_at"], form.status = [str(odd)], 422
        return False
    form.data["due_at"] = moment
    return True


def _page(contest: Contest, **forms: Form) -> str:
    rounds = queries.rounds_of(contest)
    return render_template(
        "marketing/contests/judging.html",
        contest=contest,
        seats=queries.seats(contest),
        rounds=[(one, queries.progress(one) if one.opened_at else []) for one in rounds],
        changes=queries.changes_of(contest),
        forms={name: forms.get(name) or Form(Schema) for name in _FORMS},
        is_stated=contest.state not in planned.SECRET and bool(planned.stated(contest)),
        is_over=services.is_counted(contest),
        has_nothing_left=contest.state == "closed" and services.has_nothing_left(contest),
        method_names=wording.METHOD_NAMES,
        said=wording.change,
        zone=words.zone_moment,
    )


def _subject() -> int:
    return oneself(gate.viewer()).subject_id


def _address(contest: Contest) -> str:
    return f"/marketing/contests/{ids.encode(contest.id)}/judging"
