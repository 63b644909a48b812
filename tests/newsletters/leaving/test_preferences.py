"""The page of every choice: by the link in a mail, and for somebody known for certain."""

import re

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports import mail
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents
from tests.factories import accounts
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription
from tests.support.client import Client, location


def address(subscription: Subscription) -> str:
    return "/preferences/" + keys.token("preferences", keys.Link(subscription.id, 0))


def agree(subject_id: int, purpose: str, channel: str) -> None:
    consents.answer(subject_id, purpose, channel, "given", now=clock.now(), method="form:test")


def stands(subject_id: int, purpose: str, channel: str) -> bool:
    return consents.stands(subject_id, purpose, channel) is not None


@pytest.fixture
def reader(db_session: orm.Session) -> Subscription:
    """Somebody without an account who gets one newsletter, agreed to texts and to offers of others."""
    contact = make_contact("ada.mode@example.test", first_name="Adalgisa", last_name="Modeste")
    subscription = make_subscription(make_newsletter(), contact)
    agree(contact.subject_id, "our_news", "sms")
    agree(contact.subject_id, "partner_offers", "email")
    return subscription


@pytest.fixture
def stranger(app: Flask) -> Client:
    """Whoever has the link, without cookies."""
    made = app.test_client(use_cookies=False)
    assert isinstance(made, Client)
    return made


def press(client: Client, path: str, **data: str):
    return client.post(path, data=data, csrf=False)


def sent(app: Flask) -> list[mail.Message]:
    tasks.drain(app)
    found: list[mail.Message] = app.extensions[mail.KEY].messages
    return found


@pytest.mark.requirement(47)
def test_the_link_shows_choices_and_nothing_else(stranger: Client, reader: Subscription) -> None:
    other = make_newsletter()
    member = accounts.make_member("adalgisa", email="ada.mode@example.test")
    answer = stranger.get(address(reader))
    page = answer.text
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    for shown in (reader.newsletter.title, other.title, "by text message", "Offers of other companies", "All off"):
        assert shown in page
    hidden = ("ada.mode", "example.test", "Adalgisa", "adalgisa", "Modeste", member.display_name)
    assert not [word for word in hidden if word in page]
    links = set(re.findall(r'(?:href|action)="(/[^"?]*)', page)) - {"/", "/manifest.webmanifest"}
    ways = {link for link in links if not link.startswith(("/static/", "/policy", "/preferences/"))}
    assert ways <= {"/privacy/consents", f"/newsletters/{other.slug}"}, "these ask who one is"


@pytest.mark.requirement(47, 62)
def test_wrong_links_look_alike(stranger: Client, reader: Subscription) -> None:
    link = keys.Link(reader.id, 0)
    right = keys.token("preferences", link)
    bodies = set()
    for wrong in ("x", right[:-3] + "AAA", keys.token("leave", link), keys.token("why", link)):
        for answer in (stranger.get(f"/preferences/{wrong}"), press(stranger, f"/preferences/{wrong}", do="all_off")):
            assert answer.status_code == 404
            bodies.add(answer.data)
    assert len(bodies) == 1
    assert reader.state == "confirmed"


@pytest.mark.requirement(47, 60)
def test_looking_changes_nothing(stranger: Client, reader: Subscription) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        assert stranger.open(address(reader) + "?do=all_off", method=method).status_code == 200
    assert reader.state == "confirmed"


@pytest.mark.requirement(47)
def test_one_is_stopped_and_taken_up_again(stranger: Client, reader: Subscription) -> None:
    second = make_subscription(make_newsletter(), reader.contact)
    path = address(reader)
    answer = press(stranger, path, do="stop", newsletter=ids.encode(reader.newsletter_id))
    assert answer.status_code == 200 and "Location" not in answer.headers
    assert (reader.state, second.state) == ("unsubscribed", "confirmed")
    stamp = re.search(r'name="undo" value="([^"]+)"', answer.text)
    assert stamp
    assert press(stranger, path, do="undo", undo=stamp.group(1)).status_code == 200
    assert reader.state == "confirmed"


@pytest.mark.requirement(47)
def test_a_forwarded_link_begins_nothing_by_itself(app: Flask, stranger: Client, reader: Subscription) -> None:
    other = make_newsletter()
    press(stranger, address(reader), do="start", newsletter=ids.encode(other.id))
    states = {one.newsletter_id: one.state for one in reader.contact.subscriptions}
    assert states == {reader.newsletter_id: "confirmed", other.id: "pending"}
    (message,) = sent(app)
    assert message.to == "ada.mode@example.test"


@pytest.mark.requirement(47, 71)
def test_texts_and_offers_of_others_are_stopped_apart(stranger: Client, reader: Subscription) -> None:
    path, subject_id = address(reader), reader.contact.subject_id
    press(stranger, path, do="stop_offer", purpose="our_news", channel="sms")
    assert not stands(subject_id, "our_news", "sms") and stands(subject_id, "partner_offers", "email")
    press(stranger, path, do="stop_offer", purpose="partner_offers", channel="email")
    assert not stands(subject_id, "partner_offers", "email") and reader.state == "confirmed"
    assert "Stop “Offers" not in stranger.get(path).text


@pytest.mark.requirement(47)
def test_all_off(stranger: Client, reader: Subscription) -> None:
    waiting = make_subscription(make_newsletter(), reader.contact, state="pending")
    subject_id = reader.contact.subject_id
    assert press(stranger, address(reader), do="all_off").status_code == 200
    assert {one.state for one in (reader, waiting)} == {"unsubscribed"}
    assert not [key for key, state in consents.current(subject_id).items() if state.stands]
    assert suppressions.reasons_for(reader.contact.address_key) == {"left"}
    assert press(stranger, address(reader), do="all_off").status_code == 200


@pytest.mark.requirement(47)
def test_all_off_reaches_the_account_of_the_same_address(stranger: Client, reader: Subscription) -> None:
    member = accounts.make_member("ada", email="ada.mode@example.test")
    unproven = accounts.make_member("eve", confirmed=False)
    for one in (member, unproven):
        agree(one.subject_id, "our_news", "email")
    press(stranger, address(reader), do="all_off")
    assert not stands(member.subject_id, "our_news", "email")
    assert stands(unproven.subject_id, "our_news", "email")


@pytest.mark.requirement(47)
@pytest.mark.parametrize(
    "data",
    [
        {},
        {"do": "erase"},
        {"do": "stop"},
        {"do": "stop", "newsletter": "!"},
        {"do": "stop_offer"},
        {"do": "undo"},
        {"do": "undo", "undo": "x" * 5000},
        {"do": "all_off", "more": "x"},
    ],
)
def test_odd_presses_are_refused(stranger: Client, reader: Subscription, data: dict[str, str]) -> None:
    assert press(stranger, address(reader), **data).status_code == 422
    assert reader.state == "confirmed"


@pytest.mark.requirement(47)
def test_presses_about_nothing(stranger: Client, reader: Subscription) -> None:
    path, closed = address(reader), make_newsletter(closed_at=clock.now())
    assert press(stranger, path, do="stop", newsletter=ids.encode(7)).status_code == 404
    assert press(stranger, path, do="start", newsletter=ids.encode(closed.id)).status_code == 404
    assert press(stranger, path, do="stop_offer", purpose="analytics", channel="site").status_code == 404
    assert press(stranger, path, do="undo", undo="not ours").status_code == 409
    nobody = "/preferences/" + keys.token("preferences", keys.Link(5, 6))
    assert stranger.get(nobody).status_code == 200
    assert press(stranger, nobody, do="all_off").status_code == 200
    assert press(stranger, nobody, do="start", newsletter=ids.encode(reader.newsletter_id)).status_code == 409


@pytest.mark.requirement(47, 61)
def test_the_signed_in_way(client: Client, reader: Subscription) -> None:
    member = accounts.make_member("ada", email="ada.mode@example.test")
    accounts.sign_in(client, member)
    newsletter = ids.encode(reader.newsletter_id)
    assert reader.newsletter.title in client.get("/preferences").text
    client.post("/preferences", data={"do": "stop", "newsletter": newsletter})
    assert reader.state == "unsubscribed"
    stamp = stamp_of(client.get("/preferences").text)
    answer = client.post("/preferences", data={"do": "start", "newsletter": newsletter, "_notice": stamp})
    assert location(answer) == "/preferences"
    assert reader.state == "confirmed"
    assert stands(reader.contact.subject_id, services.purpose_for(reader.newsletter_id), "email")


@pytest.mark.requirement(47)
def test_an_account_that_proved_no_address_has_no_say(client: Client, reader: Subscription) -> None:
    member = accounts.make_member("mallory", email="ada.mode@example.test", confirmed=False)
    accounts.sign_in(client, member)
    page = client.get("/preferences").text
    assert "You get it" not in page and "You agreed" not in page
    client.post("/preferences", data={"do": "all_off"})
    client.post("/preferences", data={"do": "stop", "newsletter": ids.encode(reader.newsletter_id)})
    assert reader.state == "confirmed"
    assert stands(reader.contact.subject_id, "our_news", "sms")


@pytest.mark.requirement(47)
def test_a_member_without_newsletters(client: Client, db_session: orm.Session) -> None:
    newsletter: Newsletter = make_newsletter()
    accounts.sign_in(client, accounts.make_member("newcomer"))
    assert f'href="/newsletters/{newsletter.slug}"' in client.get("/preferences").text
    answer = client.post("/preferences", data={"do": "start", "newsletter": ids.encode(newsletter.id)})
    assert answer.status_code == 409
    assert location(client.post("/preferences", data={"do": "all_off"})) == "/preferences"
    assert db_session.query(Contact).count() == 0


def stamp_of(page: str) -> str:
    found = re.search(r'name="_notice" value="([^"]+)"', page)
    assert found
    return found.group(1)
