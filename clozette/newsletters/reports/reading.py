"""Who opened a campaign and followed its links, as numbers: people, and what only programs do set apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel.database import db
from clozette.newsletters.reports.models import Link, Tally, Touch
from clozette.newsletters.reports.tracking import PURPOSE
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact
from clozette.privacy import consents
from clozette.privacy.models import Consent, LedgerEntry

_SECONDS = 1
_OTHER = orm.aliased(Touch)


@dataclass(frozen=True)
class Read:
    """Numbers of one campaign.

    :ivar opened, clicked: people; whoever followed a link has opened the mail. ``machines``: requests of programs.
    :ivar links: for each link's number the people who followed it, and how often they did.
    """

    opened: int
    clicked: int
    machines: int
    links: Mapping[int, tuple[int, int]]


def by_person() -> sa.ColumnElement[bool]:
    """Whether a touch was a person's: nothing of the request spoke against it, and not several links within a second."""
    at_once = _OTHER.second.between(Touch.second - _SECONDS, Touch.second + _SECONDS)
    same = (_OTHER.campaign_id == Touch.campaign_id, _OTHER.contact_id == Touch.contact_id, _OTHER.number >= 0)
    links = sa.select(sa.func.count(sa.distinct(_OTHER.number))).where(*same, at_once).correlate(Touch)
    return sa.and_(Touch.machine.is_(None), links.scalar_subquery() < 2)


def touches(campaign_id: int, *which: sa.ColumnElement[bool]) -> Read:
    """Count the touches of a campaign that are kept."""
    person = by_person().label("person")
    each = sa.select(Touch.contact_id, Touch.number, person).where(Touch.campaign_id == campaign_id, *which).subquery()
    people = sa.func.count(sa.distinct(each.c.contact_id))
    is_link = each.c.number >= 0
    opened, clicked, machines = db.session.execute(
        sa.select(
            people.filter(each.c.person),
            people.filter(each.c.person, is_link),
            sa.func.count().filter(sa.not_(each.c.person)),
        ).select_from(each)
    ).one()
    counted = sa.select(each.c.number, people, sa.func.count()).where(each.c.person, is_link).group_by(each.c.number)
    return Read(opened, clicked, machines, {row[0]: (row[1], row[2]) for row in db.session.execute(counted)})


def by_arm(campaign_id: int, *which: sa.ColumnElement[bool]) -> dict[str, tuple[int, int, int]]:
    """Count the touches of a campaign that are kept, for each arm: people who opened, who clicked, and machines' requests."""
    person = by_person().label("person")
    same = sa.and_(Sending.campaign_id == Touch.campaign_id, Sending.contact_id == Touch.contact_id)
    each = sa.select(Sending.letter, Touch.contact_id, Touch.number, person).join(Sending, same)
    found = each.where(Touch.campaign_id == campaign_id, *which).subquery()
    people = sa.func.count(sa.distinct(found.c.contact_id))
    counts = (
        people.filter(found.c.person),
        people.filter(found.c.person, found.c.number >= 0),
        sa.func.count().filter(sa.not_(found.c.person)),
    )
    rows = db.session.execute(sa.select(found.c.letter, *counts).group_by(found.c.letter))
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def agreeing_by_arm(campaign_id: int) -> dict[str, int]:
    """Count those of each arm to whom it was sent while they agreed to be counted, and who agree still."""
    rows = db.session.execute(
        agreeing(Sending.letter, sa.func.count()).where(Sending.campaign_id == campaign_id).group_by(Sending.letter)
    )
    return {row[0]: row[1] for row in rows}


def agreeing(*columns: Any) -> sa.Select[Any]:
    """Select of the sendings to those who agreed to be counted before they got it, and agree still."""
    mine = (Consent.subject_id == Contact.subject_id, Consent.purpose == PURPOSE, Consent.channel == services.CHANNEL)
    chosen = sa.select(*columns).select_from(Sending).join(Contact, Contact.id == Sending.contact_id)
    chosen = chosen.join(Consent, sa.and_(*mine))
    before = sa.or_(Consent.at <= Sending.delivered_at, _said_before())
    return chosen.where(consents.is_in_force(), Sending.state == "sent", before)


def _said_before() -> sa.ColumnElement[bool]:
    """Whether a consent that stands was given before a sending, and only said again since."""
    given, ended = orm.aliased(LedgerEntry), orm.aliased(LedgerEntry)
    same = (given.subject_id == Consent.subject_id, given.purpose == PURPOSE, given.channel == services.CHANNEL)
    later = (ended.subject_id == given.subject_id, ended.purpose == PURPOSE, ended.channel == services.CHANNEL)
    ending = sa.exists().where(*later, ended.id > given.id, ended.action.in_(consents.ENDINGS)).correlate(given)
    yes = (*same, given.action == "given", given.at <= Sending.delivered_at)
    return sa.exists().where(*yes, sa.not_(ending)).correlate(Consent, Sending)


def of(campaign_id: int) -> Read:
    """Return the numbers of a campaign, with those about whom nothing is kept any more."""
    kept, gone = touches(campaign_id), db.session.get(Tally, campaign_id) or _NOTHING
    links = {
        one.number: (
            one.people + kept.links.get(one.number, (0, 0))[0],
            one.times + kept.links.get(one.number, (0, 0))[1],
        )
        for one in db.session.scalars(sa.select(Link).where(Link.campaign_id == campaign_id))
    }
    return Read(kept.opened + gone.opened, kept.clicked + gone.clicked, kept.machines + gone.machines, links)


def places(campaign_id: int) -> dict[int, str]:
    """Return where a campaign's counted links lead, by number."""
    kept = sa.select(Link.number, Link.address).where(Link.campaign_id == campaign_id).order_by(Link.number)
    return {row.number: row.address for row in db.session.execute(kept)}


_NOTHING = Tally(
    campaign_id=0, bounced=0, bounced_later=0, complained=0, unsubscribed=0, opened=0, clicked=0, machines=0
)
