"""The ways to a newsletter."""

from collections.abc import Collection

import sqlalchemy as sa
from flask import abort
from flask_babel import get_locale
from flask_babel import gettext as _

from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters.subscriptions.models import Newsletter


def open_newsletters() -> list[Newsletter]:
    """Return what one can subscribe to: those in the reader's language first."""
    found = db.session.scalars(sa.select(Newsletter).where(Newsletter.closed_at.is_(None)).order_by(Newsletter.title))
    mine = str(get_locale() or "en")
    return sorted(found, key=lambda one: one.language != mine)


def open_newsletter(slug: str) -> Newsletter:
    """Return one that people can subscribe to, or answer 404."""
    found = db.session.scalar(sa.select(Newsletter).where(Newsletter.slug == slug, Newsletter.closed_at.is_(None)))
    if found is None:
        abort(404)
    return found


def chosen(slugs: Collection[str]) -> list[Newsletter]:
    """Return the newsletters with these short names.

    :raises Refused: if one of them is not there, or closed.
    """
    found = [one for one in open_newsletters() if one.slug in slugs]
    if len(found) != len(set(slugs)):
        raise Refused(Refusal("no_newsletter", _("One of these can't be subscribed to any more."), "newsletters"))
    return found


def any_newsletter(newsletter_id: int) -> Newsletter:
    """Return any newsletter, for staff, or answer 404."""
    found = db.session.get(Newsletter, newsletter_id)
    if found is None:
        abort(404)
    return found


def title_of(newsletter_id: int) -> str | None:
    """Return what a newsletter is called."""
    found: str | None = db.session.scalar(sa.select(Newsletter.title).where(Newsletter.id == newsletter_id))
    return found
