"""Subscribing through the pages: the form, the mail, the page with the button."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.ports.mail import KEY, MemoryOutbox, Message
from clozette.newsletters import keys
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, SignUp, Subscription
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry, Wording
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription
from tests.support.client import Client, location

ADA = {"email": "Ada@Example.test", "first_name": "Ada", "last_name": "Mode"}


@pytest.fixture(autouse=True)
def _empty_outbox(app: Flask) -> None:
    app.extensions[KEY].clear()


@pytest.fixture
def weekly(db_session: orm.Session) -> Newsletter:
    return make_newsletter("weekly", title="The Weekly")


def mails(app: Flask) -> list[Message]:
    tasks.drain(app)
    outbox: MemoryOutbox = app.extensions[KEY]
    return outbox.messages


def link_in(message: Message) -> str:
    (found,) = set(re.findall(r"/newsletters/confirm/[\w-]+", message.text))
    return found


def stamp_in(page: str) -> str:
    return re.search(r'name="_notice" value="([^"]+)"', page).group(1)


def state_of(session: orm.Session, newsletter: Newsletter) -> list[str]:
    session.expire_all()
    return list(session.scalars(sa.select(Subscription.state).where(Subscription.newsletter_id == newsletter.id)))


@pytest.mark.requirement(34)
def test_the_button_confirms_and_the_link_alone_does_not(app, client: Client, db_session, weekly) -> None:
    typed = {**ADA, "_notice": stamp_in(client.get("/newsletters/weekly").text)}
    assert location(client.post("/newsletters/weekly", data=typed)) == "/newsletters/sent"
    (message,) = mails(app)
    assert message.to == "Ada@Example.test" and "List-Unsubscribe" not in message.headers
    link = link_in(message)
    for method in ("GET", "HEAD", "OPTIONS", "GET"):
        assert client.open(link, method=method).status_code == 200
    assert state_of(db_session, weekly) == ["pending"]
    page = client.get(link).text
    assert page.count("<button") >= 1 and "autofocus" in page and "The Weekly" in page
    assert location(client.post(link, data={"_notice": stamp_in(page)})) == "/newsletters/welcome"
    assert state_of(db_session, weekly) == ["confirmed"]
    assert client.get(link).status_code == 404 and client.post(link).status_code == 404


@pytest.mark.requirement(34)
def test_the_ledger_knows_what_was_shown_and_how_it_was_confirmed(app, client: Client, db_session, weekly) -> None:
    client.post("/newsletters/weekly", data={**ADA, "_notice": stamp_in(client.get("/newsletters/weekly").text)})
    client.post(link_in(mails(app)[0]))
    served, given = db_session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id)).all()
    assert (served.action, given.action, given.served_id) == ("served", "given", served.id)
    assert (given.point, given.method, given.channel) == ("CP8", "double-opt-in", "email")
    assert given.purpose == services.purpose_for(weekly.id)
    words = db_session.get_one(Wording, given.wording).text
    assert words.startswith("[ ] The Weekly (by mail)") and weekly.description in words
    page = client.get("/newsletters/weekly").text
    assert all(line in page for line in words.splitlines()[1:]), "what is kept is what stood there"
    assert db_session.scalars(sa.select(Subscription)).one().consent_id == given.id


@pytest.mark.requirement(34)
def test_a_token_is_long_kept_as_a_digest_and_ends_after_a_week(app, client, db_session, weekly, stopped_clock) -> None:
    client.post("/newsletters/weekly", data=ADA)
    link = link_in(mails(app)[0])
    token = link.rpartition("/")[2]
    signup = db_session.scalars(sa.select(SignUp)).one()
    assert len(token) * 6 >= 128 and token not in (signup.token_digest, signup.stamped)
    assert client.get("/newsletters/confirm/" + token[:-1] + ("y" if token[-1] == "x" else "x")).status_code == 404
    stopped_clock.forward(days=7, seconds=1)
    assert client.post(link).status_code == 404
    assert state_of(db_session, weekly) == ["pending"]


@pytest.mark.requirement(35)
def test_the_answer_tells_nothing_about_an_address(app, client: Client, db_session, weekly) -> None:
    make_subscription(weekly, make_contact("known@example.test"))
    reasons = ("left", "bounced", "complained", "erased", "staff")
    for reason in reasons:
        contact = make_contact(f"{reason}@example.test")
        services.suppress(contact, reason, source="page", now=clock.now())
    answers = set()
    for number, name in enumerate(("new", "known", *reasons)):
        where = {"environ_base": {"REMOTE_ADDR": f"198.51.100.{number}"}}
        answer = client.post("/newsletters/weekly", data={**ADA, "email": f"{name}@example.test"}, **where)
        answers.add((answer.status_code, answer.headers["Location"], answer.text, len(answer.headers)))
    assert len(answers) == 1
    told = {message.to for message in mails(app)}
    assert told == {f"{name}@example.test" for name in ("new", "known", "left", "complained", "erased")}
    assert len({message.subject for message in mails(app)}) == 1


@pytest.mark.requirement(35)
def test_nobody_fills_a_mailbox(app, client: Client, db_session, weekly) -> None:
    answers = []
    for number in range(5):
        where = {"environ_base": {"REMOTE_ADDR": f"198.51.100.{number}"}}
        spelled = "victim@example.test" if number % 2 else "Victim@EXAMPLE.test"
        answers.append(client.post("/newsletters/weekly", data={**ADA, "email": spelled}, **where).status_code)
    assert answers == [303, 303, 303, 429, 429] and len(mails(app)) == 3


@pytest.mark.requirement(4)
@pytest.mark.parametrize("page", ["/newsletters", "/newsletters/weekly"])
@pytest.mark.parametrize("missing", ["email", "first_name", "last_name"])
def test_all_three_are_mandatory(client: Client, db_session, weekly, page: str, missing: str) -> None:
    typed = {name: value for name, value in ADA.items() if name != missing}
    answer = client.post(page, data={**typed, "newsletters": "weekly"})
    assert answer.status_code == 422 and f'id="f-{missing}-error"' in answer.text
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0


@pytest.mark.requirement(6)
def test_nothing_is_ticked_and_silence_is_no_wish(app, client: Client, db_session, weekly) -> None:
    make_newsletter("monthly")
    for page in ("/newsletters", "/newsletters/weekly"):
        boxes = re.findall(r"<input[^>]+checkbox[^>]*>", client.get(page).text)
        assert boxes and not [box for box in boxes if "checked" in box]
    answer = client.post("/newsletters", data=ADA)
    assert answer.status_code == 422 and "at least one" in answer.text
    client.post("/newsletters/weekly", data=ADA)
    client.post(link_in(mails(app)[0]))
    (contact,) = db_session.scalars(sa.select(Contact)).all()
    assert [one.newsletter.slug for one in contact.subscriptions] == ["weekly"]
    standing = [name for name, state in consents.current(contact.subject_id).items() if state.stands]
    assert standing == [(services.purpose_for(weekly.id), "email")]


def test_several_at_once(app, client: Client, db_session, weekly) -> None:
    make_newsletter("monthly")
    client.post("/newsletters", data={**ADA, "newsletters": ["weekly", "monthly"]})
    (message,) = mails(app)
    client.post(link_in(message))
    assert set(db_session.scalars(sa.select(Subscription.state))) == {"confirmed"}
    contact = db_session.scalars(sa.select(Contact)).one()
    assert (contact.first_name, contact.last_name, contact.canonical) == ("Ada", "Mode", "ada@example.test")


def test_a_closed_newsletter_takes_nobody(client: Client, db_session, weekly) -> None:
    weekly.closed_at = clock.now()
    assert client.get("/newsletters/weekly").status_code == 404
    assert client.post("/newsletters/weekly", data=ADA).status_code == 404
    assert client.post("/newsletters", data={**ADA, "newsletters": "weekly"}).status_code == 409


def test_whoever_left_comes_back_by_confirming(app, client: Client, db_session, weekly) -> None:
    subscription = make_subscription(weekly, make_contact("ada@example.test"))
    leaving.leave_all(subscription.contact, "page:preferences", clock.now())
    client.post("/newsletters/weekly", data=ADA)
    key = keys.address_key("ada@example.test")
    assert suppressions.reasons_for(key) == {"left"}, "asking alone lifts nothing: anybody can ask"
    client.post(link_in(mails(app)[0]))
    assert suppressions.reasons_for(key) == set() and state_of(db_session, weekly) == ["confirmed"]


def test_somebody_else_asking_changes_no_name(app, client: Client, db_session, weekly) -> None:
    contact = make_subscription(weekly, make_contact("ada@example.test")).contact
    client.post("/newsletters/weekly", data={**ADA, "first_name": "Mallory"})
    db_session.expire_all()
    assert contact.first_name == "Ada" and state_of(db_session, weekly) == ["confirmed"]
