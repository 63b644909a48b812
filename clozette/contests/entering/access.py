"""The ways to an entry: one's own in any state; another's while it takes part, as far as its look and its author are shown.

Absent and hidden look alike: 404.
"""

import sqlalchemy as sa
from flask import abort

from clozette.accounts.access import is_present, not_blocked
from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.entering.rules import LIVE
from clozette.contests.judging.models import Judge
from clozette.contests.planning.models import Contest
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.looks.access import shown_to
from clozette.looks.models import Look

_UNJUDGED = ("published", "open", "closed")


def visible_to(viewer: Viewer, contest: Contest) -> sa.Select[Entry]:
    """Select the entries of a contest that take part and that ``viewer`` may see, their authors joined."""
    wanted = sa.select(Entry).join(Member, Member.id == Entry.member_id)
    taking_part = (Entry.contest_id == contest.id, Entry.state.in_(LIVE))
    if contest.entry_kind == "look":
        wanted = wanted.join(Look, Look.id == Entry.look_id).where(shown_to(viewer))
    mine = Entry.member_id == viewer.member_id if viewer.is_member else sa.false()
    if contest.entry_kind == "none":  # there is nothing to see but who takes part, which is nobody's business
        return wanted.where(*taking_part, mine)
    return wanted.where(*taking_part, sa.or_(mine, sa.and_(is_present(), not_blocked(viewer, Entry.member_id))))


def entry_for(viewer: Viewer, contest: Contest, entry_id: int) -> Entry:
    """Return an entry that ``viewer`` may see (their own in any state), or 404."""
    entry = db.session.get(Entry, entry_id)
    if entry is not None and entry.contest_id == contest.id and is_own(viewer, entry):
        return entry
    return db.session.scalar(visible_to(viewer, contest).where(Entry.id == entry_id)) or abort(404)


def own_entry(viewer: Viewer, contest: Contest, entry_id: int) -> Entry:
    """Return an entry of the viewer's own in any state, or 404."""
    entry = db.session.get(Entry, entry_id)
    if entry is None or entry.contest_id != contest.id or not is_own(viewer, entry):
        abort(404)
    return entry


def is_blind(viewer: Viewer, contest: Contest) -> bool:
    """Whether the viewer sits in the jury that still has to judge a contest, or is asked into it: no page of ours may
    join a number to its author for them then.
    """
    if contest.decided_by != "jury" or contest.state not in _UNJUDGED or not viewer.is_member:
        return False
    seat = (Judge.contest_id == contest.id, Judge.member_id == viewer.member_id, Judge.dropped_at.is_(None))
    return bool(db.session.scalar(sa.select(sa.exists().where(*seat))))


def is_own(viewer: Viewer, entry: Entry) -> bool:
    """Whether an entry is the viewer's."""
    return viewer.is_member and entry.member_id == viewer.member_id
