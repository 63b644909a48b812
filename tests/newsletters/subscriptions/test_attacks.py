"""What overtakes a sign-up, and what others may not find out or bring about by one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.ports.mail import KEY, MemoryOutbox
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, SignUp, Subscription
from clozette.privacy import consents
from tests.factories import accounts
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription
from tests.support.client import Client

NAMES = {"first_name": "Ada", "last_name": "Mode"}


def sign_up(contact: Contact, *newsletters: Newsletter, first_name: str = "Ada") -> tuple[SignUp, str]:
    names = {**NAMES, "first_name": first_name}
    how = {"locale": "en", "method": "form", "stamped": None, "now": clock.now()}
    made = services.sign_up(contact, [one.id for one in newsletters], **names, **how)
    token = services.new_token(made)
    contact_session = orm.object_session(made)
    contact_session.flush()
    contact_session.expire(contact)
    return made, token


def state_of(contact: Contact, newsletter: Newsletter) -> str:
    session = orm.object_session(contact)
    session.expire_all()
    (one,) = [one for one in contact.subscriptions if one.newsletter_id == newsletter.id]
    return one.state


@pytest.mark.requirement(34, 45)
@pytest.mark.parametrize("ended", ["left", "complained"])
def test_an_overtaken_sign_up_lifts_nothing(client: Client, db_session: orm.Session, ended: str) -> None:
    newsletter, contact = make_newsletter(), make_contact(first_name="Ada")
    _, token = sign_up(contact, newsletter, first_name="Mallory")
    now = clock.now()
    if ended == "left":
        leaving.leave_all(contact, "page:preferences", now)
    else:
        services.come_back_wrong(contact, "complain", source="arf", now=now)
    db_session.commit()
    assert client.post(f"/newsletters/confirm/{token}").status_code == 404, "it says no more that it counts"
    assert state_of(contact, newsletter) in {"unsubscribed", "complained"}
    assert suppressions.reasons_for(contact.address_key) == {ended}
    assert contact.first_name == "Ada"


@pytest.mark.requirement(34, 45)
def test_the_service_lifts_nothing_either(db_session: orm.Session) -> None:
    newsletter, contact = make_newsletter(), make_contact()
    made, _ = sign_up(contact, newsletter)
    leaving.leave_all(contact, "page:preferences", clock.now())
    assert services.confirm(made, now=clock.now()) == []
    assert suppressions.reasons_for(contact.address_key) == {"left"}


@pytest.mark.requirement(34)
def test_a_second_link_for_what_counts_already_is_welcome(client: Client, db_session: orm.Session) -> None:
    newsletter, contact = make_newsletter(), make_contact()
    (_, first), (_, second) = sign_up(contact, newsletter), sign_up(contact, newsletter)
    db_session.commit()
    for token in (first, second):
        assert client.post(f"/newsletters/confirm/{token}").status_code == 303
    assert state_of(contact, newsletter) == "confirmed"


@pytest.mark.requirement(34)
def test_what_was_closed_meanwhile_is_not_agreed_to(client: Client, db_session: orm.Session) -> None:
    open_, closed, contact = make_newsletter(title="Stays"), make_newsletter(title="Goes"), make_contact()
    _, token = sign_up(contact, open_, closed)
    closed.closed_at = clock.now()
    db_session.commit()
    assert "Goes" not in client.get(f"/newsletters/confirm/{token}").text
    client.post(f"/newsletters/confirm/{token}")
    assert (state_of(contact, open_), state_of(contact, closed)) == ("confirmed", "pending")
    assert consents.stands(contact.subject_id, services.purpose_for(closed.id), "email") is None


@pytest.mark.requirement(34)
def test_nothing_is_confirmed_where_all_was_closed(client: Client, db_session: orm.Session) -> None:
    closed, contact = make_newsletter(), make_contact()
    _, token = sign_up(contact, closed)
    closed.closed_at = clock.now()
    db_session.commit()
    assert client.post(f"/newsletters/confirm/{token}").status_code >= 400
    assert state_of(contact, closed) == "pending"


@pytest.mark.requirement(35)
@pytest.mark.parametrize("path", ["/newsletters", "/newsletters/weekly"])
def test_an_account_with_anybodys_address_learns_no_names(client: Client, db_session: orm.Session, path: str) -> None:
    contact = make_contact("victim@example.test", first_name="Victoria", last_name="Secretive")
    make_subscription(make_newsletter("weekly"), contact)
    accounts.sign_in(client, accounts.make_member("mallory", email="victim@example.test", confirmed=False))
    page = client.get(path).text
    assert "Victoria" not in page and "Secretive" not in page


@pytest.mark.requirement(34, 35)
@pytest.mark.parametrize("typed", ["ada＠example.test", "ada@exämple.test", "ada@example。test"])
def test_odd_spellings_of_an_address_break_no_task(app: Flask, client: Client, db_session: orm.Session, typed) -> None:
    make_newsletter("weekly")
    db_session.commit()
    app.extensions[KEY].clear()
    client.post("/newsletters/weekly", data={**NAMES, "email": typed})
    tasks.drain(app)
    outbox: MemoryOutbox = app.extensions[KEY]
    (message,) = outbox.messages
    assert message.to.isascii()


@pytest.mark.requirement(45, 63)
def test_a_yes_that_met_a_no_leaves_no_consent(db_session: orm.Session) -> None:
    """What a confirmation read before somebody left counts no more after."""
    newsletter = make_newsletter()
    subscription = make_subscription(newsletter, state="pending")
    now = clock.now() + timedelta(seconds=1)
    from_before = subscription.state
    elsewhere = sa.update(Subscription.__table__).where(Subscription.__table__.c.id == subscription.id)
    db_session.execute(elsewhere.values(state="unsubscribed"))
    assert from_before == subscription.state == "pending", "still as it was read"
    assert not services.give(subscription, "confirm", method="double-opt-in", now=now)
    assert consents.stands(subscription.contact.subject_id, services.purpose_for(newsletter.id), "email") is None
