"""The hand-over to Mailchimp: by the consent to each newsletter, through the one door."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.ports.mailing_list import Shape
from clozette.kernel.ports.release import Release
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, Newsletter
from clozette.privacy import disclosures
from clozette.privacy.disclosures import telling
from clozette.privacy.disclosures.models import Recipient, Telling

SHAPE = Shape(
    address="newsletters_contacts.address",
    first_name="newsletters_contacts.first_name",
    last_name="newsletters_contacts.last_name",
    language="newsletters_contacts.locale",
    interests="newsletters_subscriptions.newsletter_id",
)
_FIELDS = (SHAPE.address, SHAPE.first_name, SHAPE.last_name, SHAPE.language, SHAPE.interests)
NAME = "The Rocket Science Group LLC d/b/a Mailchimp"
# They are told of withdrawals, corrections and erasures by the same API; so this is a page, and no mail goes there.
_PARTICULARS = {
    "legal_name": NAME,
    "address": "405 N Angier Ave. NE, Atlanta, GA 30308",
    "country": "US",
    "contact": "https://mailchimp.com/contact/",
}


def release(contacts: Iterable[Contact], newsletter: Newsletter, now: datetime) -> Release:
    """Write down that Mailchimp gets to know these people as subscribers of a newsletter, and return the slip.

    :raises NotConsented: if one of them has no standing consent; ``BeingErased`` if one is being erased.
    """
    people = {contact.subject_id: _known(contact, newsletter) for contact in contacts}
    agreement = disclosures.Agreement(
        purpose=services.purpose_for(newsletter.id),
        channel=services.CHANNEL,
        trigger="newsletter",
        object_id=newsletter.id,
        means="api",
        retention="until you leave the newsletter, or ask us to forget you",
        contract="Mailchimp Data Processing Addendum",
    )
    to = disclosures.recipient(**_PARTICULARS, now=now)
    return disclosures.disclose(recipient=to, agreement=agreement, people=people, fields=_FIELDS, now=now)


def confirm_tellings(subject_id: int, before: datetime, now: datetime) -> None:
    """Note that Mailchimp did what it had to be told until a moment (requirements 21, 78)."""
    ours = sa.select(Recipient.id).where(Recipient.legal_name == NAME)
    waiting = sa.select(Telling).where(
        Telling.subject_id == subject_id,
        Telling.recipient_id.in_(ours),
        Telling.confirmed_at.is_(None),
        Telling.asked_at <= before,
    )
    for one in db.session.scalars(waiting):
        telling.confirm(one, now=now)


def _known(contact: Contact, newsletter: Newsletter) -> dict[str, Any]:
    return {
        SHAPE.address: contact.address,
        SHAPE.first_name: contact.first_name,
        SHAPE.last_name: contact.last_name,
        SHAPE.language: contact.locale,
        SHAPE.interests: [ids.encode(newsletter.id)],
    }
