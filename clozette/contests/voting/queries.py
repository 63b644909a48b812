"""Reads of votes. Nothing here tells how an entry stands before the votes are frozen, not even to staff."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.entering.rules import LIVE
from clozette.contests.planning.models import Contest
from clozette.contests.voting import rules
from clozette.contests.voting.models import SetAside, Vote, Voter
from clozette.contests.voting.rules import Line
from clozette.kernel.database import db
from clozette.kernel.paging import Page, page_of

RECEIPTS = 200
"""How many receipts a page lists."""


@dataclass(frozen=True)
class Mine:
    """One's own vote: the line of it, and when it was given; ``takes_part`` says whether its entry still does."""

    entry_id: int
    takes_part: bool
    entry: int
    receipt: str
    at: datetime
    state: str
    reason: str


@dataclass(frozen=True)
class Odd:
    """A vote that was set aside at some time, as staff see it: without the entry.

    :ivar reason: why it is set aside now; nothing where it counts again.
    :ivar network: a number that those from one network share.
    """

    receipt: str
    at: datetime
    reason: str | None
    joined_at: datetime | None
    network: int | None


@dataclass(frozen=True)
class Listed:
    """A vote in the list before the freeze: that it is there, and nothing else."""

    vote_id: int
    receipt: str


def shares(contest: Contest) -> dict[int, Fraction]:
    """Return which part of the votes that count each entry got; nothing before they are frozen."""
    if contest.votes_frozen_at is None:
        return {}
    counts = _counts(lines(contest))
    together = sum(counts.values())
    of_contest = sa.select(Entry.id, Entry.number).where(Entry.contest_id == contest.id, Entry.number.in_(counts))
    return {entry_id: Fraction(counts[number], together) for entry_id, number in db.session.execute(of_contest)}


def totals(contest: Contest, of: Sequence[Line]) -> dict[int, int]:
    """Return how many votes count for each entry of the frozen list, by number; those with none too."""
    counts = _counts(of)
    listed = sa.select(Entry.number).where(Entry.contest_id == contest.id, Entry.locked_sha256.is_not(None))
    numbers = {*db.session.scalars(listed), *counts}
    return {number: counts[number] for number in sorted(numbers)}


def lines(contest: Contest) -> list[Line]:
    """Return every vote of a contest as the list says it, in the order in which they were given."""
    aside = _asides(contest)
    found = []
    rows = db.session.execute(_votes(contest).order_by(Vote.id))
    for number, (vote_id, code, entry, taken_back_at) in enumerate(rows, 1):
        state, reason = rules.state_of(taken_back=taken_back_at is not None, aside=aside.get(vote_id))
        found.append(Line(number, rules.receipt(code, contest.slug, entry), entry, state, reason))
    return found


def given(contest: Contest, *, since: datetime | None = None) -> list[Listed]:
    """Return the receipts of all votes, or of those since a moment, in the order in which they were given."""
    wanted = _votes(contest).order_by(Vote.id)
    return _listed(contest, wanted if since is None else wanted.where(Vote.at >= since))


def receipts(contest: Contest, after: int | None) -> Page[Listed]:
    """Return a page of receipts in the order in which the votes were given."""
    wanted = _votes(contest).order_by(Vote.id).limit(RECEIPTS + 1)
    if after is not None:
        wanted = wanted.where(Vote.id > after)
    return page_of(_listed(contest, wanted), lambda row: row.vote_id, RECEIPTS)


def count(contest: Contest, *, up_to: int | None = None) -> int:
    """Return how many votes the list holds, whatever became of them; or how many up to one of them."""
    counted = sa.select(sa.func.count()).where(Vote.contest_id == contest.id)
    return db.session.scalar(counted if up_to is None else counted.where(Vote.id <= up_to)) or 0


def odd(contest: Contest) -> list[Odd]:
    """Return the votes that something was ever decided about, the last ones first. For which entry stays unsaid."""
    decided = sa.select(SetAside.vote_id).join(Vote, Vote.id == SetAside.vote_id).where(Vote.contest_id == contest.id)
    aside = _asides(contest)
    wanted = (
        sa.select(Vote, Voter.code, Entry.number, Voter.network, Member.created_at)
        .join(Voter, Voter.id == Vote.voter_id)
        .join(Entry, Entry.id == Vote.entry_id)
        .outerjoin(Member, Member.id == Voter.member_id)
        .where(Vote.id.in_(decided))
        .order_by(Vote.id.desc())
    )
    found, letters = [], dict[bytes, int]()
    for vote, code, number, network, joined_at in db.session.execute(wanted):
        group = letters.setdefault(network, len(letters) + 1) if network is not None else None
        receipt = rules.receipt(code, contest.slug, number)
        found.append(Odd(receipt, vote.at, aside.get(vote.id), joined_at, group))
    return found


def vote_by(contest: Contest, receipt: str) -> Vote | None:
    """Return the vote with a receipt."""
    for vote_id, code, entry, _taken in db.session.execute(_votes(contest)):
        if rules.receipt(code, contest.slug, entry) == receipt:
            return db.session.get(Vote, vote_id)
    return None


def own(contest: Contest, voter: Voter) -> list[Mine]:
    """Return a voter's own votes, those taken back too."""
    aside = _asides(contest)
    wanted = sa.select(Vote, Entry.number, Entry.state).join(Entry, Entry.id == Vote.entry_id)
    wanted, found = wanted.where(Vote.voter_id == voter.id), []
    for vote, number, entry_state in db.session.execute(wanted.order_by(Vote.id)):
        state, reason = rules.state_of(taken_back=vote.taken_back_at is not None, aside=aside.get(vote.id))
        receipt = rules.receipt(voter.code, contest.slug, number)
        found.append(Mine(vote.entry_id, entry_state in LIVE, number, receipt, vote.at, state, reason))
    return found


def _votes(contest: Contest) -> sa.Select[int, bytes, int, datetime | None]:
    wanted = sa.select(Vote.id, Voter.code, Entry.number, Vote.taken_back_at)
    wanted = wanted.join(Voter, Voter.id == Vote.voter_id).join(Entry, Entry.id == Vote.entry_id)
    return wanted.where(Vote.contest_id == contest.id)


def _listed(contest: Contest, wanted: sa.Select[int, bytes, int, datetime | None]) -> list[Listed]:
    return [
        Listed(vote_id, rules.receipt(code, contest.slug, entry))
        for vote_id, code, entry, _taken in db.session.execute(wanted)
    ]


def _asides(contest: Contest) -> dict[int, str]:
    """Return why each vote that is set aside is: its last decision holds."""
    decided = sa.select(SetAside.vote_id, SetAside.is_aside, SetAside.reason).join(Vote, Vote.id == SetAside.vote_id)
    found: dict[int, str] = {}
    for vote_id, is_aside, reason in db.session.execute(
        decided.where(Vote.contest_id == contest.id).order_by(SetAside.vote_id, SetAside.number)
    ):
        found.pop(vote_id, None)
        if is_aside:
            found[vote_id] = reason
    return found


def _counts(of: Sequence[Line]) -> Counter[int]:
    return Counter(line.entry for line in of if line.state == rules.COUNTED)
