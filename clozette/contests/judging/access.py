"""The ways into a jury: for judges alone, and from there to what is theirs to judge. Absent and hidden look alike: 404."""

import sqlalchemy as sa
from flask import abort

from clozette.contests.entering.models import Entry
from clozette.contests.judging import queries
from clozette.contests.judging.models import Assignment, Judge, Round
from clozette.contests.planning.models import Contest
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

# What the columns of their numbers hold.
_MOST_ROUNDS = 2**15 - 1
_MOST_ENTRIES = 2**31 - 1


def judge_of(viewer: Viewer, contest: Contest) -> Judge:
    """Return the viewer's seat in a jury, also one that still waits for a yes, or 404."""
    return queries.seat_of(viewer, contest) or abort(404)


def sitting_judge(viewer: Viewer, contest: Contest) -> Judge:
    """Return the viewer's seat once they have said yes, or 404."""
    judge = judge_of(viewer, contest)
    return judge if judge.accepted_at is not None else abort(404)


def round_for(contest: Contest, number: int) -> Round:
    """Return a round that was opened, or 404."""
    if number > _MOST_ROUNDS:
        abort(404)
    opened = (Round.contest_id == contest.id, Round.number == number, Round.opened_at.is_not(None))
    return db.session.scalar(sa.select(Round).where(*opened)) or abort(404)


def own_assignment(judge: Judge, round_: Round, entry_number: int) -> Assignment:
    """Return what a judge has to do with the entry of a number, or 404; nothing once they stood back from it."""
    if entry_number > _MOST_ENTRIES:
        abort(404)
    mine = sa.select(Assignment).join(Entry, Entry.id == Assignment.entry_id)
    mine = mine.where(Assignment.round_id == round_.id, Assignment.judge_id == judge.id, queries.counts())
    return db.session.scalar(mine.where(Entry.number == entry_number)) or abort(404)


def staff_judge(contest: Contest, judge_id: int) -> Judge:
    """Return one of a contest's judges who was not dropped, or 404; for pages that staff alone reach."""
    judge = db.session.get(Judge, judge_id)
    if judge is None or judge.contest_id != contest.id or judge.dropped_at is not None:
        abort(404)
    return judge


def staff_round(contest: Contest, round_id: int) -> Round:
    """Return one of a contest's rounds, or 404; for pages that staff alone reach."""
    found = db.session.get(Round, round_id)
    if found is None or found.contest_id != contest.id:
        abort(404)
    return found
