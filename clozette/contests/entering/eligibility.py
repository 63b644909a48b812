"""What is known of somebody who wants to enter a contest."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts.models import ADULT_AGE, Member, Role
from clozette.contests.entering import rules
from clozette.contests.entering.models import Entry
from clozette.contests.entering.rules import Entrant
from clozette.contests.judging.models import Judge
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.sponsors import queries as sponsors
from clozette.contests.sponsors.models import Sharing, Sponsor, SponsorPerson
from clozette.kernel.database import BigInt, db
from clozette.kernel.prepared import Prepared

Value = sa.ColumnElement[Any] | orm.InstrumentedAttribute[Any]


def of(contest: Contest, member: Member, now: datetime) -> Entrant:
    """Return the facts that ``rules.why_not_enter`` decides by."""
    today = now.date()
    return Entrant(
        closed=closed(contest, now),
        opens_at=contest.opens_at,
        country=member.country,
        countries=contest.countries,
        age=member.age(today),
        min_age=contest.min_age,
        account_days=(now - member.created_at).days,
        min_account_days=contest.min_account_days,
        is_confirmed=member.is_confirmed,
        is_leaving=member.leaving_at is not None,
        is_staff=_is(Role.member_id == member.id),
        is_judge=_judges(contest, member),
        is_sponsors=works_for_sponsor(contest, member),
        is_minor=member.is_minor(today),
        allows_minors=contest.min_age < ADULT_AGE,
        has_entered=_is(Entry.contest_id == contest.id, Entry.member_id == member.id, Entry.state.in_(rules.COUNTED)),
    )


def why_not_win(contest: Contest, entry: Entry) -> str:
    """Return a public word for why an entry can't win any more, or nothing: what kept its member from entering came later.

    ``gone``: the entry or the account is; ``not-eligible``: by now they judge the contest, or are of the staff of the site
    or of a sponsor.
    """
    member = db.session.get(Member, entry.member_id) if entry.member_id is not None else None
    if entry.state != "entered" or member is None or member.deactivated_at is not None:
        return "gone"
    is_staff = _is(Role.member_id == member.id)
    return "not-eligible" if is_staff or _judges(contest, member) or works_for_sponsor(contest, member) else ""


def closed(contest: Contest, now: datetime) -> str:
    """Say why a contest takes no entry: ``early``, ``late`` or ``over``; nothing while it is open."""
    if contest.state in ("draft", "checked", "published") or contest.opens_at > now:
        return "early"
    if contest.state != "open":
        return "over"
    return "late" if contest.closes_at <= now else ""


def works_for_sponsor(contest: Contest, member: Member) -> bool:
    """Whether a member is of the staff of one of a contest's sponsors: signs in for it, or has an address at its domain."""
    given = {"contest": contest.id, "sponsor": contest.sponsor_id, "member": member.id}
    return works_for_any(_SPONSORS.rows(db.session.connection(), given), member.email)


def works_for_any(rows: Iterable[Any], email: str) -> bool:
    """Whether somebody is of the staff of one of the sponsors whose ``domains`` and ``signs_in`` are given."""
    return any(one.signs_in or sponsors.is_of_domains(one.domains or (), email) for one in rows)


def is_sponsor_of(contest_id: Value, sponsor_id: Value) -> sa.ColumnElement[bool]:
    """Return the SQL condition on ``Sponsor`` that it is the contest's own, or that something of it is shared with it."""
    of_contest = sa.and_(Sharing.object_kind == sa.literal_column("'contest'"), Sharing.object_id == contest_id)
    prizes = sa.select(Prize.id).where(Prize.contest_id == contest_id)
    of_prize = sa.and_(Sharing.object_kind == sa.literal_column("'prize'"), Sharing.object_id.in_(prizes))
    shared = sa.select(Sharing.sponsor_id).where(Sharing.replaced_at.is_(None), sa.or_(of_contest, of_prize))
    return sa.or_(Sponsor.id == sponsor_id, Sponsor.id.in_(shared))


def signs_in(member_id: Value) -> sa.Exists:
    """Return the SQL condition on ``Sponsor`` that a member may sign in for it."""
    theirs = (SponsorPerson.sponsor_id == Sponsor.id, SponsorPerson.member_id == member_id)
    return sa.exists().where(*theirs, SponsorPerson.taken_at.is_(None))


_MEMBER, _CONTEST, _SPONSOR = (sa.bindparam(name, type_=BigInt) for name in ("member", "contest", "sponsor"))
_SPONSORS = Prepared(
    sa.select(Sponsor.domains, signs_in(_MEMBER).label("signs_in")).where(is_sponsor_of(_CONTEST, _SPONSOR))
)


def _judges(contest: Contest, member: Member) -> bool:
    return _is(Judge.contest_id == contest.id, Judge.member_id == member.id, Judge.dropped_at.is_(None))


def _is(*conditions: sa.ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(*conditions))))
