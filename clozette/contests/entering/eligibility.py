"""What is known of somebody who wants to enter a contest."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from clozette.accounts.models import ADULT_AGE, Member, Role
from clozette.contests.entering import rules
from clozette.contests.entering.models import Entry
from clozette.contests.entering.rules import Entrant
from clozette.contests.judging.models import Judge
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.sponsors import queries as sponsors
from clozette.contests.sponsors.models import Sharing, Sponsor
from clozette.kernel.database import db


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
        is_judge=_is(Judge.contest_id == contest.id, Judge.member_id == member.id, Judge.dropped_at.is_(None)),
        is_sponsors=works_for_sponsor(contest, member),
        is_minor=member.is_minor(today),
        allows_minors=contest.min_age < ADULT_AGE,
        has_entered=_is(Entry.contest_id == contest.id, Entry.member_id == member.id, Entry.state.in_(rules.COUNTED)),
    )


def closed(contest: Contest, now: datetime) -> str:
    """Say why a contest takes no entry: ``early``, ``late`` or ``over``; nothing while it is open."""
    if contest.state in ("draft", "checked", "published") or contest.opens_at > now:
        return "early"
    if contest.state != "open":
        return "over"
    return "late" if contest.closes_at <= now else ""


def works_for_sponsor(contest: Contest, member: Member) -> bool:
    """Whether a member is of the staff of one of a contest's sponsors: signs in for it, or has an address at its domain."""
    return any(
        sponsors.is_sponsor_person(one.id, member.id) or sponsors.is_of_domain(one, member.email)
        for one in _sponsors_of(contest)
    )


def _sponsors_of(contest: Contest) -> Collection[Sponsor]:
    prizes = sa.select(Prize.id).where(Prize.contest_id == contest.id)
    of_contest = sa.and_(Sharing.object_kind == "contest", Sharing.object_id == contest.id)
    of_prizes = sa.and_(Sharing.object_kind == "prize", Sharing.object_id.in_(prizes))
    shared = sa.select(Sharing.sponsor_id).where(Sharing.replaced_at.is_(None), sa.or_(of_contest, of_prizes))
    wanted = sa.select(Sponsor).where(sa.or_(Sponsor.id == contest.sponsor_id, Sponsor.id.in_(shared)))
    return db.session.scalars(wanted).all()


def _is(*conditions: sa.ColumnElement[bool]) -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(*conditions))))
