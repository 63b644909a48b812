"""``/marketing/contests/…/entries``: who entered, by number and handle alone, and taking an entry out for a reason."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.entering import access, asking, queries, rules, services, wording
from clozette.contests.entering.models import STATES, Entry
from clozette.contests.entering.schemas import DisqualifyIn
from clozette.contests.planning.access import ROLE, staff_contest
from clozette.contests.planning.models import Contest
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.paging import read_cursor
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import staff_reads

blueprint = Blueprint("contest_entries_staff", __name__)
HERE = "/marketing/contests/<id:contest_id>/entries"


@blueprint.get(HERE)
@gate.staff(ROLE)
def entries(contest_id: int) -> Any:
    """List the entries of a contest, those that left too."""
    return _list(staff_contest(contest_id), Form(DisqualifyIn))


@blueprint.post(f"{HERE}/<id:entry_id>/disqualification")
@gate.staff(ROLE, collects=asking.POINT)
def disqualify(contest_id: int, entry_id: int) -> Any:
    """Take an entry out; its author reads why, and who looked."""
    contest, entry = staff_contest(contest_id), db.session.get(Entry, entry_id)
    if entry is None or entry.contest_id != contest.id:
        abort(404)
    form = Form(DisqualifyIn)
    if not form.load():
        return _list(contest, form), form.status
    try:
        services.disqualify(entry, form.data["because"], now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _list(contest, form), form.status
    _note(entry, form.data["because"])
    flash(_("Entry number %(number)d takes part no more.", number=entry.number), "success")
    return redirect(f"/marketing/contests/{ids.encode(contest.id)}/entries", 303)


def _note(entry: Entry, because: str) -> None:
    reader_id = gate.viewer().subject_id
    if entry.member_id is None or reader_id is None:
        return
    subject_id = db.session.get_one(Member, entry.member_id).subject_id
    what = "contest entry taken out"
    staff_reads.note(subject_id=subject_id, reader_id=reader_id, what=what, reason=because, now=clock.now())


def _list(contest: Contest, form: Form) -> str:
    state, is_blind = request.args.get("state"), access.is_blind(gate.viewer(), contest)
    after = read_cursor(request.args.get("after"))
    return render_template(
        "marketing/contests/entries.html",
        contest=contest,
        form=form,
        page=queries.listed(contest, after, state if state in STATES else None, is_blind=is_blind),
        is_blind=is_blind,
        states=wording.STATES,
        reasons=wording.REASONS,
        because=[(word, wording.REASONS[word]) for word in rules.DISQUALIFYING],
        live=rules.LIVE,
    )
