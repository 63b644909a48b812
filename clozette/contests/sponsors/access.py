"""The ways to a sponsor and to what is shared with one."""

import sqlalchemy as sa
from flask import abort

from clozette.contests.sponsors.models import Sponsor, SponsorPerson
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer


def any_sponsor(sponsor_id: int) -> Sponsor:
    """Return any sponsor, for staff, or answer 404."""
    found = db.session.get(Sponsor, sponsor_id)
    if found is None:
        abort(404)
    return found


def sponsor_of(viewer: Viewer) -> Sponsor:
    """Return the sponsor that the viewer signs in for, or answer 404. Staff of ours are nobody's sponsor."""
    found: Sponsor | None = None
    if not viewer.roles:
        found = db.session.scalar(
            sa.select(Sponsor)
            .join(SponsorPerson, SponsorPerson.sponsor_id == Sponsor.id)
            .where(SponsorPerson.member_id == viewer.member_id, SponsorPerson.taken_at.is_(None))
            .order_by(SponsorPerson.id)
            .limit(1)
        )
    if found is None:
        abort(404)
    return found
