"""Ordinary votes in three statements that are compiled once; a first vote besides what ``services.admit`` asks.

Whatever is out of the ordinary (one taken back, most of what is refused) is left to ``services.cast``, which says why.
"""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from clozette.accounts.access import is_present, not_blocked
from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.entering.rules import SHOWN
from clozette.contests.planning.models import Contest
from clozette.contests.voting import rules, services
from clozette.contests.voting.models import Vote, Voter
from clozette.contests.voting.services import Came
from clozette.kernel.database import BigInt, db
from clozette.kernel.ids import new_id
from clozette.kernel.prepared import Insert, Prepared
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import Viewer
from clozette.looks.models import Look

_MEMBER = sa.bindparam("member", type_=BigInt)
# Conditions of access are made for a viewer; here for one whose id comes later.
_ANYBODY = Viewer(member_id=_MEMBER, is_confirmed=True)  # type: ignore[arg-type]


def vote(viewer: Viewer, slug: str, entry_id: int, came: Callable[[], Came], *, now: datetime) -> int | None:
    """Vote for an entry, and return its number; nothing is done, and nothing returned, if it is no ordinary vote.

    It holds the lock that ``services.hold`` takes.

    :raises Refused: if all votes are given; by the rules, at a first vote.
    """
    assert viewer.member_id is not None
    connection = db.session.connection()
    found = _READY.rows(connection, {"slug": slug, "entry": entry_id, "member": viewer.member_id})
    if not found or not found[0].votes_from <= now < found[0].votes_until:
        return None
    contest_id, voter_id, number, most, *_dates = found[0]
    if voter_id is None:
        voter_id = services.admit(contest_id, viewer.member_id, came(), now=now)
    known = {"contest_id": contest_id, "voter_id": voter_id, "entry_id": entry_id, "taken_back_at": None}
    if not _ADD.run(connection, {"id": new_id(), "at": now, **known}):
        return None
    if not _USE.rows(connection, {"voter": voter_id, "most": most}):
        raise Refused(rules.none_left(most))
    return int(number)


_READY = Prepared(
    sa.select(
        Contest.id,
        Voter.id.label("voter_id"),
        Entry.number,
        Contest.votes_per_member,
        Contest.votes_from,
        Contest.votes_until,
    )
    .outerjoin(Voter, sa.and_(Voter.contest_id == Contest.id, Voter.member_id == _MEMBER))
    .join(Entry, sa.and_(Entry.contest_id == Contest.id, Entry.id == sa.bindparam("entry", type_=BigInt)))
    .join(Member, Member.id == Entry.member_id)
    .outerjoin(Look, Look.id == Entry.look_id)
    .where(
        Contest.slug == sa.bindparam("slug"),
        Contest.state.in_([sa.literal_column("'open'"), sa.literal_column("'closed'")]),
        Contest.votes_frozen_at.is_(None),
        Entry.state == sa.literal_column("'entered'"),
        Entry.member_id != _MEMBER,
        sa.or_(
            Contest.entry_kind != sa.literal_column("'look'"),
            sa.and_(Look.feed_key.is_not(None), Look.visibility.in_([sa.literal_column(f"'{one}'") for one in SHOWN])),
        ),
        is_present(),
        not_blocked(_ANYBODY, Entry.member_id),
    )
    .with_for_update(read=True, key_share=True, of=Contest)
)
_ADD = Insert(Vote, lambda insert: insert.on_conflict_do_nothing())
_USE = Prepared(
    sa.update(Voter)
    .where(Voter.id == sa.bindparam("voter", type_=BigInt), Voter.used < sa.bindparam("most", type_=BigInt))
    .values(used=Voter.used + sa.literal_column("1"))
    .returning(Voter.id)
)
