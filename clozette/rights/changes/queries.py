"""Who still has to be told of a version: members, and people who are known by a verified address alone."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.privacy.policies import tellings, versions
from clozette.privacy.policies.models import PolicyNotice
from clozette.privacy.policies.versions import PolicyVersion
from clozette.rights.desk.models import Address


@dataclass(frozen=True)
class Reader:
    """Somebody to be told, and in which language."""

    subject_id: int
    address: str
    locale: str


def version(policy_id: int) -> PolicyVersion | None:
    """Return a version by its row, as the database knows it now: a task may follow a publication by less than a cache lives."""
    versions.forget()
    known = [one for kind in ("policy", "terms") for one in versions.every(kind)]
    return next((one for one in known if one.row_id == policy_id), None)


def is_waited_for(told_of: PolicyVersion) -> bool:
    """Whether somebody who was here when it was published is not told yet and was not given up.

    Who came since holds nothing back.
    """
    here = Member.confirmed_at <= told_of.published_at
    known = Address.verified_at <= told_of.published_at
    members, addresses = _members(told_of).where(here), _addresses(told_of).where(known)
    return any(db.session.scalar(waiting.limit(1)) is not None for waiting in (members, addresses))


def untold(told_of: PolicyVersion, after: int, limit: int, now: datetime) -> list[tuple[int, int]]:
    """Return members to be told, by id with their subject: of a version in the language they read, once."""
    under_way = tellings.is_under_way(told_of.row_id, Member.subject_id, now)
    waiting = _members(told_of).where(Member.id > after, ~under_way).order_by(Member.id).limit(limit)
    return [(row.id, row.subject_id) for row in db.session.execute(waiting)]


def untold_addresses(told_of: PolicyVersion, after: int, limit: int, now: datetime) -> list[tuple[int, int]]:
    """Return verified addresses of people who are no members, by id with their subject; once, in one language."""
    under_way = tellings.is_under_way(told_of.row_id, Address.subject_id, now)
    waiting = _addresses(told_of).where(Address.id > after, ~under_way).order_by(Address.id).limit(limit)
    return [(row.id, row.subject_id) for row in db.session.execute(waiting)]


def _members(told_of: PolicyVersion) -> sa.Select[int, int]:
    return sa.select(Member.id, Member.subject_id).where(
        Member.confirmed_at.is_not(None),
        Member.deactivated_at.is_(None),
        ~_told(told_of, Member.subject_id),
        ~tellings.is_missed(told_of.row_id, Member.subject_id),
        _reads(told_of),
    )


def _addresses(told_of: PolicyVersion) -> sa.Select[int, int]:
    member = sa.select(Member.id).where(Member.email_canonical == Address.canonical)
    return sa.select(Address.id, Address.subject_id).where(
        sa.literal(told_of.language == min([told_of.language, *_twins(told_of)])),
        Address.verified_at.is_not(None),
        ~member.exists(),
        ~_told(told_of, Address.subject_id),
        ~tellings.is_missed(told_of.row_id, Address.subject_id),
    )


def member(member_id: int) -> Reader | None:
    """Return a member as a reader, unless the account is closed."""
    found = db.session.get(Member, member_id)
    return Reader(found.subject_id, found.email, found.locale) if found and found.active else None


def address(address_id: int, told_of: PolicyVersion) -> Reader | None:
    """Return who reads an address; their language is not known, so they get the version's."""
    found = db.session.get(Address, address_id)
    return Reader(found.subject_id, found.address, told_of.language) if found else None


def _reads(told_of: PolicyVersion) -> sa.ColumnElement[bool]:
    """Whether a member reads the version's language, or no language that has a version of the same day of its own."""
    twins = _twins(told_of)
    own = Member.locale.startswith(told_of.language)
    if not twins:
        return sa.true()
    first = min([told_of.language, *twins]) == told_of.language  # who reads neither is told in one of them
    neither = ~sa.or_(*(Member.locale.startswith(language) for language in [told_of.language, *twins]))
    return sa.or_(own, neither) if first else own


def _twins(told_of: PolicyVersion) -> list[str]:
    """Return the other languages in which the same edition has a version of the same day."""
    same = [one for one in versions.every(told_of.kind) if (one.edition, one.id) == (told_of.edition, told_of.id)]
    return [one.language for one in same if one.language != told_of.language]


def _told(told_of: PolicyVersion, subject_id: InstrumentedAttribute[int]) -> sa.ColumnElement[bool]:
    noted = sa.select(PolicyNotice.id).where(
        PolicyNotice.policy_id == told_of.row_id, PolicyNotice.subject_id == subject_id
    )
    return noted.exists()
