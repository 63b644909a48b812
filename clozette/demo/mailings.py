"""Campaigns of the demo: one that was sent and read, one that waits for its day, and a draft.

The sent one goes the engine's way (snapshot, claims, outcomes) at its own moments; only that no mail server is asked.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ports.bulk_mail import Outcome
from clozette.looks.models import Look
from clozette.newsletters import keys
from clozette.newsletters.campaigns import services as campaigns
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.reports import reading
from clozette.newsletters.reports.models import PICTURE, Touch
from clozette.newsletters.reports.tracking import PURPOSE
from clozette.newsletters.sending import claims, snapshot
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.sending.values import Recipient
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents
from clozette.privacy.controller import controller

_AGO = timedelta(days=2, hours=3)
_TRIAL = timedelta(hours=2)
_BATCH = 6
_MARK = "demo"
_CITY = "Asia/Singapore"
_WORDS = (
    'Hello {{ first_name | "there" }},\n\nthis week it rained in Singapore and shone in Lyon, and both wore linen. '
    "Here is what people loved, and one shirt worn five ways.\n\n[See what is new](/looks)"
)


def fill(newsletters: Sequence[Newsletter], look_ids: Sequence[int], now: datetime) -> None:
    """Add the campaigns of the first newsletter, with some of these looks in them; none where no address is set for them."""
    if not controller().address:
        return  # no mail may go out without it
    weekly = newsletters[0]
    public = sa.select(Look.id).where(Look.id.in_(look_ids), Look.visibility == "public").order_by(Look.id.desc())
    shown = [{"kind": "look", "look": ids.encode(one)} for one in db.session.scalars(public.limit(2))]
    _sent(weekly, shown, now - _AGO)
    _scheduled(weekly, shown, now)
    _written(weekly, "Ideas for December", "What to pack for the end of the year", shown[-1:], now)
    db.session.commit()


def _written(
    newsletter: Newsletter, title: str, subject: str, shown: Sequence[dict[str, str]], now: datetime
) -> Campaign:
    made = campaigns.create(newsletter, title=title, kind="letter", by_id=None, now=now)
    blocks = [{"kind": "heading", "text": subject}, {"kind": "text", "markdown": _WORDS}, *shown]
    campaigns.save(made, campaigns.Content(title, subject, "Loved, worn, worn again", blocks, tracks=True), version=1)
    return made


def _scheduled(newsletter: Newsletter, shown: Sequence[dict[str, str]], now: datetime) -> None:
    made = _written(newsletter, "Friday Rail 13", "One shirt, five ways", shown, now)
    friday = (now + timedelta(days=1 + (3 - now.weekday()) % 7)).replace(hour=1, minute=0, second=0, microsecond=0)
    made.state, made.send_at, made.time_zone = "scheduled", friday, _CITY
    db.session.flush()


def _sent(newsletter: Newsletter, shown: Sequence[dict[str, str]], at: datetime) -> None:
    """Send one in two ways: half of the readers try them, the better one goes to the others."""
    with clock.frozen(at):
        made = campaigns.create(newsletter, title="Friday Rail 12", kind="letter", by_id=None, now=at)
        blocks = [{"kind": "text", "markdown": _WORDS}, *shown]
        content = campaigns.Content(
            made.title,
            "What people loved this week",
            "",
            blocks,
            tracks=True,
            second_subject="Linen in the rain, and eleven looks more",
            test_percent=60,
        )
        campaigns.save(made, content, version=1)
        _agree(newsletter, at - timedelta(days=1))
        sending.start(made, at)
        made.archived_at = at
        while snapshot.fill(made.id, at):
            pass  # no commit before its end: a worker that runs would send it
    tried = _deliver(made, at)
    _read(made, tried, at + timedelta(minutes=20))
    later = at + _TRIAL
    campaigns.pick_winner(made, "b")
    others = _deliver(made, later)
    _read(made, others, later + timedelta(minutes=20))
    _leave(made, [*tried, *others][3:4], later + timedelta(hours=1))
    made.state, made.finished_at = "finished", later + timedelta(minutes=5)


def _agree(newsletter: Newsletter, at: datetime) -> None:
    """Let two of three readers agree that what they read is noted."""
    mine = sa.select(Contact.subject_id).join(Subscription, Subscription.contact_id == Contact.id)
    chosen = mine.where(Subscription.newsletter_id == newsletter.id, Subscription.state == "confirmed")
    for number, subject_id in enumerate(db.session.scalars(chosen.order_by(Contact.id)).all()):
        if number % 3:
            consents.answer(subject_id, PURPOSE, "email", "given", now=at, method="form:preferences")


def _deliver(campaign: Campaign, at: datetime) -> list[Recipient]:
    """Hand a campaign's queue over, some each minute; the first address turns out to be dead. Return who got it."""
    db.session.refresh(campaign)
    batch = claims.Claim(campaign).take(mark=_MARK, wanted=1000, after=0, now=at).recipients
    dead = batch[:1] if campaign.winner is None else []
    for place, reader in enumerate(batch):
        outcome = Outcome(550, "5.1.1", "rcpt") if reader in dead else Outcome(250)
        moment = at + timedelta(minutes=1 + place // _BATCH)
        with clock.frozen(moment):
            for contact_id in claims.record(campaign.id, _MARK, [(reader.contact_id, outcome)], moment):
                sending.bounced(campaign.id, contact_id, "5.1.1", moment)
                contact = db.session.get_one(Contact, contact_id)
                subscriptions.come_back_wrong(contact, "bounce", source="smtp", now=moment)
    return batch[len(dead) :]


def _read(campaign: Campaign, readers: Sequence[Recipient], at: datetime) -> None:
    """Let those who agreed open it, more of them with the second subject; some follow the first link."""
    counted = reading.agreeing(Sending.contact_id).where(Sending.campaign_id == campaign.id)
    agreed = set(db.session.scalars(counted))
    numbers = Counter[str]()
    for reader in (one for one in readers if one.contact_id in agreed):
        number = numbers[reader.letter]
        numbers[reader.letter] += 1
        opens = number % 5 < (4 if reader.letter == "b" else 2)
        places = [PICTURE, 0] if opens and number % 3 == 0 else [PICTURE] if opens else []
        for place in places:
            moment = at + timedelta(minutes=7 * number + place + 1)
            touch = {"campaign_id": campaign.id, "contact_id": reader.contact_id, "number": place}
            db.session.add(Touch(**touch, second=int(moment.timestamp()), at=moment.replace(microsecond=0)))
    db.session.flush()


def _leave(campaign: Campaign, readers: Sequence[Recipient], at: datetime) -> None:
    for reader in readers:
        with clock.frozen(at):
            leaving.act(keys.token("leave", keys.Link(reader.subscription_id, campaign.id)), leaving.PAGE, at)
