"""What marketing staff do with texts; no page tells a number."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import sms
from clozette.newsletters.texts import checks, claims, engine
from clozette.newsletters.texts.models import RegisterCheck, TextCampaign, TextSending
from tests.factories import accounts
from tests.newsletters.texts.test_campaigns import NOON, make_phone, run, start
from tests.support.application import Clock
from tests.support.client import Client, location

pytestmark = pytest.mark.usefixtures("provider")
DRAFT = {"title": "Sale", "body": "Coats are in.", "purpose": "our_news"}
NUMBER = "+6581234567"


@pytest.fixture
def editor(client: Client, stopped_clock: Clock) -> Client:
    """Sign a marketing editor in, at noon in Singapore."""
    stopped_clock.stop(NOON)
    accounts.sign_in(client, accounts.make_member("meg", roles=("marketing",)), second_factor=True)
    return client


def make(editor: Client, **data: str) -> str:
    return location(editor.post("/marketing/texts", data={**DRAFT, **data}))


def text_at(path: str) -> TextCampaign:
    return db.session.get_one(TextCampaign, ids.decode(path.rpartition("/")[2]), populate_existing=True)


@pytest.mark.requirement(67, 68)
def test_a_campaign_from_draft_to_end(app: Flask, editor: Client, provider: sms.MemoryTexter) -> None:
    make_phone(NUMBER)
    make_phone("+6581234568", evident=False)
    path = make(editor)
    page = editor.get(path).text
    assert "One number gets it" in page and "no consent in evidential form" in page
    assert "Clozette: Coats are in. End: answer STOP. Help: +6590001111" in page
    assert location(editor.post(f"{path}/deeds", data={"do": "start"})) == path
    run(app)
    run(app)
    assert [one.to for one in provider.texts] == [NUMBER]
    page = editor.get(path).text
    assert "Sent" in page and "no consent in evidential form" in page
    assert NUMBER not in page and "81234568" not in page
    assert editor.post(f"{path}/deeds", data={"do": "start"}).status_code == 409


def test_what_advertising_is_marked_with_is_said_as_it_stands(editor: Client) -> None:
    assert "begins with &lt;ADV&gt;." in editor.get(make(editor)).text


def test_a_start_is_asked_about_with_its_number(editor: Client) -> None:
    path = make(editor)
    assert 'value="start"' not in editor.get(path).text
    make_phone(NUMBER)
    page = editor.get(path).text
    assert "Send it to one number now?" in page and 'value="start"' in page


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({}, ("Draft", "Written on")),
        ({"send_at": NOON}, ("Scheduled", "Goes out on")),
        ({"send_at": NOON, "because": "late"}, ("Asks what to do", "Was to go out on")),
        ({"state": "running", "started_at": NOON}, ("Being sent", "Started on")),
        ({"state": "paused", "started_at": NOON}, ("Paused", "Started on")),
        ({"state": "finished", "started_at": NOON}, ("Sent", "Started on")),
        ({"state": "cancelled"}, ("Cancelled", "Written on")),
    ],
)
def test_the_list_says_how_each_stands(editor: Client, columns: dict[str, object], said: tuple[str, str]) -> None:
    text = text_at(make(editor))
    for name, value in columns.items():
        setattr(text, name, value)
    db.session.commit()
    page = editor.get("/marketing/texts").text
    assert f">{said[0]}</span>" in page and said[1] in page


def test_who_gets_it_has_to_be_chosen(editor: Client) -> None:
    answer = editor.post("/marketing/texts", data={"title": "Sale", "body": "Coats"})
    assert answer.status_code == 422 and "Please choose one." in answer.text and "Missing data" not in answer.text


def test_two_windows(editor: Client) -> None:
    path = make(editor)
    assert location(editor.post(path, data={**DRAFT, "body": "First.", "version": "1"})) == path
    answer = editor.post(path, data={**DRAFT, "body": "Second.", "version": "1"})
    assert answer.status_code == 409 and "Second." in answer.text
    assert text_at(path).body == "First."


@pytest.mark.parametrize(
    "data",
    [{"title": ""}, {"body": "x" * 321}, {"purpose": "analytics"}, {"country": "XX"}, {"more": "x"}, {"version": "no"}],
)
def test_odd_drafts_are_refused(editor: Client, data: dict[str, str]) -> None:
    assert editor.post("/marketing/texts", data={**DRAFT, **data}).status_code == 422


def test_nobody_to_text(editor: Client) -> None:
    path = make(editor)
    assert editor.post(f"{path}/deeds", data={"do": "start"}).status_code == 409
    assert text_at(path).state == "draft"
    assert editor.post(f"{path}/deeds", data={"do": "resume"}).status_code == 409
    assert editor.post(f"{path}/deeds", data={"do": "x"}).status_code == 422
    assert location(editor.post(f"{path}/deeds", data={"do": "cancel"})) == path


@pytest.mark.requirement(40)
def test_an_uncertain_one_is_listed_and_decided(app: Flask, editor: Client, provider: sms.MemoryTexter) -> None:
    phone = make_phone(NUMBER)
    path = make(editor)
    start(text_at(path))
    provider.fail = sms.NoAnswer("nothing")
    run(app)
    page = editor.get(path).text
    assert "Number ending in 67" in page and NUMBER not in page
    deed = re.search(r'action="([^"]+/uncertain/[^"]+)"', page)
    assert deed and deed[1].endswith(ids.encode(phone.id))
    assert editor.post(deed[1], data={"became": "lost"}).status_code == 422
    assert location(editor.post(deed[1], data={"became": "sent"})) == path
    assert editor.post(deed[1], data={"became": "again"}).status_code == 404
    engine.step(clock.now())
    assert not provider.texts


def test_it_can_be_texted_to_oneself(
    app: Flask, editor: Client, provider: sms.MemoryTexter, tried_twice: Callable[[str], None]
) -> None:
    path = make(editor)
    assert editor.post(f"{path}/deeds", data={"do": "test"}).status_code == 409
    phone = make_phone(NUMBER)
    member = db.session.query(accounts.Member).one()
    phone.subject_id = member.subject_id
    assert location(editor.post(f"{path}/deeds", data={"do": "test"})) == path
    tasks.drain(app)
    assert [one.to for one in provider.texts] == [NUMBER] and text_at(path).state == "draft"
    provider.clear()
    tried_twice("newsletters.text_test")
    for _ in range(2):
        editor.post(f"{path}/deeds", data={"do": "test"})
    tasks.drain(app)
    assert len(provider.texts) == 2, "one for each press"


def answer_of_register(content: bytes, **data: str) -> dict[str, object]:
    return {"reference": "DNC-1", "result_at": "2026-11-22T10:00", "file": (io.BytesIO(content), "a.csv"), **data}


@pytest.mark.requirement(67)
def test_the_registers_answer_opens_numbers(
    app: Flask, editor: Client, provider: sms.MemoryTexter, db_session: orm.Session
) -> None:
    make_phone(NUMBER, evident=False)
    make_phone("+6581234568", evident=False)
    path = make(editor)
    answer = editor.post(
        "/marketing/texts/register", data=answer_of_register(b"number,registered\r\n81234567,N\r\n+6581234568,Y\r\n")
    )
    assert location(answer) == "/marketing/texts/register"
    check = db_session.query(RegisterCheck).one()
    assert (check.reference, check.numbers, len(check.file_sha256)) == ("DNC-1", 2, 64)
    page = editor.get("/marketing/texts/register").text
    assert "DNC-1" in page and "81234567" not in page
    start(text_at(path))
    run(app)
    assert [(one.to, one.text[:6]) for one in provider.texts] == [(NUMBER, "<ADV> ")]


@pytest.mark.requirement(67)
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"file": b""}, 409),
        ({"file": b"81234567,MAYBE\n81234568,N\n81234569,?\n"}, 409),
        ({"file": b"\xff\xfe\x00"}, 409),
        ({"result_at": "2026-11-24T10:00"}, 409),
        ({"result_at": "yesterday"}, 422),
        ({"result_at": "9999-12-31T23:59"}, 409),
        ({"reference": ""}, 422),
    ],
)
def test_odd_answers_are_no_evidence(
    editor: Client, db_session: orm.Session, changes: dict[str, object], status: int
) -> None:
    data = answer_of_register(b"81234567,N\n")
    changes = dict(changes)
    content = changes.pop("file", None)
    if isinstance(content, bytes):
        data["file"] = (io.BytesIO(content), "a.csv")
    assert editor.post("/marketing/texts/register", data={**data, **changes}).status_code == status
    assert not db_session.query(RegisterCheck).all()


def test_the_settings_name_who_is_texted_from(editor: Client, settings: Callable[..., None]) -> None:
    settings(sms_number="", sms_sender="Shop")
    assert "Shop: Coats are in." in editor.get(make(editor)).text


@pytest.mark.requirement(70)
def test_the_doctor_asks_about_texts(app: Flask, editor: Client, settings: Callable[..., None]) -> None:
    def said() -> str:
        db.session.commit()
        return checks.texts(app, app.extensions["clozette.settings"])

    assert said() == ""
    phone = make_phone(NUMBER)
    assert "CLOZETTE_SMS_URL" in said()
    settings(sms_url="https://provider.test/v1", sms_secret="")
    assert "CLOZETTE_SMS_SECRET" in said()
    settings(sms_secret="x", sms_registered="")
    assert "not registered in SG" in said()
    settings(sms_registered="sg, my")
    assert said() == ""
    text = start(text_at(make(editor)))
    claims.claim(text, "dead", clock.now())
    row = db.session.get_one(TextSending, (text.id, phone.id))
    row.state = "uncertain"
    assert "uncertain" in said()
    text.state = "paused"
    assert "paused" in said()
