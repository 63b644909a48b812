"""The site's own mail: its bounces come back, and a dead address gets no more of it (requirement 51)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.ports import mail as mail_port
from clozette.kernel.ports.mail import MemoryOutbox, Message, Undeliverable
from clozette.newsletters import keys
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.returns import services, site_mail
from clozette.newsletters.returns.models import Mailbox
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions import suppressions
from tests.factories import accounts
from tests.factories.newsletters import make_newsletter, make_subscription
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import Sent, back
from tests.newsletters.returns.samples import dsn, failed
from tests.support.client import Client

Make = Callable[..., Sent]


@pytest.fixture
def outbox(app: Flask) -> Iterator[MemoryOutbox]:
    """The outbox of a site that takes mail."""
    settings = app.extensions["clozette.settings"]
    app.extensions["clozette.settings"] = replace(settings, inbound_listen="127.0.0.1:2525")
    found = app.extensions[mail_port.KEY]
    found.clear()
    yield found
    found.clear()
    app.extensions["clozette.settings"] = settings


def reset(app: Flask, client: Client, outbox: MemoryOutbox, address: str) -> list[Message]:
    """Ask for a new password, as the site's own mail; return what was sent."""
    outbox.clear()
    assert client.post("/reset", data={"email": address}).status_code == 303
    tasks.drain(app)
    return list(outbox.messages)


@pytest.mark.requirement(43, 51)
def test_a_bounce_of_the_sites_own_mail(
    app: Flask, client: Client, db_session: orm.Session, outbox: MemoryOutbox
) -> None:
    member, other = accounts.make_member("mia"), accounts.make_member("ada")
    (message,) = reset(app, client, outbox, member.email)
    assert re.fullmatch(r"bounce\+t[0-9a-z]{1,13}\.[a-z2-7]{26}@news\.clozette\.test", message.path)
    assert len(message.path.partition("@")[0]) <= 64 and "mia" not in message.path
    returned = samples.original(member.email, "1.2@localhost")
    row = back(app, dsn(message.path, failed(member.email), returned=returned), message.path)
    assert (row.state, row.kind, row.verdict) == ("understood", "bounce", "hard")
    assert suppressions.reasons_for(keys.address_key(member.email)) == {"bounced"}
    assert not reset(app, client, outbox, member.email)
    assert len(reset(app, client, outbox, other.email)) == 1
    suppressions.lift(keys.address_key(member.email), ("bounced",), clock.now())
    assert len(reset(app, client, outbox, member.email)) == 1


@pytest.mark.requirement(51)
def test_a_member_is_told_on_the_page_of_settings(app: Flask, client: Client, db_session: orm.Session) -> None:
    member, other = accounts.make_member("mia"), accounts.make_member("ada")
    accounts.sign_in(client, member)
    assert "comes back" not in client.get("/settings").text, "and no key was made by looking"
    services.bury_address(keys.address_key(other.email), source="dsn", now=clock.now())
    assert "comes back" not in client.get("/settings").text
    services.bury_address(keys.address_key(member.email), source="dsn", now=clock.now())
    assert "comes back" in client.get("/settings").text


@pytest.mark.requirement(43, 51)
@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "4.2.2"])
def test_what_is_no_death_stops_nothing(
    app: Flask, client: Client, db_session: orm.Session, outbox: MemoryOutbox, status: str
) -> None:
    member = accounts.make_member("mia")
    (message,) = reset(app, client, outbox, member.email)
    back(app, dsn(message.path, failed(member.email, status)), message.path)
    assert len(reset(app, client, outbox, member.email)) == 1


@pytest.mark.requirement(51)
def test_a_dead_address_of_newsletters_gets_none_of_it(
    app: Flask, client: Client, db_session: orm.Session, outbox: MemoryOutbox
) -> None:
    member = accounts.make_member("mia")
    contact = subscriptions.contact_for(member.email, clock.now())
    subscription = make_subscription(make_newsletter(), contact)
    leaving.leave_all(contact, "page:test", clock.now())
    subscriptions.come_back_wrong(contact, "complain", source="arf", now=clock.now())
    assert len(reset(app, client, outbox, member.email)) == 1, "marketing alone was ended"
    subscriptions.come_back_wrong(contact, "bounce", source=services.SOFT, now=clock.now())
    assert len(reset(app, client, outbox, member.email)) == 1, "its mailbox was full"
    services._bury(contact, clock.now())
    assert not reset(app, client, outbox, member.email)
    assert subscription.state == "complained"


@pytest.mark.requirement(43, 51)
@pytest.mark.parametrize(("status", "dies"), [("5.1.1", True), ("5.7.1", False), ("5.2.2", False), ("", False)])
def test_refused_while_we_spoke_with_the_server(
    app: Flask, client: Client, db_session: orm.Session, outbox: MemoryOutbox, monkeypatch, status: str, dies: bool
) -> None:
    member = accounts.make_member("mia")

    def refuse(message: Message) -> None:
        raise Undeliverable("the mail server answered 550", status)

    db_session.commit()
    with monkeypatch.context() as patch:
        patch.setattr(outbox, "send", refuse)
        assert client.post("/reset", data={"email": member.email}).status_code == 303
        with pytest.raises(Undeliverable):
            tasks.drain(app)
    db_session.rollback()
    assert (suppressions.reasons_for(keys.address_key(member.email)) == {"bounced"}) == dies
    assert len(reset(app, client, outbox, member.email)) == (not dies)


@pytest.mark.requirement(43)
def test_a_bounce_of_a_guests_mail_ends_what_waits(
    app: Flask, client: Client, db_session: orm.Session, outbox: MemoryOutbox
) -> None:
    make_newsletter("weekly")
    typed = {"email": "ada@example.test", "first_name": "Ada", "last_name": "Mode"}
    assert client.post("/newsletters/weekly", data=typed).status_code == 303
    tasks.drain(app)
    (message,) = outbox.messages
    back(app, dsn(message.path, failed("ada@example.test")), message.path)
    contact = subscriptions.contact_for("ada@example.test", clock.now())
    assert [one.state for one in contact.subscriptions] == ["bounced"]


def test_without_a_mailbox_the_usual_sender_stays(app: Flask, client: Client, db_session: orm.Session) -> None:
    outbox = app.extensions[mail_port.KEY]
    member = accounts.make_member("mia")
    (message,) = reset(app, client, outbox, member.email)
    assert message.path == "" and not db_session.scalars(sa.select(Mailbox)).all()
    outbox.clear()


def test_one_row_for_each_address_and_gone_after_a_month(
    app: Flask, client: Client, db_session: orm.Session, outbox: MemoryOutbox, stopped_clock
) -> None:
    member = accounts.make_member("mia")
    paths = {reset(app, client, outbox, member.email)[0].path for _ in range(2)}
    stopped_clock.forward(days=20)
    paths.add(reset(app, client, outbox, member.email)[0].path)
    assert len(paths) == 1
    site_mail.sweep(stopped_clock.forward(days=20), timedelta(days=30))
    assert db_session.scalars(sa.select(Mailbox.address_key)).all() == [keys.address_key(member.email)]
    site_mail.sweep(stopped_clock.forward(days=20), timedelta(days=30))
    assert not db_session.scalars(sa.select(Mailbox)).all()
    row = back(app, dsn(paths.pop(), failed(member.email)))
    assert row.state == "understood" and not suppressions.reasons_for(keys.address_key(member.email))


@pytest.mark.requirement(51)
def test_it_says_nothing_of_marketing(
    app: Flask, client: Client, db_session: orm.Session, outbox: MemoryOutbox
) -> None:
    member = accounts.make_member("mia")
    (message,) = reset(app, client, outbox, member.email)
    composed = mail_port.compose(message, outbox.sender, outbox.domain)
    sent = message_from_bytes(composed.as_bytes())
    assert "hello@" in str(sent["From"]) and not [name for name in sent if name.startswith("List-")]
