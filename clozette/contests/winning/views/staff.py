"""``/marketing/contests/…/winners``: how far each prize is, by number and handle; an address is shown for a reason alone."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.planning import access as contest_access
from clozette.contests.planning import words
from clozette.contests.planning.models import Contest
from clozette.contests.winning import access, asking, queries, rules, services, wording
from clozette.contests.winning.models import Winner
from clozette.contests.winning.schemas import LookIn, StepIn
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import staff_reads

blueprint = Blueprint("winners_staff", __name__)
HERE = "/marketing/contests/<id:contest_id>/winners"
SHOWN = ("name", "line1", "line2", "postcode", "city", "country", "phone")
"""What the page with an address shows of it."""


@blueprint.get(HERE)
@gate.staff(contest_access.ROLE)
def winners(contest_id: int) -> Any:
    """List who has what place, and how far their prize is."""
    return _list(contest_access.staff_contest(contest_id))


@blueprint.post(f"{HERE}/<id:winner_id>/deeds")
@gate.staff(contest_access.ROLE, collects=asking.POINT)
def step(contest_id: int, winner_id: int) -> Any:
    """Note that a prize went out or arrived, or pass its winner over."""
    contest = contest_access.staff_contest(contest_id)
    winner, form = access.winner_of(contest, winner_id), Form(StepIn)
    if not form.load():
        return _list(contest, form), form.status
    try:
        _do(winner, **form.data)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _list(contest, form), form.status
    flash(_("Noted."), "success")
    return redirect(_address(contest), 303)


@blueprint.get(f"{HERE}/<id:winner_id>/address")
@gate.staff(contest_access.ROLE)
def ask(contest_id: int, winner_id: int) -> Any:
    """Ask why, before an address is shown."""
    contest = contest_access.staff_contest(contest_id)
    return _ask(contest, access.winner_of(contest, winner_id), Form(LookIn))


@blueprint.post(f"{HERE}/<id:winner_id>/address")
@gate.staff(contest_access.ROLE, collects="CP2")
def look(contest_id: int, winner_id: int) -> Any:
    """Show where a prize goes, and write down who looked and why; a POST, because the log is written."""
    contest = contest_access.staff_contest(contest_id)
    winner, form = access.winner_of(contest, winner_id), Form(LookIn)
    held = queries.address_of(winner)
    if not form.load():
        return _ask(contest, winner, form), form.status
    if held is not None:
        _note(winner, form.data["reason"])
    return render_template("marketing/contests/address.html", contest=contest, winner=winner, address=held)


def _do(winner: Winner, *, do: str, carrier: str, tracking: str, because: str | None) -> None:
    now = clock.now()
    if do == "ship":
        services.ship(winner, carrier=carrier, tracking=tracking, now=now)
    elif do == "receive":
        services.receive(winner, now=now)
    else:
        services.disqualify(winner, because=because or "", now=now)


def _note(winner: Winner, reason: str) -> None:
    subject_id, now = _subject_of(winner), clock.now()
    reader_id = gate.viewer().subject_id
    assert reader_id is not None
    case = staff_reads.open_case(subject_id=subject_id, reader_id=reader_id, reason=reason, now=now)
    staff_reads.note(
        subject_id=subject_id,
        reader_id=reader_id,
        what="prize address",
        reason=reason,
        now=now,
        case=case,
        fields=[f"contests_addresses.{name}" for name in SHOWN],
    )


def _subject_of(winner: Winner) -> int:
    return db.session.get_one(Member, winner.entry.member_id).subject_id


def _ask(contest: Contest, winner: Winner, form: Form) -> str:
    return render_template("marketing/contests/address.html", contest=contest, winner=winner, form=form, address=None)


def _list(contest: Contest, form: Form | None = None) -> str:
    return render_template(
        "marketing/contests/winners.html",
        contest=contest,
        sent=queries.sent(contest.id),
        form=form or Form(StepIn),
        may_leave=tuple(state for state, after in rules.STEPS.items() if "disqualified" in after),
        reasons=[(word, wording.BECAUSE_NAMES[word]) for word in rules.BECAUSE],
        because_names=wording.BECAUSE_NAMES,
        state_names=wording.STATE_NAMES,
        zone=words.zone_moment,
    )


def _address(contest: Contest) -> str:
    return f"/marketing/contests/{ids.encode(contest.id)}/winners"
