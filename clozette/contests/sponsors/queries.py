"""Reads about sponsors."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy import exc

from clozette.accounts import beside
from clozette.accounts.models import Member
from clozette.contests.sponsors.models import Fetch, Hook, Sharing, Sponsor, SponsorPerson
from clozette.contests.sponsors.things import Thing
from clozette.kernel.database import BigInt, db
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer
from clozette.privacy.disclosures.models import Recipient


def sponsors() -> Sequence[Sponsor]:
    """Return all of them: those that are open first, by name."""
    return db.session.scalars(
        sa.select(Sponsor).order_by(Sponsor.closed_at.is_not(None), Sponsor.legal_name, Sponsor.id)
    ).all()


def open_sponsors() -> Sequence[Sponsor]:
    """Return those that something new can be shared with."""
    return [one for one in sponsors() if one.closed_at is None]


def is_of_domains(domains: Sequence[str], email: str) -> bool:
    """Whether a mail address belongs to a sponsor's staff: it is at one of their domains, or below one."""
    host = email.rpartition("@")[2].casefold()
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def people_of(sponsor: Sponsor) -> Sequence[tuple[SponsorPerson, str]]:
    """Return who signs in for a sponsor, each with the handle."""
    standing = (
        sa.select(SponsorPerson, Member.handle)
        .join(Member, Member.id == SponsorPerson.member_id)
        .where(SponsorPerson.sponsor_id == sponsor.id, SponsorPerson.taken_at.is_(None))
        .order_by(SponsorPerson.id)
    )
    return [(person, handle) for person, handle in db.session.execute(standing)]


def signed_in_for(viewer: Viewer) -> str:
    """Return the name of the sponsor that the viewer signs in for, or nothing. Pages of errors show it too."""
    if viewer.member_id is None or viewer.roles:
        return ""
    try:
        found = beside.rows(_SIGNS_IN_FOR, {"member": viewer.member_id})
    except exc.DBAPIError:
        return ""
    return str(found[0].legal_name) if found else ""


_SIGNS_IN_FOR = Prepared(
    sa.select(Sponsor.legal_name)
    .join(SponsorPerson, SponsorPerson.sponsor_id == Sponsor.id)
    .where(
        SponsorPerson.member_id == sa.bindparam("member", type_=BigInt),
        SponsorPerson.taken_at.is_(None),
        Sponsor.closed_at.is_(None),
    )
)


def sharings_of(sponsor: Sponsor) -> Sequence[Sharing]:
    """Return everything that is asked for a sponsor now, newest first."""
    theirs = (Sharing.sponsor_id == sponsor.id, Sharing.replaced_at.is_(None))
    return db.session.scalars(sa.select(Sharing).where(*theirs).order_by(Sharing.id.desc())).all()


def ever(found: Thing) -> Sequence[Sharing]:
    """Return everything that was ever asked for a thing, newest first."""
    of_it = (Sharing.object_kind == found.kind, Sharing.object_id == found.id)
    return db.session.scalars(sa.select(Sharing).where(*of_it).order_by(Sharing.id.desc())).all()


def recipient_of(asked: Sharing) -> Recipient:
    """Return the sponsor by the particulars that people read."""
    return db.session.get_one(Recipient, asked.recipient_id)


def hook_of(sponsor_id: int) -> Hook | None:
    """Return a sponsor's own address for what is handed over, if they have one."""
    return db.session.get(Hook, sponsor_id)


def marked(mark: str) -> Fetch | None:
    """Return the fetch that a mark comes from: whose copy somebody found."""
    return db.session.scalar(sa.select(Fetch).where(Fetch.mark == mark))
