"""How things should stand at Mailchimp: what a contact gets by right now, and what the newsletters are called there."""

import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel import ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ports import mailing_list
from clozette.newsletters import keys
from clozette.newsletters.mailchimp.models import Forgotten, Interest
from clozette.newsletters.sending import eligibility
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription

Wanted = dict[int, dict[str, datetime]]
"""For each contact the newsletters (encoded ids) that it gets, and since when."""
REOPENS = timedelta(days=90)
"""So long a closed newsletter may be opened again: nothing of it is sent, and nobody has to say yes a second time."""


def wanted(contact_ids: Sequence[int]) -> Wanted:
    """Return what contacts get, by the very conditions that the own engine sends by."""
    return _gets(contact_ids, open_newsletters())


def resting(contact_ids: Sequence[int], now: datetime) -> Wanted:
    """Return what contacts would get of newsletters that were closed lately: none of it is sent, and nobody left it."""
    lately = sa.select(Newsletter).where(Newsletter.closed_at > now - REOPENS).order_by(Newsletter.id)
    return _gets(contact_ids, db.session.scalars(lately).all(), if_open=True)


def open_newsletters() -> list[Newsletter]:
    """Return the newsletters that are sent."""
    return list(db.session.scalars(sa.select(Newsletter).where(Newsletter.closed_at.is_(None)).order_by(Newsletter.id)))


def _gets(contact_ids: Sequence[int], newsletters: Iterable[Newsletter], *, if_open: bool = False) -> Wanted:
    found: Wanted = {contact_id: {} for contact_id in contact_ids}
    for newsletter in newsletters:
        gets = (
            sa.select(Subscription.contact_id, Subscription.confirmed_at, Subscription.changed_at)
            .join(Contact, Contact.id == Subscription.contact_id)
            .where(Contact.id.in_(contact_ids), *eligibility.may_get(newsletter, if_open=if_open))
        )
        for contact_id, confirmed_at, changed_at in db.session.execute(gets):
            found[contact_id][ids.encode(newsletter.id)] = confirmed_at or changed_at
    return found


def interests() -> dict[str, str]:
    """Return what the newsletters are called at Mailchimp, by encoded id."""
    return {ids.encode(one.newsletter_id): one.interest for one in db.session.scalars(sa.select(Interest))}


def missing_interests() -> list[Newsletter]:
    """Return the newsletters that Mailchimp has no name for yet."""
    named = sa.select(Interest.newsletter_id)
    without = sa.select(Newsletter).where(Newsletter.closed_at.is_(None), Newsletter.id.not_in(named))
    return list(db.session.scalars(without))


def keep_interests(named: Iterable[tuple[int, str]]) -> None:
    """Note the names that Mailchimp gave."""
    for newsletter_id, interest in named:
        insert_once(Interest, newsletter_id=newsletter_id, interest=interest)


def is_forgotten(contact: Contact) -> bool:
    """Whether Mailchimp erased the address, or has to, and takes it by its own form alone."""
    gone = (Forgotten.address_key == contact.address_key, Forgotten.returned_at.is_(None))
    return db.session.scalar(sa.select(Forgotten.id).where(*gone)) is not None


def digest(contact: Contact) -> str:
    """Return the keyed digest of what Mailchimp is told of a person besides their newsletters."""
    said = json.dumps([contact.address, contact.first_name, contact.last_name, contact.locale])
    return hmac.new(keys.key("mailchimp"), said.encode(), hashlib.sha256).hexdigest()


def key_of(contact: Contact) -> str:
    """Return what Mailchimp calls a contact's present address."""
    return mailing_list.key_of(contact.address)
