"""The page that every mail leads to: which yes it rests on."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import proven, services
from clozette.newsletters.subscriptions.models import Subscription
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry, Wording
from tests.factories import accounts
from tests.factories.newsletters import make_campaign, make_contact, make_newsletter, make_subscription
from tests.support.client import Client


def address(subscription: Subscription, campaign_id: int = 0) -> str:
    return "/why/" + keys.token("why", keys.Link(subscription.id, campaign_id))


@pytest.fixture
def stranger(app: Flask) -> Client:
    """Whoever has the mail, without cookies."""
    made = app.test_client(use_cookies=False)
    assert isinstance(made, Client)
    return made


@pytest.fixture
def reader(db_session: orm.Session) -> Subscription:
    contact = make_contact("ada.mode@example.test", first_name="Adalgisa", last_name="Modeste")
    return make_subscription(make_newsletter(), contact)


def send(subscription: Subscription) -> int:
    """Note that a campaign went to a subscriber now."""
    campaign = make_campaign(subscription.newsletter, state="finished")
    where = {"contact_id": subscription.contact_id, "subscription_id": subscription.id, "domain": "example.test"}
    db.session.add(Sending(campaign_id=campaign.id, state="sent", delivered_at=clock.now(), **where))
    db.session.flush()
    return campaign.id


def entry_of(subscription: Subscription) -> LedgerEntry:
    assert subscription.consent_id is not None
    return db.session.get_one(LedgerEntry, subscription.consent_id)


@pytest.mark.requirement(22, 49)
def test_it_shows_the_yes_its_words_and_its_day(stranger: Client, reader: Subscription) -> None:
    entry = entry_of(reader)
    page = stranger.get(address(reader, send(reader)))
    assert page.status_code == 200 and page.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in page.headers
    words = db.session.get_one(Wording, entry.wording).text
    assert all(line in page.text for line in words.splitlines())
    for shown in (ids.encode(entry.id), entry.wording, entry.policy_version, reader.newsletter.title):
        assert shown in page.text
    assert "its button was pressed" in page.text and entry.at.strftime("%H:%M:%S UTC") in page.text
    assert f'href="/u/{keys.token("leave", keys.Link(reader.id, 0))[:10]}' in page.text


@pytest.mark.requirement(47)
def test_it_does_not_say_who_the_reader_is(stranger: Client, reader: Subscription) -> None:
    accounts.make_member("adalgisa", email="ada.mode@example.test")
    page = stranger.get(address(reader, send(reader))).text
    assert not [word for word in ("ada.mode", "example.test", "Adalgisa", "adalgisa", "Modeste") if word in page]


@pytest.mark.requirement(22)
def test_it_is_the_yes_that_stood_when_the_mail_went_out(
    stranger: Client, reader: Subscription, stopped_clock: object
) -> None:
    first = entry_of(reader)
    campaign_id = send(reader)
    stopped_clock.forward(days=3)  # type: ignore[attr-defined]
    services.leave(reader, method="page:preferences", now=clock.now())
    stopped_clock.forward(days=3)  # type: ignore[attr-defined]
    services.give(reader, "undo", method="page:undo", now=clock.now())
    second = entry_of(reader)
    assert second.id != first.id
    page = stranger.get(address(reader, campaign_id)).text
    assert ids.encode(first.id) in page and ids.encode(second.id) not in page
    assert ids.encode(second.id) in stranger.get(address(reader)).text


def test_a_yes_that_moved_to_an_account_is_told_as_it_was_given(
    stranger: Client, reader: Subscription, stopped_clock: object
) -> None:
    first = entry_of(reader)
    stopped_clock.forward(days=2)  # type: ignore[attr-defined]
    member = accounts.make_member("adalgisa", email="ada.mode@example.test")
    proven.settle(member, clock.now())
    assert entry_of(reader).method == "account"
    page = stranger.get(address(reader, send(reader))).text
    assert ids.encode(first.id) in page and "its button was pressed" in page


def test_a_list_says_where_it_is_from(stranger: Client, reader: Subscription) -> None:
    facts = {"source": "The fair of 2025", "consented_on": "2025-03-04", "file": "0" * 64}
    purpose = services.purpose_for(reader.newsletter_id)
    how = {"method": "import", "point": "CP8", "actor": "staff", "wording": "Yes, send me news."}
    entry = consents.answer(
        reader.contact.subject_id, purpose, "email", "given", now=clock.now(), circumstances=facts, **how
    )
    reader.consent_id = entry.id
    page = stranger.get(address(reader)).text
    assert "The fair of 2025" in page and "Yes, send me news." in page and "Mar 4, 2025" in page.replace("March", "Mar")


@pytest.mark.requirement(60)
def test_looking_changes_nothing(stranger: Client, reader: Subscription) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert stranger.open(address(reader), method=method).status_code == 200
    assert stranger.post(address(reader), csrf=False).status_code == 405
    assert reader.state == "confirmed"


@pytest.mark.requirement(62)
def test_wrong_links_look_alike(stranger: Client, reader: Subscription) -> None:
    link = keys.Link(reader.id, 0)
    wrong = ("x", keys.token("why", link)[:-3] + "AAA", keys.token("leave", link), keys.token("preferences", link))
    answers = [stranger.get(f"/why/{token}") for token in wrong]
    assert {one.status_code for one in answers} == {404} and len({one.data for one in answers}) == 1


def test_after_an_erasure_it_says_so(stranger: Client, reader: Subscription) -> None:
    path = address(reader, send(reader))
    services.delete_contact(reader.contact_id)
    page = stranger.get(path)
    assert page.status_code == 200 and "is erased" in page.text


def test_who_left_sees_that(stranger: Client, reader: Subscription) -> None:
    campaign_id = send(reader)
    services.leave(reader, method="one-click", now=clock.now() + timedelta(seconds=1))
    page = stranger.get(address(reader, campaign_id)).text
    assert "get it any more" in page and "Unsubscribe</a>" not in page


def test_a_test_mail_says_that_it_is_one(stranger: Client, reader: Subscription) -> None:
    campaign = make_campaign(reader.newsletter)
    token = keys.token("why", keys.Link(0, campaign.id))
    assert "This was a test" in stranger.get(f"/why/{token}").text
