"""What a mail rested on: the very yes that stood when it was sent, with its words and its day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Newsletter, Subscription
from clozette.privacy import receipts, subjects
from clozette.privacy.models import LedgerEntry, Subject, Wording

CARRIED = "account"
"""The method of a yes that went over from an address to its member's account: the first one is told instead."""
_CARRIED_AT_MOST = 8


@dataclass(frozen=True)
class Yes:
    """One yes of the ledger, as far as it may be told to whoever holds the mail: nothing here says who it was.

    :ivar asked_at: when the form was filled in, where a mail had to be confirmed.
    :ivar source, agreed_on: of a list that was brought along: where it is from, and the day its people agreed at the latest.
    """

    entry: LedgerEntry
    wording: str
    language: str
    asked_at: datetime | None = None
    source: str = ""
    agreed_on: date | None = None


@dataclass(frozen=True)
class Grounds:
    """Why somebody got a mail.

    :ivar subscription: nothing where all data about its reader was erased since.
    :ivar sent_at: when the mail was handed over, as far as we still know.
    """

    subscription: Subscription | None
    campaign: Campaign | None
    sent_at: datetime | None
    yes: Yes | None

    @property
    def newsletter(self) -> Newsletter | None:
        """Return the newsletter that it was a mail of."""
        if self.subscription is not None:
            return self.subscription.newsletter
        return self.campaign.newsletter if self.campaign else None

    @property
    def goes_on(self) -> bool:
        """Whether the reader gets more of it."""
        return self.subscription is not None and self.subscription.state == "confirmed"


def of(link: keys.Link) -> Grounds:
    """Return why the mail with this link went where it went."""
    subscription = db.session.get(Subscription, link.subscription_id)
    campaign = db.session.get(Campaign, link.campaign_id)
    sent_at = _sent_at(link.campaign_id, subscription.contact_id) if subscription else None
    return Grounds(subscription, campaign, sent_at, _yes_of(subscription, sent_at) if subscription else None)


def _sent_at(campaign_id: int, contact_id: int) -> datetime | None:
    sending = db.session.get(Sending, (campaign_id, contact_id))
    return sending.delivered_at if sending else None


def _yes_of(subscription: Subscription, sent_at: datetime | None) -> Yes | None:
    """Return the yes that stood at the moment of sending: the latest before it, or the one that stands now."""
    entry = None
    if sent_at is not None:
        asked = (subscription.contact.subject_id, services.purpose_for(subscription.newsletter_id), services.CHANNEL)
        entry = receipts.standing_at(*asked, sent_at, actions={"given"})
    if entry is None and subscription.consent_id is not None:
        entry = db.session.get(LedgerEntry, subscription.consent_id)
    return _told(entry) if entry else None


def _told(entry: LedgerEntry) -> Yes:
    facts = _sealed(entry)
    for _ in range(_CARRIED_AT_MOST):
        first = _first_of(entry, facts)
        if first is None:
            break
        entry, facts = first, _sealed(first)
    words = db.session.get_one(Wording, entry.wording)
    return Yes(
        entry,
        words.text,
        words.language,
        asked_at=_moment(facts.get("asked_at")),
        source=str(facts.get("source", "")),
        agreed_on=_day(facts.get("consented_on")),
    )


def _first_of(entry: LedgerEntry, facts: dict[str, Any]) -> LedgerEntry | None:
    """Return the yes that one which was carried over repeats."""
    if entry.method != CARRIED or "entry" not in facts:
        return None
    return db.session.get(LedgerEntry, ids.decode(str(facts["entry"])))


def _sealed(entry: LedgerEntry) -> dict[str, Any]:
    try:
        return subjects.unseal(db.session.get_one(Subject, entry.subject_id), entry.sealed)
    except subjects.Erased:
        return {}


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def _day(text: object) -> date | None:
    return date.fromisoformat(text) if isinstance(text, str) else None
