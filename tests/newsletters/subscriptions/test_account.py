"""Newsletters in the account and by the API."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import tokens
from clozette.kernel import clock, tasks
from clozette.kernel.ports.mail import KEY
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, SignUp, Subscription
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription
from tests.support.client import Client, location

NAMES = {"first_name": "Ada", "last_name": "Mode"}


@pytest.fixture
def weekly(db_session: orm.Session) -> Newsletter:
    return make_newsletter("weekly", title="The Weekly")


@pytest.fixture
def ada(db_session: orm.Session, client: Client) -> Member:
    member = make_member("ada", country="SG", time_zone="Asia/Singapore")
    sign_in(client, member)
    return member


def states(session: orm.Session) -> dict[str, str]:
    session.expire_all()
    return {one.newsletter.slug: one.state for one in session.scalars(sa.select(Subscription))}


def test_one_press_is_enough_at_a_proven_address(app: Flask, client: Client, db_session, weekly, ada) -> None:
    app.extensions[KEY].clear()
    make_newsletter("monthly")
    page = client.get("/settings/newsletters").text
    stamp = re.search(r'name="_notice" value="([^"]+)"', page).group(1)
    typed = {**NAMES, "newsletter": "weekly", "_notice": stamp}
    assert location(client.post("/settings/newsletters", data=typed)) == "/settings/newsletters"
    assert states(db_session) == {"weekly": "confirmed"}
    contact = db_session.scalars(sa.select(Contact)).one()
    assert (contact.subject_id, contact.first_name) == (ada.subject_id, "Ada")
    assert (contact.country, contact.time_zone) == ("SG", "Asia/Singapore")
    served, given = db_session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert (served.action, given.action, given.method, given.point) == ("served", "given", "form:settings", "CP8")
    tasks.drain(app)
    assert app.extensions[KEY].messages == []
    assert "You get" in client.get("/settings/newsletters").text
    assert location(client.post("/settings/newsletters/weekly", data={"_method": "DELETE"}))
    assert states(db_session) == {"weekly": "unsubscribed"}
    client.post("/settings/newsletters", data={**typed, "_notice": ""})
    assert states(db_session) == {"weekly": "confirmed"}


@pytest.mark.requirement(4)
@pytest.mark.parametrize("missing", ["first_name", "last_name", "newsletter"])
def test_names_are_mandatory_there_too(client: Client, db_session, weekly, ada, missing: str) -> None:
    typed = {name: value for name, value in {**NAMES, "newsletter": "weekly"}.items() if name != missing}
    assert client.post("/settings/newsletters", data=typed).status_code == 422
    assert states(db_session) == {}


def test_a_minor_needs_a_guardian(client: Client, db_session, weekly) -> None:
    sign_in(client, make_minor("mina"))
    answer = client.post("/settings/newsletters", data={**NAMES, "newsletter": "weekly"})
    assert answer.status_code == 409 and "guardian" in answer.text and states(db_session) == {}


def test_a_dead_address_is_told(client: Client, db_session, weekly, ada) -> None:
    services.suppress(make_contact(ada.email), "bounced", source="dsn", now=clock.now())
    answer = client.post("/settings/newsletters", data={**NAMES, "newsletter": "weekly"})
    assert answer.status_code == 409 and "came back" in answer.text and states(db_session) == {}


def test_whoever_left_all_gets_again_what_they_press(client: Client, db_session, weekly, ada) -> None:
    subscription = make_subscription(weekly, make_contact(ada.email))
    make_subscription(make_newsletter("monthly"), subscription.contact)
    leaving.leave_all(subscription.contact, "page:preferences", clock.now())
    client.post("/settings/newsletters", data={**NAMES, "newsletter": "weekly"})
    assert states(db_session) == {"weekly": "confirmed", "monthly": "unsubscribed"}
    assert suppressions.reasons_for(subscription.contact.address_key) == set()


def test_what_was_subscribed_before_the_account_is_there(client: Client, db_session, weekly, ada) -> None:
    make_subscription(weekly, make_contact(ada.email))
    assert "End it" in client.get("/settings/newsletters").text
    assert location(client.post("/settings/newsletters/weekly", data={"_method": "DELETE"}))
    assert states(db_session) == {"weekly": "unsubscribed"}
    assert client.post("/settings/newsletters/nothing", data={"_method": "DELETE"}).status_code == 303


def test_the_api_lists_and_asks(app: Flask, client: Client, db_session, weekly) -> None:
    make_newsletter("closed", closed_at=clock.now())
    (listed,) = client.get("/api/v1/newsletters").json
    assert (listed["slug"], listed["title"]) == ("weekly", "The Weekly") and "The Weekly" in listed["wording"]
    asked = {**NAMES, "email": "ada@example.test", "notice": listed["notice"]}
    answer = client.post("/api/v1/newsletters/weekly/subscriptions", json=asked)
    assert (answer.status_code, answer.json) == (202, {"state": "asked"})
    assert states(db_session) == {"weekly": "pending"} and db_session.scalars(sa.select(SignUp)).one().stamped
    assert client.post("/api/v1/newsletters/closed/subscriptions", json=asked).status_code == 404
    assert client.post("/api/v1/newsletters/weekly/subscriptions", json={**asked, "notice": "x"}).status_code == 409


@pytest.mark.requirement(4)
@pytest.mark.parametrize("missing", ["email", "first_name", "last_name"])
def test_all_three_are_mandatory_in_the_api(client: Client, db_session, weekly, missing: str) -> None:
    asked = {name: value for name, value in {**NAMES, "email": "ada@example.test"}.items() if name != missing}
    answer = client.post("/api/v1/newsletters/weekly/subscriptions", json=asked)
    assert answer.status_code == 422 and missing in str(answer.json["errors"])
    assert states(db_session) == {}


@pytest.mark.requirement(35)
def test_the_api_tells_nothing_about_an_address_either(client: Client, db_session, weekly) -> None:
    make_subscription(weekly, make_contact("known@example.test"))
    services.suppress(make_contact("shut@example.test"), "bounced", source="dsn", now=clock.now())
    answers = set()
    for name in ("new", "known", "shut"):
        asked = {**NAMES, "email": f"{name}@example.test"}
        answer = client.post("/api/v1/newsletters/weekly/subscriptions", json=asked)
        answers.add((answer.status_code, answer.text))
    assert len(answers) == 1


def test_a_member_subscribes_and_leaves_by_the_api(client: Client, db_session, weekly, ada) -> None:
    token = tokens.make(ada.id, name="t", scopes=["privacy:read", "privacy:write"], days=1, now=clock.now())
    headers = {"Authorization": f"Bearer {token}"}
    path = "/api/v1/newsletters/weekly/subscription"
    assert client.put(path, json={"first_name": "Ada"}, headers=headers).status_code == 422
    answer = client.put(path, json=NAMES, headers=headers)
    assert (answer.status_code, answer.json["state"], answer.json["newsletter"]) == (200, "confirmed", "weekly")
    assert consents.stands(ada.subject_id, services.purpose_for(weekly.id), "email")
    (one,) = client.get("/api/v1/subscriptions", headers=headers).json
    assert one["title"] == "The Weekly"
    assert client.delete(path, headers=headers).status_code == client.delete(path, headers=headers).status_code == 204
    assert states(db_session) == {"weekly": "unsubscribed"}
