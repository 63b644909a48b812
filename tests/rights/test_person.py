"""Who asks: a member, or somebody who proved an address by a mailed code; and what the first page shows them."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import tasks
from clozette.kernel.ports.mail import KEY, MemoryOutbox
from clozette.rights.desk import codes, services
from clozette.rights.desk import tasks as desk_tasks
from clozette.rights.desk.models import Address, Code, Event, Request
from tests.factories.accounts import make_member, sign_in
from tests.support.application import Clock
from tests.support.client import Client, location

REN = "Ren@Example.test"


def mails(app: Flask, to: str) -> list[str]:
    """Return the texts that an address got so far."""
    tasks.drain(app)
    outbox: MemoryOutbox = app.extensions[KEY]
    return [message.text for message in outbox.messages if message.to.casefold() == to.casefold()]


@pytest.fixture(autouse=True)
def _empty_outbox(app: Flask) -> None:
    app.extensions[KEY].clear()


def digits(app: Flask, to: str) -> str:
    found = re.search(r"^\d{6}$", mails(app, to)[-1], re.MULTILINE)
    assert found
    return found[0]


def ask(client: Client, email: str = REN, **more: str) -> None:
    answer = client.post("/privacy/code", data={"email": email, **more})
    assert location(answer).startswith("/privacy/code/entry")


def type_in(client: Client, code: str, **more: str):
    return client.post("/privacy/code/entry", data={"code": code, **more})


def test_a_stranger_is_sent_to_prove_an_address(client: Client) -> None:
    assert location(client.get("/privacy")) == "/privacy/code?next=%2Fprivacy"


def test_a_member_sees_what_is_kept(client: Client, db_session: orm.Session) -> None:
    sign_in(client, make_member("ada"))
    page = client.get("/privacy")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert "ada@example.test" in page.text
    detail = client.get("/privacy/kept")
    assert detail.status_code == 200
    assert "date of birth" in detail.text


@pytest.mark.requirement(86)
def test_a_code_by_mail_opens_the_page_for_an_hour(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    ask(client, next="/privacy/kept")
    code = digits(app, REN)
    assert location(type_in(client, f"{code[:3]} {code[3:]}", next="/privacy/kept")) == "/privacy/kept"
    assert REN in client.get("/privacy").text
    address = db_session.scalars(sa.select(Address)).one()
    assert address.verified_at is not None
    stopped_clock.forward(minutes=61)
    assert client.get("/privacy").status_code == 303


@pytest.mark.requirement(86)
def test_a_code_works_three_tries_ten_minutes_and_once(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    ask(client)
    code = digits(app, REN)
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for _ in range(3):
        assert type_in(client, wrong).status_code == 422
    assert type_in(client, code).status_code == 422
    ask(client)
    code = digits(app, REN)
    stopped_clock.forward(minutes=10)
    assert type_in(client, code).status_code == 422
    ask(client)
    code = digits(app, REN)
    assert type_in(client, code).status_code == 303
    with client.session_transaction() as session:
        session["code_asked"] = "0"
    assert type_in(client, code).status_code == 303  # leads to the form, not in
    assert client.get("/privacy").status_code == 200


@pytest.mark.requirement(86)
@pytest.mark.parametrize("who", ["guest", "member"])
def test_what_hands_out_data_wants_a_proof_of_the_last_ten_minutes(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock, who: str
) -> None:
    again = "/privacy/code?next=" if who == "guest" else "/verify?next="
    if who == "member":
        sign_in(client, make_member("ada"))
    else:
        ask(client)
        type_in(client, digits(app, REN))
    stopped_clock.forward(minutes=11)
    assert location(client.post("/privacy/exports")).startswith(again)
    if who == "guest":
        ask(client)
        type_in(client, digits(app, REN))
        assert location(client.post("/privacy/exports")).startswith("/privacy/exports")


def test_another_browser_can_not_use_the_code(app: Flask, client: Client) -> None:
    ask(client)
    other = app.test_client()
    assert location(type_in(other, digits(app, REN))) == "/privacy/code"
    assert other.get("/privacy").status_code == 303


@pytest.mark.requirement(86)
def test_a_members_address_answers_alike_but_gets_no_code(app: Flask, client: Client, db_session: orm.Session) -> None:
    member = make_member("ada")
    known = client.post("/privacy/code", data={"email": "ADA@example.test"})
    unknown = app.test_client().post("/privacy/code", data={"email": REN})
    assert (known.status_code, known.headers["Location"]) == (unknown.status_code, unknown.headers["Location"])
    (text,) = mails(app, member.email)
    assert not re.search(r"\d{6}", text)
    assert "/login" in text
    made = db_session.scalars(sa.select(Code).where(Code.subject_id == member.subject_id)).one()
    assert type_in(client, codes.digits_of(made)).status_code == 422


def test_a_deactivated_member_still_gets_in_by_a_code(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    member = make_member("ada", deactivated_at=stopped_clock.stop())
    ask(client, member.email)
    assert type_in(client, digits(app, member.email)).status_code == 303
    assert "Ada" in client.get("/privacy/kept").text or client.get("/privacy/kept").status_code == 200
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Address)) == 0


def test_ending_the_view_ends_it(app: Flask, client: Client) -> None:
    ask(client)
    type_in(client, digits(app, REN))
    assert client.post("/privacy/code/end").status_code == 303
    assert client.get("/privacy").status_code == 303


def test_strangers_are_forgotten_and_people_are_not(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    ask(client)
    ask(client, "kim@example.test")
    type_in(client, digits(app, "kim@example.test"))
    tasks.drain(app)
    stopped_clock.forward(days=2)
    desk_tasks.sweep_codes()
    assert db_session.scalars(sa.select(Address.address)).all() == ["kim@example.test"]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Code)) == 0


def test_what_the_notice_says_is_forgotten_is_forgotten(
    app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock
) -> None:
    """A question of somebody who proved their address: both go two years after the answer, and not before."""
    ask(client)
    type_in(client, digits(app, REN))
    client.post("/contact", data={"email": REN, "text": "Hello"})
    asked = db_session.scalars(sa.select(Request)).one()
    services.close(asked, outcome="done", text="Hello.", actor_id=None, now=stopped_clock.stop())
    tasks.drain(app)
    kept = sa.select(sa.select(sa.func.count()).select_from(Request).scalar_subquery(), sa.func.count(Address.id))
    stopped_clock.forward(days=700)
    desk_tasks.sweep_codes()
    assert tuple(db_session.execute(kept).one()) == (1, 1)
    stopped_clock.forward(days=40)
    desk_tasks.sweep_codes()
    db_session.flush()
    assert tuple(db_session.execute(kept).one()) == (0, 0)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Event)) == 0


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "4242 4242 4242 4242", "a\nb@c.example"])
def test_what_is_no_address_is_422(client: Client, email: str) -> None:
    assert client.post("/privacy/code", data={"email": email}).status_code == 422
