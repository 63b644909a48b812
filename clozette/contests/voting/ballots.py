"""A contest's vote as somebody sees it: whether and what they may vote, and how their own votes stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import g

from clozette.contests.planning.models import Contest
from clozette.contests.voting import eligibility, queries, rules, services
from clozette.contests.voting.models import Vote, Voter
from clozette.contests.voting.queries import Mine
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal
from clozette.kernel.viewer import Viewer
from clozette.kernel.web import gate


@dataclass(frozen=True)
class Ballot:
    """One person's side of a vote.

    :ivar refusal: why no vote of theirs is taken now, of guests too. ``is_first``: whether a vote would be the first one.
    :ivar given: the ids of the entries that they vote for.
    """

    member_id: int | None
    refusal: Refusal | None
    is_first: bool
    given: frozenset[int]
    left: int

    @property
    def is_open(self) -> bool:
        """Whether this person's votes are taken now."""
        return self.refusal is None and self.member_id is not None


def of(viewer: Viewer, contest: Contest, now: datetime) -> Ballot:
    """Return the viewer's side of a contest's vote."""
    frozen = contest.votes_frozen_at is not None
    refusal = rules.why_not_now(contest.state, contest.votes_from, contest.votes_until, frozen, now)
    if viewer.member_id is None:
        return Ballot(None, refusal, False, frozenset(), 0)
    voter = services.voter_of(contest.id, viewer.member_id)
    if voter is None and refusal is None:
        refusal = rules.why_not_vote(eligibility.of(contest.id, viewer.member_id).standing)
    given = _given(voter) if voter is not None else frozenset[int]()
    return Ballot(viewer.member_id, refusal, voter is None, given, contest.votes_per_member - len(given))


def here(contest: Contest) -> Ballot | None:
    """Return the viewer's side for a page, asked once for all its cards; nothing where a contest has no vote."""
    if contest.votes_from is None:
        return None
    known: dict[int, Any] = g.setdefault("contest_ballots", {})
    if contest.id not in known:
        known[contest.id] = of(gate.viewer(), contest, clock.now())
    found: Ballot = known[contest.id]
    return found


def own_votes(viewer: Viewer, contest: Contest) -> Sequence[Mine]:
    """Return the viewer's own votes in a contest."""
    voter = services.voter_of(contest.id, viewer.member_id) if viewer.member_id is not None else None
    return queries.own(contest, voter) if voter is not None else []


def _given(voter: Voter) -> frozenset[int]:
    standing = sa.select(Vote.entry_id).where(Vote.voter_id == voter.id, Vote.taken_back_at.is_(None))
    return frozenset(db.session.scalars(standing))
