"""Requests as people make them: the contact form, their own page, the proof of who asks, and what mails say."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.mail import KEY, MemoryOutbox, Message
from clozette.privacy import consents, ledger
from clozette.rights.desk import rules, services
from clozette.rights.desk.models import Address, Event, Request
from clozette.rights.desk.tasks import watch_clocks
from tests.factories.accounts import make_member, sign_in
from tests.factories.desk import ask
from tests.support.application import Clock
from tests.support.client import Client, location

REN = "ren@example.test"


def mails(app: Flask, to: str) -> list[Message]:
    """Return what an address got so far."""
    tasks.drain(app)
    outbox: MemoryOutbox = app.extensions[KEY]
    return [message for message in outbox.messages if message.to == to]


@pytest.fixture(autouse=True)
def _empty_outbox(app: Flask) -> None:
    app.extensions[KEY].clear()


def write(client: Client, **typed: str):
    return client.post("/contact", data={"email": REN, "text": "What do you know about me?", **typed})


def prove(app: Flask, client: Client) -> None:
    client.post("/privacy/code", data={"email": REN})
    code = re.search(r"^\d{6}$", mails(app, REN)[-1].text, re.MULTILINE)
    assert code
    assert client.post("/privacy/code/entry", data={"code": code[0]}).status_code == 303


def the_request(session: orm.Session) -> Request:
    return session.scalars(sa.select(Request)).one()


def events_of(session: orm.Session) -> list[str]:
    return list(session.scalars(sa.select(Event.what).order_by(Event.id)))


@pytest.mark.requirement(133)
def test_a_question_reaches_the_desk(app: Flask, client: Client, db_session: orm.Session) -> None:
    assert location(write(client, name="Ren")) == "/contact/sent"
    made = the_request(db_session)
    assert (made.kind, made.name, made.address, made.due_at, made.identified_at) == ("contact", "Ren", REN, None, None)
    (mail,) = mails(app, REN)
    assert ids.encode(made.id) in mail.text
    entries = ledger.entries_of(made.subject_id)
    assert {(one.point, one.action) for one in entries} >= {("CP12", "acknowledged")}


@pytest.mark.requirement(88, 133)
def test_without_a_country_the_strictest_clock_waits_for_a_proof(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    now = stopped_clock.stop()
    write(client, kind="access")
    made = the_request(db_session)
    assert (made.law, made.paused_at) == ("ID", now)
    assert events_of(db_session) == ["received", "proof-asked"]
    stopped_clock.forward(hours=30)
    client.post("/privacy/code", data={"email": "REN@example.test"})
    code = re.search(r"^\d{6}$", mails(app, "REN@example.test")[-1].text, re.MULTILINE)
    assert code
    typed = client.post("/privacy/code/entry", data={"code": code[0]})
    assert location(typed) == "/privacy/requests"
    made = the_request(db_session)
    assert made.identified_at is None, "a code says who reads the address, not who wrote under it"
    assert "was this you?" in client.get("/privacy/requests").text
    assert client.post(f"/privacy/requests/{ids.encode(made.id)}", data={"mine": "yes"}).status_code == 303
    assert client.post(f"/privacy/requests/{ids.encode(made.id)}", data={"mine": "yes"}).status_code == 409
    db_session.refresh(made)
    assert (made.identified_how, made.paused_at) == ("code", None)
    assert (made.due_at - made.received_at).total_seconds() == (72 + 30) * 3600
    page = client.get(f"/privacy/requests/{ids.encode(made.id)}")
    assert page.status_code == 200
    assert "What do you know about me?" in page.text


def test_a_member_at_their_own_address_is_known_at_once(client: Client, db_session: orm.Session) -> None:
    member = make_member("ada", country="SG")
    sign_in(client, member)
    write(client, email="Ada@example.test", kind="objection")
    made = the_request(db_session)
    assert (made.subject_id, made.identified_how, made.law, made.paused_at) == (
        member.subject_id,
        "session",
        "SG",
        None,
    )


@pytest.mark.requirement(86)
def test_a_member_at_another_address_is_not(client: Client, db_session: orm.Session) -> None:
    member = make_member("ada")
    sign_in(client, member)
    write(client, kind="access")
    made = the_request(db_session)
    assert made.subject_id != member.subject_id
    assert made.identified_at is None


def test_writing_as_a_member_without_signing_in_touches_nothing_of_theirs(
    client: Client, db_session: orm.Session
) -> None:
    member = make_member("ada")
    write(client, email=member.email, kind="erasure")
    made = the_request(db_session)
    assert made.subject_id != member.subject_id
    assert db_session.scalars(sa.select(Address.subject_id)).one() == made.subject_id


@pytest.mark.requirement(86, 88)
def test_what_a_stranger_asked_under_an_address_is_closed_by_its_reader(
    app: Flask, client: Client, db_session: orm.Session
) -> None:
    write(client, kind="erasure", text="Erase everything.")
    prove(app, client)
    made = the_request(db_session)
    assert client.post(f"/privacy/requests/{ids.encode(made.id)}", data={"mine": "maybe"}).status_code == 422
    assert client.post(f"/privacy/requests/{ids.encode(made.id)}", data={"mine": "no"}).status_code == 303
    made = the_request(db_session)
    db_session.refresh(made)
    assert (made.outcome, made.identified_at) == ("not-theirs", None)
    assert "was this you?" not in client.get("/privacy/requests").text


@pytest.mark.requirement(23, 86, 88)
def test_a_confirmed_member_reaches_what_was_asked_and_agreed_from_their_address_before(
    app: Flask, client: Client, db_session: orm.Session
) -> None:
    write(client, kind="access")
    made = the_request(db_session)
    guest = made.subject_id
    consents.answer(guest, "our_news", "email", "given", now=clock.now(), method="form:test")
    db_session.commit()
    path = f"/privacy/requests/{ids.encode(made.id)}"
    squatter = make_member("bo", email="ren@Example.test", confirmed=False)
    sign_in(client, squatter)
    assert client.get(path).status_code == 404
    assert client.post("/privacy/earlier-consents").status_code == 404
    squatter.confirmed_at = clock.now()
    db_session.commit()
    page = client.get("/privacy/requests").text
    assert "was this you?" in page
    assert "Our own news and offers (by mail)" in page
    assert client.post(path, data={"mine": "yes"}).status_code == 303
    assert client.post("/privacy/earlier-consents").status_code == 303
    db_session.expire_all()
    made = the_request(db_session)
    assert (made.subject_id, made.identified_how, made.paused_at) == (squatter.subject_id, "session", None)
    assert consents.stands(guest, "our_news", "email") is None


def test_an_account_that_confirmed_nothing_keeps_nobody_from_their_address(
    app: Flask, client: Client, db_session: orm.Session
) -> None:
    squatter = make_member("bo", email=REN, confirmed=False)
    write(client, kind="access")
    prove(app, client)
    assert client.get("/privacy/requests").status_code == 200
    assert the_request(db_session).subject_id != squatter.subject_id


@pytest.mark.requirement(88)
def test_sorting_keeps_the_pause_and_the_extension_and_sounds_anew(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    member = make_member("ada", country="SG")
    made = ask(member, identified_how=None)
    stopped_clock.forward(days=5)
    services.identify(made, how="staff", now=clock.now())
    waited = rules.LAWS["SG"].due(made.received_at) + timedelta(days=5)
    assert abs(made.due_at - waited) < timedelta(minutes=1)
    until = clock.now() + timedelta(days=50)
    services.extend(made, until=until, reason="Much.", actor_id=member.subject_id, now=clock.now())
    made.warned_at = made.overdue_at = clock.now()
    db_session.flush()
    services.sort_as(made, kind="access", law="SG", actor_id=member.subject_id, now=clock.now())
    assert (made.due_at, made.warned_at, made.overdue_at) == (until, None, None)
    assert made.extended_at is not None
    services.sort_as(made, kind="access", law="ID", actor_id=member.subject_id, now=clock.now())
    assert abs(made.due_at - made.received_at - timedelta(days=8)) < timedelta(minutes=1)


@pytest.mark.requirement(88)
def test_what_waits_for_a_week_is_brought_up_once(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    stopped_clock.stop()
    write(client, kind="access")
    for days, alarms in ((6, 0), (2, 1), (1, 1)):
        stopped_clock.forward(days=days)
        watch_clocks.run()
        db_session.commit()
        assert events_of(db_session).count("stuck") == alarms


@pytest.mark.requirement(91)
def test_a_member_asks_for_a_correction(app: Flask, client: Client, db_session: orm.Session) -> None:
    member = make_member("ada")
    sign_in(client, member)
    answer = client.post("/privacy/requests", data={"kind": "correction", "text": "I was born in 1991."})
    made = the_request(db_session)
    assert location(answer) == f"/privacy/requests/{ids.encode(made.id)}"
    assert (made.kind, made.law, made.due_at) == ("correction", "EU", rules.LAWS["EU"].due(made.received_at))
    assert "I was born in 1991." in client.get(location(answer)).text
    (mail,) = mails(app, member.email)
    assert location(answer) in mail.text
    assert "I was born in 1991." not in mail.text


def test_nobody_sees_the_request_of_another(client: Client, db_session: orm.Session) -> None:
    made = ask(make_member("ada"))
    sign_in(client, make_member("bo"))
    assert client.get(f"/privacy/requests/{ids.encode(made.id)}").status_code == 404
    assert client.post(f"/privacy/requests/{ids.encode(made.id)}", data={"_method": "DELETE"}).status_code == 404
    assert "correction" not in client.get("/privacy/requests").text.split("<form")[0].split("rows__main")[-1]


def test_taking_back_closes_once(client: Client, db_session: orm.Session) -> None:
    member = make_member("ada")
    made = ask(member)
    sign_in(client, member)
    path = f"/privacy/requests/{ids.encode(made.id)}"
    assert client.post(path, data={"_method": "DELETE"}).status_code == 303
    assert client.post(path, data={"_method": "DELETE"}).status_code == 409
    assert the_request(db_session).outcome == "taken-back"
    assert events_of(db_session).count("closed") == 1


@pytest.mark.parametrize(
    "typed",
    [
        {"email": "nobody"},
        {"text": ""},
        {"text": "x" * 4001},
        {"kind": "nothing-we-know"},
        {"country": "ZZ"},
        {"name": "x" * 121},
        {"text": "my card is 4242 4242 4242 4242"},
        {"is_admin": "1"},
    ],
)
def test_what_does_not_fit_is_422_and_leaves_nothing(
    client: Client, db_session: orm.Session, typed: dict[str, str]
) -> None:
    assert write(client, **typed).status_code == 422
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Request)) == 0


@pytest.mark.requirement(2)
def test_the_notice_stands_before_the_button(client: Client) -> None:
    page = client.get("/contact").text
    assert page.index('class="notice"') < page.index(">Send<")
    assert "two years" in page
