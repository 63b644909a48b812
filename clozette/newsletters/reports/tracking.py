"""Counted links and pictures: only in mails to those who agreed to it, and only to where the campaign itself leads.

Everybody else's mail has the plain links and no picture.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import exc

from clozette.kernel import database
from clozette.kernel.database import db, insert_once
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters import keys
from clozette.newsletters.campaigns import rendering
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.campaigns.slots import LINK, Value
from clozette.newsletters.reports import rules
from clozette.newsletters.reports.models import MAX_ADDRESS, PICTURE, Link, Touch
from clozette.newsletters.sending.events import CampaignStarted
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.sending.values import Recipient, Values
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, Subscription
from clozette.privacy import consents
from clozette.privacy.models import Consent

PURPOSE = "newsletter_tracking"
PIXEL = "pixel"
KEPT = timedelta(days=90)
MOST = 200
"""As many touches of one reader with one campaign are noted; whatever comes then is a program's."""


@dataclass(frozen=True)
class Request:
    """What a request tells about itself; none of it is kept."""

    method: str
    headers: Mapping[str, str]


def keep_links(event: CampaignStarted) -> None:
    """Write down where a campaign's links lead, as it starts.

    :raises Refused: if one of them is too long to be counted.
    """
    campaign = db.session.get_one(Campaign, event.campaign_id)
    for number, address in enumerate(rendering.links(campaign) if campaign.tracks else []):
        if len(address) > MAX_ADDRESS:
            raise Refused(Refusal("long_link", _("A link is too long to be counted: %(link)s…", link=address[:60])))
        insert_once(Link, campaign_id=campaign.id, number=number, address=address)


def values(campaign: Campaign, batch: Sequence[Recipient]) -> Values:
    """Return what stands in a batch of mails where links are, and where the picture is."""
    if not campaign.tracks:
        return {}
    places = _places(campaign)
    plain: dict[str, Value] = {f"{LINK}{number}": address for number, address in enumerate(places)}
    agreed = _agreed([reader.contact_id for reader in batch]) if campaign.started_at else set()
    return {
        reader.contact_id: _counted(campaign, reader, len(places)) if reader.contact_id in agreed else plain
        for reader in batch
    }


def target(token: str, number: int) -> str | None:
    """Return where a counted link leads; nothing if we made no such link."""
    link = keys.read(f"click:{number}", token)
    found = db.session.get(Link, (link.campaign_id, number)) if link else None
    return found.address if found else None


def clicked(token: str, number: int, seen: Request, now: datetime) -> None:
    """Note that a link was followed, if that may be noted."""
    _note(keys.read(f"click:{number}", token), number, seen, now)


def opened(token: str, seen: Request, now: datetime) -> bool:
    """Note that a mail was shown, if that may be noted; say whether the picture is one of ours."""
    link = keys.read("open", token)
    _note(link, PICTURE, seen, now)
    return link is not None


def _places(campaign: Campaign) -> list[str]:
    """Return a campaign's links: as it started, or as a draft has them now."""
    if campaign.started_at is None:
        return rendering.links(campaign)
    kept = sa.select(Link.address).where(Link.campaign_id == campaign.id).order_by(Link.number)
    return list(db.session.scalars(kept))


def _agreed(contact_ids: Collection[int]) -> set[int]:
    """Return those of some contacts who agreed to be counted."""
    mine = (Consent.subject_id == Contact.subject_id, Consent.purpose == PURPOSE, Consent.channel == services.CHANNEL)
    chosen = sa.select(Contact.id).join(Consent, sa.and_(*mine))
    return set(db.session.scalars(chosen.where(Contact.id.in_(contact_ids), consents.is_in_force())))


def _counted(campaign: Campaign, reader: Recipient, number: int) -> dict[str, Value]:
    link, base = keys.Link(reader.subscription_id, campaign.id), _base()
    links: dict[str, Value] = {
        f"{LINK}{place}": f"{base}/c/{keys.token(f'click:{place}', link)}/{place}" for place in range(number)
    }
    picture = (
        f'<img src="{base}/o/{keys.token("open", link)}" alt="" width="1" height="1" style="display:block;border:0">'
    )
    return {**links, PIXEL: (picture, "")}


def _note(link: keys.Link | None, number: int, seen: Request, now: datetime) -> None:
    """Add a touch in a transaction of its own: a page that is only asked for writes nothing else, and never fails by it."""
    subscription = db.session.get(Subscription, link.subscription_id) if link else None
    campaign = db.session.get(Campaign, link.campaign_id) if link else None
    if subscription is None or campaign is None or not _may_note(campaign, subscription.contact_id, now):
        return
    touch = {
        "campaign_id": campaign.id,
        "contact_id": subscription.contact_id,
        "number": number,
        "second": int(now.timestamp()),
        "at": now.replace(microsecond=0),
        "machine": rules.machine(seen.method, seen.headers, _since(campaign.id, subscription.contact_id, now)),
    }
    try:
        with database.writing() as session:
            session.execute(sa.insert(Touch).values(**touch))
    except exc.DBAPIError:
        pass  # noted in this second already, or the reader was erased in this moment, or the database is busy


def _may_note(campaign: Campaign, contact_id: int, now: datetime) -> bool:
    """Whether the reader still agrees, the campaign is not too old, and this is no flood."""
    if not campaign.tracks or campaign.started_at is None or now > campaign.started_at + KEPT:
        return False
    mine = (Touch.campaign_id == campaign.id, Touch.contact_id == contact_id)
    noted = db.session.scalar(sa.select(sa.func.count()).select_from(Touch).where(*mine)) or 0
    return noted < MOST and bool(_agreed([contact_id]))


def _since(campaign_id: int, contact_id: int, now: datetime) -> timedelta | None:
    sending = db.session.get(Sending, (campaign_id, contact_id))
    return now - sending.delivered_at if sending and sending.delivered_at else None


def _base() -> str:
    address: str = current_app.extensions["clozette.settings"].base_url
    return address.rstrip("/")
