"""The file of numbers that a register is asked about, and the way back."""

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.ports import sms
from clozette.newsletters.texts import handout, register, services
from clozette.privacy import consents
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Departure, Disclosure, Handover
from clozette.privacy.models import StaffRead
from clozette.rights.erasure import services as erasures
from tests.factories import accounts
from tests.newsletters.texts.test_campaigns import NOON, make_phone, make_text, run, start
from tests.support.application import Clock
from tests.support.client import Client, location

PAGE = "/marketing/texts/register"
pytestmark = pytest.mark.usefixtures("provider")


@pytest.fixture
def editor(client: Client, stopped_clock: Clock) -> Client:
    """Sign a marketing editor in, at noon in Singapore."""
    stopped_clock.stop(NOON)
    accounts.sign_in(client, accounts.make_member("meg", roles=("marketing",)), second_factor=True)
    return client


def _file(editor: Client) -> list[str]:
    answer = editor.post(f"{PAGE}/numbers")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv"), answer.text
    return answer.text.splitlines()


def _answered(number: str, *, days: float, may: bool = True) -> None:
    at = clock.now() - timedelta(days=days)
    register.keep(f"DNC-{number}", [(number, may)], number.encode(), result_at=at, by_id=None, now=clock.now())


@pytest.mark.requirement(67, 68, 69, 89)
def test_the_round_trip(app: Flask, editor: Client, provider: sms.MemoryTexter, db_session: orm.Session) -> None:
    phones = [make_phone(f"+658123456{last}", evident=False) for last in range(2)]
    assert "The register has to be asked about 2 numbers" in editor.get(PAGE).text
    numbers = _file(editor)
    assert sorted(numbers) == ["81234560", "81234561"]
    content = "".join(f"{one},N\r\n" for one in numbers).encode()
    said = {"reference": "DNC-1", "result_at": "2026-11-23T03:00", "file": (io.BytesIO(content), "answer.csv")}
    assert location(editor.post(PAGE, data=said)) == PAGE
    assert editor.post(f"{PAGE}/numbers").status_code == 409, "none is due any more"
    start(make_text())
    run(app)
    assert sorted(one.to for one in provider.texts) == [phone.number for phone in phones]


@pytest.mark.requirement(72, 79, 89)
def test_it_goes_through_the_one_door(editor: Client, db_session: orm.Session) -> None:
    phone = make_phone(evident=False)
    _file(editor)
    (handover,) = db_session.scalars(sa.select(Handover))
    assert (handover.basis, handover.row_count, handover.fields) == ("law", 1, ["newsletters_phones.number"])
    assert db_session.scalars(sa.select(Disclosure.subject_id)).all() == [phone.subject_id]
    assert db_session.scalars(sa.select(Departure.handover_id)).all() == [handover.id]
    assert not departures.faults() and not departures.waiting()
    (read,) = db_session.scalars(sa.select(StaffRead).where(StaffRead.subject_id == phone.subject_id))
    assert (read.reader_id, read.what, read.fields) == (handover.actor_id, handout.WHAT, ["number"])


@pytest.mark.requirement(67, 69)
def test_only_what_is_due_is_in_it(editor: Client, db_session: orm.Session) -> None:
    due = ["+6581230000", "+6581230001"]
    make_phone(due[0], evident=False)
    make_phone(due[1], "our_news", "partner_offers", evident=False)
    _answered(due[1], days=21)
    for number, days in (("+6581230002", 20.9), ("+6581230003", 1)):
        make_phone(number, evident=False)
        _answered(number, days=days, may=days > 2)
    make_phone("+6581230004")
    make_phone("+4915112345678", evident=False)
    stopped, withdrew, leaves = (make_phone(f"+658123001{last}", evident=False) for last in range(3))
    services.end(stopped.number, method="sms:stop", source="sms:stop", now=clock.now())
    consents.answer(withdrew.subject_id, "our_news", "sms", "withdrawn", now=clock.now(), method="form:consents")
    erasures.ask(leaves.subject_id, via="page", now=clock.now())
    assert sorted(_file(editor)) == ["81230000", "81230001"]


@pytest.mark.requirement(67)
def test_who_waited_longest_is_in_the_next_file(editor: Client, monkeypatch: Any, stopped_clock: Clock) -> None:
    monkeypatch.setattr(handout, "AT_ONCE", 2)
    for last in range(3):
        make_phone(f"+658123456{last}", evident=False)
    first = _file(editor)
    stopped_clock.forward(minutes=1)
    second = _file(editor)
    assert set(first) == {"81234560", "81234561"}
    assert "81234562" in second and len(second) == 2


@pytest.mark.requirement(89)
def test_it_wants_a_recent_proof(editor: Client, stopped_clock: Clock, db_session: orm.Session) -> None:
    make_phone(evident=False)
    stopped_clock.forward(minutes=20)
    assert location(editor.post(f"{PAGE}/numbers")).startswith("/verify?")
    assert not db_session.scalars(sa.select(Handover)).all()


def test_nothing_is_due(editor: Client, db_session: orm.Session) -> None:
    make_phone()
    assert "Download the numbers" not in editor.get(PAGE).text
    assert editor.post(f"{PAGE}/numbers").status_code == 409
    assert not db_session.scalars(sa.select(Handover)).all()
