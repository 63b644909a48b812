"""What somebody gets from us: each newsletter, each consent to news and offers, by each way."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from clozette.accounts import addresses
from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.newsletters.subscriptions.models import Contact, Newsletter
from clozette.privacy import consents, purposes

OFFERS = ("our_news", "partner_offers", "newsletter_tracking")
GETS = frozenset({"confirmed", "pending"})


@dataclass(frozen=True)
class Line:
    """A newsletter, and how somebody stands to it."""

    newsletter: Newsletter
    state: str

    @property
    def is_on(self) -> bool:
        """Whether there is something to end."""
        return self.state in GETS


@dataclass(frozen=True)
class Offer:
    """News and offers by one way, and whether somebody agreed to it."""

    purpose: str
    channel: str
    is_on: bool

    @property
    def asked(self) -> consents.ConsentPurpose:
        """Return what is asked."""
        return purposes.PURPOSES[self.purpose]

    @property
    def channel_name(self) -> str:
        """Return its way in plain words."""
        return str(purposes.CHANNEL_NAMES[self.channel])


def contact_of(subject_id: int, proven: str | None) -> Contact | None:
    """Return the contact of a person, by their subject or by an address that they proved to read."""
    canonical = addresses.canonical(proven or "")
    mine = sa.or_(Contact.subject_id == subject_id, Contact.canonical == canonical)
    found: Contact | None = db.session.scalars(sa.select(Contact).where(mine).order_by(Contact.id)).first()
    return found


def subjects_of(contact: Contact) -> list[int]:
    """Return the subjects that an address stands for: the contact's, and that of the member who confirmed it."""
    member = (Member.email_canonical == contact.canonical, Member.confirmed_at.is_not(None))
    others = db.session.scalars(sa.select(Member.subject_id).where(*member, Member.subject_id != contact.subject_id))
    return [contact.subject_id, *others]


def lines(contact: Contact | None) -> list[Line]:
    """Return every newsletter that one can have, and the closed ones that somebody still has."""
    states = {one.newsletter_id: one.state for one in contact.subscriptions} if contact else {}
    found = [Line(one, states.get(one.id, "")) for one in db.session.scalars(_by_title())]
    return [line for line in found if line.is_on or line.newsletter.closed_at is None]


def offers(subject_ids: list[int]) -> list[Offer]:
    """Return every consent to news and offers that is asked for today, or stands."""
    stands = {key for one in subject_ids for key, state in consents.current(one).items() if state.stands}
    asked = set(purposes.offers())
    keys = [(name, way) for name in OFFERS if name in purposes.PURPOSES for way in purposes.PURPOSES[name].channels]
    return [Offer(*key, key in stands) for key in keys if key in asked | stands]


def stop_offer(subject_ids: list[int], purpose: str, channel: str, *, method: str, now: datetime) -> bool:
    """Take a consent to news or offers back; say whether one stood."""
    stood = [one for one in subject_ids if _stands(one, purpose, channel)]
    for one in stood:
        consents.answer(one, purpose, channel, "withdrawn", now=now, method=method)
    return bool(stood)


def stop_offers(subject_ids: list[int], *, method: str, now: datetime) -> None:
    """Take every consent to news and offers back."""
    for offer in offers(subject_ids):
        stop_offer(subject_ids, offer.purpose, offer.channel, method=method, now=now)


def _stands(subject_id: int, purpose: str, channel: str) -> bool:
    state = consents.current(subject_id).get((purpose, channel))
    return state is not None and state.stands


def _by_title() -> sa.Select[Newsletter]:
    return sa.select(Newsletter).order_by(Newsletter.title, Newsletter.id)
