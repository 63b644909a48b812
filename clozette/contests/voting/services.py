"""Voting, taking back, setting aside. Each is a conditional statement under a shared lock on the contest, which the
freeze takes for itself alone: whatever was answered with a yes is in the frozen list, and nothing comes after it.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.contests.voting import eligibility, rules
from clozette.contests.voting.models import CODE_BYTES, SetAside, Vote, VoteKey, Voter
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Insert
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.privacy import ledger, notices

POINT = "CP3"
_LOOSE = {"synchronize_session": False}


@dataclass(frozen=True)
class Came:
    """Where a vote comes from.

    :ivar address: truncated. ``shown``: what the form's notice says that it showed; needed at the first vote.
    """

    address: str
    shown: notices.Shown | None = None
    method: str = "form:vote"
    circumstances: Mapping[str, str] = field(default_factory=dict)


def cast(contest: Contest, entry: Entry, member: Member, came: Came, *, now: datetime) -> None:
    """Vote for an entry; doing it twice changes nothing.

    :raises Refused: while no votes are taken; by the rules; if all votes are given.
    """
    _hold_open(contest, now)
    if entry.member_id == member.id:
        raise Refused(rules.own_entry())
    voter = voter_of(contest.id, member.id)
    voter_id = voter.id if voter is not None else admit(contest.id, member.id, came, now=now)
    if entry.state != "entered":
        if _is_given(voter_id, entry):
            return
        raise Refused(Refusal("not_entered", _("This entry takes no votes now.")))
    if _add(voter_id, entry, now) or _give_again(voter_id, entry):
        most = (Voter.id == voter_id, Voter.used < contest.votes_per_member)
        if not _changed(sa.update(Voter).where(*most).values(used=Voter.used + 1)):
            raise Refused(rules.none_left(contest.votes_per_member))


def take_back(contest: Contest, entry: Entry, member: Member, *, now: datetime) -> None:
    """Take a vote back; where there is none, nothing changes.

    :raises Refused: while no votes are taken.
    """
    _hold_open(contest, now)
    voter = voter_of(contest.id, member.id)
    if voter is None:
        return
    given = (Vote.voter_id == voter.id, Vote.entry_id == entry.id, Vote.taken_back_at.is_(None))
    if _changed(sa.update(Vote).where(*given).values(taken_back_at=now)):
        _changed(sa.update(Voter).where(Voter.id == voter.id).values(used=Voter.used - 1))


def decide(contest: Contest, vote: Vote, *, is_aside: bool, reason: str, by_id: int, now: datetime) -> None:
    """Set a vote aside, or let it count again; for staff. The vote stays, and so does every decision before.

    :raises Refused: once the votes are frozen; if the vote stands so already.
    """
    if not hold(contest.id):
        raise Refused(rules.over())
    if not mark(vote.id, is_aside=is_aside, reason=reason, by_id=by_id, now=now):
        raise Refused(Refusal("stands_so", _("This vote stands like that already.")))


def mark(vote_id: int, *, is_aside: bool, reason: str, by_id: int | None, now: datetime) -> bool:
    """Write a decision about a vote down, if it changes anything; of two at once one does."""
    of_vote = sa.select(SetAside).where(SetAside.vote_id == vote_id).order_by(SetAside.number.desc()).limit(1)
    last: SetAside | None = db.session.scalar(of_vote)
    if (last is not None and last.is_aside) == is_aside:
        return False
    about = {"vote_id": vote_id, "number": last.number + 1 if last is not None else 1}
    return insert_once(SetAside, id=new_id(), at=now, reason=reason, is_aside=is_aside, by_id=by_id, **about)


def voter_of(contest_id: int, member_id: int) -> Voter | None:
    """Return a member as a voter of a contest."""
    mine = sa.select(Voter).where(Voter.contest_id == contest_id, Voter.member_id == member_id)
    found: Voter | None = db.session.scalar(mine)
    return found


def forget_networks(contest_id: int) -> None:
    """Destroy what tells which voters came from one network."""
    db.session.execute(sa.delete(VoteKey).where(VoteKey.contest_id == contest_id), execution_options=_LOOSE)
    known = (Voter.contest_id == contest_id, Voter.network.is_not(None))
    db.session.execute(sa.update(Voter).where(*known).values(network=None), execution_options=_LOOSE)


def hold(contest_id: int, *conditions: sa.ColumnElement[bool]) -> bool:
    """Keep the freeze away until this transaction ends, with the lock that any number of voters share.

    It fails where the votes are frozen already, or the conditions don't hold.
    """
    unfrozen = sa.select(Contest.id).where(Contest.id == contest_id, Contest.votes_frozen_at.is_(None), *conditions)
    return db.session.scalar(unfrozen.with_for_update(read=True, key_share=True)) is not None


def _hold_open(contest: Contest, now: datetime) -> None:
    """Keep the freeze away, if votes are taken at this moment."""
    frozen = contest.votes_frozen_at is not None
    refuse(rules.why_not_now(contest.state, contest.votes_from, contest.votes_until, frozen, now))
    takes = (Contest.state.in_(("open", "closed")), Contest.votes_from <= now, Contest.votes_until > now)
    if not hold(contest.id, *takes):
        raise Refused(rules.over())


def admit(contest_id: int, member_id: int, came: Came, *, now: datetime) -> int:
    """Make a member a voter, and return the voter's id; of two first votes at once one makes the row, the other finds it.

    :raises Refused: by the rules; without the notice that was shown.
    """
    who = eligibility.of(contest_id, member_id)
    refuse(rules.why_not_vote(who.standing))
    if came.shown is None:
        raise Refused(notices.stale())
    voter_id, network = new_id(), rules.network_digest(who.network_key or _key(contest_id), came.address)
    about = {"contest_id": contest_id, "member_id": member_id, "since": now, "network": network}
    if not _VOTER.run(
        db.session.connection(), {"id": voter_id, "code": secrets.token_bytes(CODE_BYTES), "used": 0, **about}
    ):
        return _first(voter_of(contest_id, member_id))
    ledger.record(
        subject_id=who.subject_id,
        point=POINT,
        action="acknowledged",
        method=came.method,
        shown=came.shown,
        circumstances=dict(came.circumstances),
        now=now,
    )
    return voter_id


def _first(voter: Voter | None) -> int:
    assert voter is not None, "a voter's row is never deleted"
    return voter.id


def _key(contest_id: int) -> bytes:
    """Make a contest's key; of two at once one is kept."""
    insert_once(VoteKey, contest_id=contest_id, key=secrets.token_bytes(32))
    made = sa.select(VoteKey.key).where(VoteKey.contest_id == contest_id)
    return db.session.scalars(made).one()


def _is_given(voter_id: int, entry: Entry) -> bool:
    standing = (Vote.voter_id == voter_id, Vote.entry_id == entry.id, Vote.taken_back_at.is_(None))
    return db.session.scalar(sa.select(Vote.id).where(*standing)) is not None


def _add(voter_id: int, entry: Entry, now: datetime) -> bool:
    about = {"contest_id": entry.contest_id, "voter_id": voter_id, "entry_id": entry.id}
    return insert_once(Vote, id=new_id(), at=now, **about)


def _give_again(voter_id: int, entry: Entry) -> bool:
    taken = (Vote.voter_id == voter_id, Vote.entry_id == entry.id, Vote.taken_back_at.is_not(None))
    return _changed(sa.update(Vote).where(*taken).values(taken_back_at=None))


def _changed(change: sa.Update) -> bool:
    return bool(db.session.execute(change, execution_options=_LOOSE).rowcount)  # type: ignore[attr-defined]


_VOTER = Insert(Voter, lambda insert: insert.on_conflict_do_nothing())
