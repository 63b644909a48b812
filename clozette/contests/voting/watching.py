"""Looking for votes that were bought: many alike for one entry within an hour are set aside, with the reason.

What staff decided about a vote stands: nothing is found in it again.
"""

from datetime import datetime

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.community.models import Follow
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.contests.voting import rules, services
from clozette.contests.voting.models import SetAside, Vote, Voter
from clozette.contests.voting.rules import Seen
from clozette.kernel.database import db


def watch(contest: Contest, now: datetime) -> int:
    """Set aside what looks bought; return how many votes that were. Votes already set aside count as one of many too."""
    decided = set(db.session.scalars(_decided(contest)))
    found = rules.suspicious(_seen(contest), contest.opens_at)
    return sum(
        services.mark(vote_id, is_aside=True, reason=reason, by_id=None, now=now)
        for vote_id, reason in sorted(found.items())
        if vote_id not in decided
    )


def _decided(contest: Contest) -> sa.Select[int]:
    """Select the votes that staff decided about."""
    of_contest = sa.select(SetAside.vote_id).join(Vote, Vote.id == SetAside.vote_id)
    return of_contest.where(Vote.contest_id == contest.id, SetAside.by_id.is_not(None))


def _seen(contest: Contest) -> list[Seen]:
    wanted = (
        sa.select(Vote.id, Vote.entry_id, Vote.at, Member.created_at, Follow.at, Voter.network)
        .join(Voter, Voter.id == Vote.voter_id)
        .join(Entry, Entry.id == Vote.entry_id)
        .outerjoin(Member, Member.id == Voter.member_id)
        .outerjoin(Follow, sa.and_(Follow.follower_id == Voter.member_id, Follow.followed_id == Entry.member_id))
        .where(Vote.contest_id == contest.id, Vote.taken_back_at.is_(None))
    )
    return [Seen(*row) for row in db.session.execute(wanted)]
