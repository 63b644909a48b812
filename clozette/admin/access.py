"""Rows for staff. The gate has already checked the role; here absent is 404."""

import sqlalchemy as sa
from flask import abort

from clozette.accounts import handles
from clozette.accounts.models import Member
from clozette.kernel.database import db


def any_member(handle: str) -> Member:
    """Return a member, confirmed or not, deactivated or not; 404 if there is none."""
    member = db.session.scalar(sa.select(Member).where(Member.handle == handles.normalise(handle)))
    if member is None:
        abort(404)
    return member
