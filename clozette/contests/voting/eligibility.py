"""What is known of somebody before their first vote in a contest; one statement, compiled once."""

from dataclasses import dataclass

import sqlalchemy as sa

from clozette.accounts.models import Member, Role
from clozette.contests.entering import eligibility as entering
from clozette.contests.judging.models import Judge
from clozette.contests.planning.models import Contest
from clozette.contests.sponsors.models import Sponsor
from clozette.contests.voting.models import VoteKey
from clozette.contests.voting.rules import Standing
from clozette.kernel.database import BigInt, db
from clozette.kernel.prepared import Prepared
from clozette.looks.models import Comment, Look


@dataclass(frozen=True)
class Newcomer:
    """A member who has not voted in a contest yet.

    :ivar standing: what ``rules.why_not_vote`` decides by.
    :ivar network_key: what the contest's networks are digested with; nothing before its first vote.
    """

    subject_id: int
    standing: Standing
    network_key: bytes | None


def of(contest_id: int, member_id: int) -> Newcomer:
    """Read what decides whether a member may vote in a contest."""
    found = _KNOWN.rows(db.session.connection(), {"contest": contest_id, "member": member_id})
    one = found[0]  # one for each sponsor; they differ in nothing else
    standing = Standing(
        is_confirmed=one.confirmed_at is not None,
        is_leaving=one.leaving_at is not None,
        joined_at=one.created_at,
        opens_at=one.opens_at,
        has_contributed=bool(one.has_contributed),
        is_staff=bool(one.is_staff),
        is_judge=bool(one.is_judge),
        is_sponsors=entering.works_for_any(found, one.email),
    )
    return Newcomer(one.subject_id, standing, one.network_key)


_KNOWN = Prepared(
    sa.select(
        Member.subject_id,
        Member.email,
        Member.confirmed_at,
        Member.leaving_at,
        Member.created_at,
        Contest.opens_at,
        VoteKey.key.label("network_key"),
        sa.or_(
            sa.exists().where(Look.member_id == Member.id, Look.feed_key.is_not(None)),
            sa.exists().where(Comment.member_id == Member.id, Comment.deleted_at.is_(None)),
        ).label("has_contributed"),
        sa.exists().where(Role.member_id == Member.id).label("is_staff"),
        sa.exists()
        .where(Judge.contest_id == Contest.id, Judge.member_id == Member.id, Judge.dropped_at.is_(None))
        .label("is_judge"),
        Sponsor.domains,
        entering.signs_in(Member.id).label("signs_in"),
    )
    .join_from(Member, Contest, Contest.id == sa.bindparam("contest", type_=BigInt))
    .outerjoin(VoteKey, VoteKey.contest_id == Contest.id)
    .outerjoin(Sponsor, entering.is_sponsor_of(Contest.id, Contest.sponsor_id))
    .where(Member.id == sa.bindparam("member", type_=BigInt))
)
