"""What pages of subscriptions read."""

from collections.abc import Collection

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription


def contact_of(canonical: str) -> Contact | None:
    """Return who has an address."""
    found: Contact | None = db.session.scalar(sa.select(Contact).where(Contact.canonical == canonical))
    return found


def member_subject(canonical: str) -> int | None:
    """Return the subject of the member who confirmed an address."""
    confirmed = (Member.email_canonical == canonical, Member.confirmed_at.is_not(None))
    found: int | None = db.session.scalar(sa.select(Member.subject_id).where(*confirmed))
    return found


def newsletters_of(newsletter_ids: Collection[int]) -> list[Newsletter]:
    """Return those of some newsletters that are open still."""
    some = sa.select(Newsletter).where(Newsletter.id.in_(newsletter_ids), Newsletter.closed_at.is_(None))
    return list(db.session.scalars(some.order_by(Newsletter.title)))


def subscription_of(canonical: str, slug: str) -> Subscription | None:
    """Return how whoever has an address stands to a newsletter."""
    mine = sa.select(Subscription).join(Subscription.contact).join(Subscription.newsletter)
    found: Subscription | None = db.session.scalar(mine.where(Contact.canonical == canonical, Newsletter.slug == slug))
    return found


def subscriptions_of(canonical: str) -> list[Subscription]:
    """Return everything that whoever has an address stands in."""
    mine = sa.select(Subscription).join(Subscription.contact).where(Contact.canonical == canonical)
    return list(db.session.scalars(mine.order_by(Subscription.id)))
