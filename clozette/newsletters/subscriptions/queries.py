"""What pages of subscriptions read."""

from collections.abc import Collection

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.subscriptions.models import Contact, Newsletter


def contact_of(canonical: str) -> Contact | None:
    """Return who has an address."""
    found: Contact | None = db.session.scalar(sa.select(Contact).where(Contact.canonical == canonical))
    return found


def newsletters_of(newsletter_ids: Collection[int]) -> list[Newsletter]:
    """Return those of some newsletters that are open still."""
    some = sa.select(Newsletter).where(Newsletter.id.in_(newsletter_ids), Newsletter.closed_at.is_(None))
    return list(db.session.scalars(some.order_by(Newsletter.title)))
