"""Where the viewer is, which prices depend on."""

import sqlalchemy as sa
from flask import current_app

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer


def country_of(viewer: Viewer) -> str:
    """Return a member's country; for a guest that of the house, which the page says."""
    if viewer.member_id is not None:
        return db.session.scalars(sa.select(Member.country).where(Member.id == viewer.member_id)).one()
    return str(current_app.extensions["clozette.settings"].controller_country)
