"""Sign-ups that nobody confirmed: after a week they run out, and whoever is known by nothing else is forgotten."""

from datetime import datetime

import sqlalchemy as sa

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, SignUp
from clozette.privacy.models import Subject
from clozette.rights.desk import kept
from clozette.rights.desk.models import Address

BATCH = 200
_OURS = frozenset({"rights_addresses", "privacy_subjects"})


def run_out(now: datetime) -> int:
    """End a batch of what waited too long; return how many sign-ups it was."""
    old = sa.select(SignUp).where(SignUp.expires_at <= now).order_by(SignUp.expires_at).limit(BATCH)
    signups = db.session.scalars(old).all()
    contact_ids = {one.contact_id for one in signups}
    for signup in signups:
        db.session.delete(signup)
    db.session.flush()
    for contact_id in sorted(contact_ids):
        contact = db.session.get_one(Contact, contact_id)
        _expire(contact, now)
        _forget_stranger(contact)
    return len(signups)


def _expire(contact: Contact, now: datetime) -> None:
    """End what is pending and named by no sign-up that may still be confirmed."""
    waiting = sa.select(SignUp.newsletter_ids).where(SignUp.contact_id == contact.id, SignUp.used_at.is_(None))
    named = {ids.decode(one) for some in db.session.scalars(waiting) for one in some}
    for subscription in list(contact.subscriptions):
        if subscription.state == "pending" and subscription.newsletter_id not in named:
            services.move(subscription, "expire", now)


def _forget_stranger(contact: Contact) -> None:
    """Delete a contact that never confirmed anything, and the person if nothing else is known of them.

    Whoever ended or complained before confirming stays: an import must not bring them back.
    """
    if contact.confirmed_at is not None or any(one.state != "expired" for one in contact.subscriptions):
        return
    if db.session.scalar(sa.select(SignUp.id).where(SignUp.contact_id == contact.id).limit(1)):
        return
    subject_id = contact.subject_id
    services.delete_contact(contact.id)
    if not kept.anything_but(subject_id, _OURS):
        db.session.execute(sa.delete(Address).where(Address.subject_id == subject_id))
        db.session.execute(sa.delete(Subject).where(Subject.id == subject_id))


def known_addresses() -> sa.Select[tuple[int]]:
    """Return the subjects whose address the requests desk has to keep, because newsletters go there."""
    return sa.select(Contact.subject_id)
