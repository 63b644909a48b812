"""Where the viewer is, which prices depend on."""

import sqlalchemy as sa
from flask import current_app

from clozette.accounts.models import Member
from clozette.kernel import database
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer

_COUNTRY = Prepared(sa.select(Member.country).where(Member.id == sa.bindparam("me")))


def country_of(viewer: Viewer) -> str:
    """Return a member's country; for a guest that of the house, which the page says."""
    if viewer.member_id is not None:
        return str(_COUNTRY.rows(database.connection(), {"me": viewer.member_id})[0].country)
    return str(current_app.extensions["clozette.settings"].controller_country)
