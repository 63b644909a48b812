"""Agreeing to texts by number and code, and ending them: with an account and without."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.ports import mail, sms
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.texts import codes, services
from clozette.newsletters.texts.models import Phone, PhoneCode
from clozette.privacy import consents, ledger
from clozette.privacy.models import Subject, Wording
from tests.factories import accounts
from tests.support.application import Clock
from tests.support.client import Client, location

NUMBER = "+6581234567"
pytestmark = pytest.mark.usefixtures("provider")


def stamp(client: Client) -> str:
    found = re.search(r'name="_notice" value="([^"]+)"', client.get("/texts").text)
    assert found
    return found[1]


def ask(client: Client, number: str = NUMBER, **data: str):
    return client.post("/texts", data={"number": number, "_notice": stamp(client), **data})


def digits(app: Flask) -> str:
    tasks.drain(app)
    found: sms.MemoryTexter = app.extensions[sms.KEY]
    match = re.search(r"\b(\d{6})\b", found.texts[-1].text)
    assert match
    return match[1]


def agree(app: Flask, client: Client, number: str = NUMBER, *purposes: str) -> Phone:
    assert location(ask(client, number, **dict.fromkeys(purposes or ("our_news",), "true"))) == "/texts/code"
    assert location(client.post("/texts/code", data={"code": digits(app)})) == "/texts"
    phone = services.by_number(number)
    assert phone is not None
    return phone


@pytest.mark.requirement(66, 71)
def test_a_guest_agrees_by_phone_alone(app: Flask, client: Client, provider: sms.MemoryTexter) -> None:
    phone = agree(app, client, "+65 8123-4567".replace(" ", "").replace("-", ""))
    assert (phone.number, phone.country, phone.zone) == (NUMBER, "SG", "+65")
    assert services.standing(phone.subject_id) == {"our_news"}
    assert consents.stands(phone.subject_id, "our_news", "email") is None
    assert provider.texts[0].to == NUMBER
    assert not app.extensions[mail.KEY].messages
    page = client.get("/texts").text
    assert "ending in 67" in page and NUMBER not in page


@pytest.mark.requirement(66)
def test_the_words_and_the_proof_are_kept(app: Flask, client: Client, db_session: orm.Session) -> None:
    phone = agree(app, client, NUMBER, "our_news", "partner_offers")
    entries = ledger.entries_of(phone.subject_id)
    served, *given = entries
    assert [(one.action, one.purpose, one.channel, one.point, one.method) for one in given] == [
        ("given", name, "sms", "CP6", "sms:code") for name in ("our_news", "partner_offers")
    ]
    assert served.action == "served" and {one.served_id for one in given} == {served.id}
    words = {db_session.get_one(Wording, one.wording).text for one in given}
    assert all(text.startswith("[ ] ") and "by text message" in text for text in words) and len(words) == 2


@pytest.mark.requirement(6, 66)
def test_nothing_counts_before_the_code(client: Client, db_session: orm.Session) -> None:
    ask(client, our_news="true")
    (code,) = db_session.scalars(sa.select(PhoneCode))
    assert services.by_number(NUMBER) is None and not consents.current(code.subject_id)
    assert client.post("/texts/code", data={"code": "000000"}).status_code == 422
    assert services.by_number(NUMBER) is None


@pytest.mark.requirement(66)
def test_three_tries_and_ten_minutes(app: Flask, client: Client, db_session: orm.Session, stopped_clock: Clock) -> None:
    ask(client, our_news="true")
    right = digits(app)
    wrong = "111111" if right != "111111" else "222222"
    for _ in range(codes.MOST_TRIES):
        assert client.post("/texts/code", data={"code": wrong}).status_code == 422
    assert client.post("/texts/code", data={"code": right}).status_code == 422
    ask(client, our_news="true")
    right = digits(app)
    stopped_clock.forward(minutes=11)
    assert client.post("/texts/code", data={"code": right}).status_code == 422
    assert services.by_number(NUMBER) is None


@pytest.mark.requirement(66)
@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"number": ""}, 422),
        ({"number": "81234567"}, 422),
        ({"number": "+65 812"}, 422),
        ({"number": "+7 9161234567"}, 422),
        ({"number": "+65812345678"}, 422),
        ({"number": "+65٨١٢٣٤٥٦٧"}, 422),
        ({"our_news": "maybe"}, 422),
        ({"our_news": ""}, 409),
        ({"do": "erase"}, 422),
        ({"_notice": ""}, 409),
        ({"_notice": "not ours"}, 409),
        ({"more": "x"}, 422),
    ],
)
def test_odd_wishes_are_refused(client: Client, db_session: orm.Session, data: dict[str, str], status: int) -> None:
    given = {"number": NUMBER, "our_news": "true", "_notice": stamp(client), **data}
    assert client.post("/texts", data=given).status_code == status
    assert not db_session.scalars(sa.select(PhoneCode)).all()


@pytest.mark.requirement(6)
def test_nothing_is_ticked_beforehand(client: Client) -> None:
    page = client.get("/texts").text
    boxes = re.findall(r'<input class="check__box"[^>]*data-purpose="[^>]*>', page)
    assert len(boxes) == 2 and not [box for box in boxes if "checked" in box]


def test_a_number_that_looks_like_a_card_is_taken(app: Flask, client: Client) -> None:
    from clozette.kernel.schemas import looks_like_card

    number = next(text for last in range(100) if looks_like_card(text := f"+4915112345{last:02}6"))
    agree(app, client, number)


@pytest.mark.requirement(21, 71)
def test_ending_is_as_easy(app: Flask, client: Client) -> None:
    phone = agree(app, client, NUMBER, "our_news", "partner_offers")
    subject_id = phone.subject_id
    client.post("/texts/choices", data={"do": "stop", "purpose": "our_news"})
    assert services.standing(subject_id) == {"partner_offers"}
    assert suppressions.reasons_for(services.key_of(NUMBER)) == set()
    client.post("/texts/choices", data={"do": "stop_all"})
    assert services.standing(subject_id) == set()
    assert suppressions.reasons_for(services.key_of(NUMBER)) == {"left"}
    agree(app, client, NUMBER, "our_news")
    assert suppressions.reasons_for(services.key_of(NUMBER)) == set()
    assert services.standing(subject_id) == {"our_news"}


@pytest.mark.requirement(71)
def test_a_guest_ends_them_from_another_browser(app: Flask, client: Client) -> None:
    subject_id = agree(app, client).subject_id
    other = app.test_client()
    assert isinstance(other, Client)
    assert location(ask(other, do="end")) == "/texts/code"
    assert location(other.post("/texts/code", data={"code": digits(app)})) == "/texts"
    assert services.standing(subject_id) == set()


def test_a_number_is_deleted_at_a_press(app: Flask, client: Client) -> None:
    subject_id = agree(app, client).subject_id
    client.post("/texts/choices", data={"do": "forget"})
    assert services.by_number(NUMBER) is None and services.standing(subject_id) == set()


@pytest.mark.parametrize("data", [{}, {"do": "stop"}, {"do": "x"}, {"do": "stop", "purpose": "analytics"}])
def test_odd_presses_are_refused(app: Flask, client: Client, data: dict[str, str]) -> None:
    agree(app, client)
    assert client.post("/texts/choices", data=data).status_code == 422


def test_presses_of_nobody(client: Client) -> None:
    assert location(client.post("/texts/choices", data={"do": "stop_all"})) == "/texts"
    assert location(client.get("/texts/code")) == "/texts"
    assert location(client.post("/texts/code", data={"code": "123456"})) == "/texts"


@pytest.mark.requirement(66)
def test_a_member_keeps_one_number(app: Flask, client: Client) -> None:
    member = accounts.make_member("ada", time_zone="Europe/Berlin")
    accounts.sign_in(client, member)
    first = agree(app, client)
    assert (first.subject_id, first.zone) == (member.subject_id, "Europe/Berlin")
    second = agree(app, client, "+4915112345678")
    assert second.id == first.id and services.by_number(NUMBER) is None


@pytest.mark.requirement(66)
def test_a_number_goes_to_who_proves_it(app: Flask, client: Client) -> None:
    guest = agree(app, client).subject_id
    other = app.test_client()
    assert isinstance(other, Client)
    member = accounts.make_member("ada")
    accounts.sign_in(other, member)
    phone = agree(app, other, NUMBER, "partner_offers")
    assert phone.subject_id == member.subject_id
    assert services.standing(guest) == set() and services.standing(member.subject_id) == {"partner_offers"}
    assert [one.action for one in ledger.entries_of(guest)][-1] == "expired"


@pytest.mark.requirement(24)
def test_a_minor_needs_a_guardian(app: Flask, client: Client, db_session: orm.Session) -> None:
    accounts.sign_in(client, accounts.make_minor("mina"))
    assert ask(client, our_news="true").status_code == 409
    assert not db_session.scalars(sa.select(PhoneCode)).all()


def test_the_answer_is_the_same_for_every_number(app: Flask, client: Client) -> None:
    agree(app, client)
    suppressions.suppress(services.key_of("+6591234567"), "left", source="sms:stop", now=clock.now())
    answers = []
    for number in (NUMBER, "+6591234567", "+6598765432"):
        other = app.test_client()
        assert isinstance(other, Client)
        answer = ask(other, number, our_news="true")
        answers.append((answer.status_code, answer.headers["Location"], other.get("/texts/code").text.count("digits")))
    assert len(set(answers)) == 1


def test_strangers_are_forgotten_after_a_day(client: Client, db_session: orm.Session, stopped_clock: Clock) -> None:
    ask(client, our_news="true")
    (code,) = db_session.scalars(sa.select(PhoneCode))
    subject_id = code.subject_id
    stopped_clock.forward(days=1, minutes=1)
    assert codes.forget_old(clock.now()) == 1
    assert db_session.get(Subject, subject_id, populate_existing=True) is None


@pytest.mark.requirement(66)
def test_the_page_of_consents_leads_to_the_number(app: Flask, client: Client) -> None:
    member = accounts.make_member("ada")
    accounts.sign_in(client, member)
    page = client.get("/privacy/consents").text
    assert 'href="/texts"' in page
    answer = client.post(
        "/privacy/consents", data={"purpose": "our_news", "channel": "sms", "action": "given", "_notice": stamp(client)}
    )
    assert answer.status_code == 409 and services.standing(member.subject_id) == set()
    agree(app, client)
    client.post("/privacy/consents", data={"purpose": "our_news", "channel": "sms", "action": "withdrawn"})
    assert services.standing(member.subject_id) == set()
