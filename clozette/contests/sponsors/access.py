"""The ways to a sponsor and to what is shared with one."""

import sqlalchemy as sa
from flask import abort
from flask_babel import gettext as _
from sqlalchemy import orm

from clozette.contests.sponsors.models import Handout, Sharing, Sponsor, SponsorPerson
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
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
            .where(
                SponsorPerson.member_id == viewer.member_id,
                SponsorPerson.taken_at.is_(None),
                Sponsor.closed_at.is_(None),
            )
            .order_by(SponsorPerson.id)
            .limit(1)
        )
    if found is None:
        abort(404)
    return found


def open_sponsor(sponsor_id: int) -> Sponsor:
    """Return a sponsor that something can be shared with.

    :raises Refused: for any other.
    """
    found = db.session.get(Sponsor, sponsor_id)
    if found is None or found.closed_at is not None:
        raise Refused(Refusal("no_sponsor", _("Please choose one from the list."), "sponsor"))
    return found


def any_sharing(sharing_id: int) -> Sharing:
    """Return any sharing with its sponsor, for staff, or answer 404."""
    wanted = sa.select(Sharing).options(orm.joinedload(Sharing.sponsor)).where(Sharing.id == sharing_id)
    found = db.session.scalar(wanted)
    if found is None:
        abort(404)
    return found


def any_handout(handout_id: int) -> Handout:
    """Return any handout, for staff, or answer 404."""
    found = db.session.get(Handout, handout_id)
    if found is None:
        abort(404)
    return found


def handout_of(sponsor: Sponsor, handout_id: int) -> Handout:
    """Return a handout of a sponsor's own with its terms, or answer 404."""
    found = db.session.scalar(
        sa.select(Handout)
        .join(Sharing, Sharing.id == Handout.sharing_id)
        .options(orm.contains_eager(Handout.sharing))
        .where(Handout.id == handout_id, Sharing.sponsor_id == sponsor.id)
    )
    if found is None:
        abort(404)
    return found
