"""The ways to an entry for its voters."""

import sqlalchemy as sa

from clozette.contests.entering import access as entries
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.contests.voting.models import Vote, Voter
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer


def voted_for(viewer: Viewer, contest: Contest, entry_id: int) -> Entry:
    """Return an entry that the viewer voted for, even if it left or is hidden by now, or may see; or 404."""
    mine = (Voter.member_id == viewer.member_id, Voter.contest_id == contest.id, Vote.entry_id == entry_id)
    voted = sa.exists().where(Vote.voter_id == Voter.id, *mine)
    entry: Entry | None = db.session.scalar(sa.select(Entry).where(Entry.id == entry_id, voted))
    return entry or entries.entry_for(viewer, contest, entry_id)
