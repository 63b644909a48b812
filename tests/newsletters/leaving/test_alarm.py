"""Staff hear when many of one domain leave within minutes of a campaign."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import orm
from structlog.testing import capture_logs

from clozette.kernel import clock
from clozette.newsletters import keys
from clozette.newsletters.leaving import alarm
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions.models import Subscription
from tests.factories.newsletters import make_campaign, make_contact, make_newsletter, make_subscription


class Mailing:
    """A campaign that was delivered to some readers just now."""

    def __init__(self, session: orm.Session) -> None:
        self.session, self.newsletter = session, make_newsletter()
        self.campaign = make_campaign(self.newsletter)

    def deliver(self, domain: str, number: int) -> list[Subscription]:
        contacts = [make_contact(f"reader_{one}@{domain}") for one in range(number)]
        subscriptions = [make_subscription(self.newsletter, contact) for contact in contacts]
        for one in subscriptions:
            facts = {"subscription_id": one.id, "domain": domain, "state": "sent", "delivered_at": clock.now()}
            self.session.add(Sending(campaign_id=self.campaign.id, contact_id=one.contact_id, **facts))
        self.session.flush()
        return subscriptions

    def leave(self, subscriptions: list[Subscription], how: str = leaving.ONE_CLICK) -> None:
        for one in subscriptions:
            leaving.act(keys.token("leave", keys.Link(one.id, self.campaign.id)), how, clock.now())


@pytest.fixture
def mailing(db_session: orm.Session) -> Mailing:
    return Mailing(db_session)


@pytest.mark.requirement(61)
def test_many_of_a_domain_within_minutes(app: Flask, mailing: Mailing, stopped_clock) -> None:
    mailing.leave(mailing.deliver("scanned.test", 12)[:6])
    mailing.leave(mailing.deliver("calm.test", 12)[:2])
    mailing.leave(mailing.deliver("small.test", 4))
    stopped_clock.forward(minutes=5)
    expected = [alarm.Surge(mailing.campaign.id, "scanned.test", 6, 12)]
    assert alarm.surges(clock.now() - timedelta(hours=1)) == expected
    assert alarm.surges_of(mailing.campaign.id) == expected and expected[0].percent == 50
    mailing.session.commit()
    with capture_logs() as logged:
        alarm.watch()
    assert [(one["event"], one["domain"], one["left"]) for one in logged] == [("newsletter_surge", "scanned.test", 6)]
    assert "50 % of scanned.test" in alarm.check(app, app.extensions["clozette.settings"])


@pytest.mark.requirement(61)
def test_who_read_it_first_raises_no_alarm(mailing: Mailing, stopped_clock) -> None:
    readers = mailing.deliver("readers.test", 10)
    stopped_clock.forward(minutes=11)
    mailing.leave(readers)
    assert not alarm.surges(clock.now() - timedelta(hours=1)) and not alarm.surges_of(mailing.campaign.id)


@pytest.mark.requirement(61)
def test_an_alarm_goes_out_by_itself(mailing: Mailing, stopped_clock) -> None:
    mailing.leave(mailing.deliver("scanned.test", 8))
    stopped_clock.forward(minutes=61)
    assert not alarm.surges(clock.now() - timedelta(hours=1))
    assert len(alarm.surges_of(mailing.campaign.id)) == 1


@pytest.mark.requirement(61)
def test_the_campaign_that_made_somebody_leave_is_noted_once(mailing: Mailing, stopped_clock) -> None:
    (reader,) = mailing.deliver("one.test", 1)
    at = clock.now()
    mailing.leave([reader])
    stopped_clock.forward(minutes=1)
    mailing.leave([reader])
    sending = mailing.session.get_one(Sending, (mailing.campaign.id, reader.contact_id))
    mailing.session.refresh(sending)
    assert sending.unsubscribed_at == at
