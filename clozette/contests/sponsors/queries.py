"""Reads about sponsors."""

from collections.abc import Sequence

import sqlalchemy as sa

from clozette.contests.sponsors.models import Sponsor, SponsorPerson
from clozette.kernel.database import db


def sponsors() -> Sequence[Sponsor]:
    """Return all of them: those that are open first, by name."""
    return db.session.scalars(
        sa.select(Sponsor).order_by(Sponsor.closed_at.is_not(None), Sponsor.legal_name, Sponsor.id)
    ).all()


def open_sponsors() -> Sequence[Sponsor]:
    """Return those that something new can be shared with."""
    return [one for one in sponsors() if one.closed_at is None]


def is_sponsor_person(sponsor_id: int, member_id: int) -> bool:
    """Whether a member signs in for a sponsor; they may neither enter nor vote there."""
    standing = (
        SponsorPerson.sponsor_id == sponsor_id,
        SponsorPerson.member_id == member_id,
        SponsorPerson.taken_at.is_(None),
    )
    return bool(db.session.scalar(sa.select(sa.exists().where(*standing))))


def is_of_domain(sponsor: Sponsor, email: str) -> bool:
    """Whether a mail address belongs to a sponsor's staff: it is at one of their domains, or below one."""
    host = email.rpartition("@")[2].casefold()
    return any(host == domain or host.endswith(f".{domain}") for domain in sponsor.domains)
