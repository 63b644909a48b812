"""The pages of staff: what nobody understood waits there."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids
from clozette.newsletters.returns import services
from clozette.newsletters.returns.models import Return
from clozette.privacy.models import StaffRead
from tests.factories import accounts
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import Sent, back
from tests.newsletters.returns.samples import dsn, failed
from tests.support.client import Client

Make = Callable[..., Sent]
HERE = "/marketing/returns"


@pytest.fixture
def editor(client: Client, db_session: orm.Session) -> Client:
    accounts.sign_in(client, accounts.make_member("eva", roles=("marketing",)), second_factor=True)
    return client


def address(row: Return) -> str:
    return f"{HERE}/{ids.encode(row.id)}"


@pytest.mark.requirement(43)
def test_what_was_not_understood_is_listed(app: Flask, editor: Client, sent: Make) -> None:
    mail = sent()
    odd = back(app, samples.qmail(mail.path, mail.contact.address), mail.path)
    good = back(app, dsn(mail.path, failed(mail.contact.address, "5.2.2")), mail.path)
    page = editor.get(HERE)
    assert page.status_code == 200 and address(odd) in page.text and address(good) not in page.text
    everything = editor.get(f"{HERE}?show=all").text
    assert address(odd) in everything and "(5.2.2)" in everything and mail.campaign.title in everything
    for text in (page.text, everything, editor.get(address(odd)).text):
        assert mail.contact.address not in text and "qmail-send" not in text


@pytest.mark.requirement(8, 43)
def test_to_read_one_takes_a_reason_that_is_written_down(
    app: Flask, editor: Client, sent: Make, db_session: orm.Session
) -> None:
    mail = sent()
    row = back(app, samples.qmail(mail.path, "<b>" + mail.contact.address), mail.path)
    assert editor.post(address(row), data={"do": "read"}).status_code == 422
    assert not db_session.scalars(sa.select(StaffRead)).all()
    shown = editor.post(address(row), data={"do": "read", "reason": "What does it say?"})
    assert shown.status_code == 200 and "qmail-send" in shown.text and "&lt;b&gt;" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    look = db_session.scalars(sa.select(StaffRead)).one()
    assert (look.subject_id, look.what, look.reason) == (mail.contact.subject_id, "returned-mail", "What does it say?")


@pytest.mark.requirement(43)
@pytest.mark.parametrize(("do", "reasons"), [("settle", set()), ("bounce", {"bounced"}), ("complain", {"complained"})])
def test_staff_settle_it_once(app: Flask, editor: Client, sent: Make, do: str, reasons: set[str]) -> None:
    mail = sent()
    row = back(app, samples.qmail(mail.path, mail.contact.address), mail.path)
    assert editor.post(address(row), data={"do": do}).status_code == 303
    assert mail.reasons == reasons and row.state == "settled"
    assert bool(mail.sending.bounced_at) == (do == "bounce") and bool(mail.sending.complained_at) == (do == "complain")
    assert editor.post(address(row), data={"do": do}).status_code == 409
    assert address(row) not in editor.get(HERE).text


@pytest.mark.requirement(43)
def test_nobody_is_suppressed_by_hand_who_is_not_certain(app: Flask, editor: Client, sent: Make) -> None:
    mail = sent()
    row = back(app, samples.plain("postmaster@news.clozette.test", body=[mail.contact.address]))
    assert editor.post(address(row), data={"do": "bounce"}).status_code == 409
    assert row.state == "unknown" and not mail.reasons


@pytest.mark.requirement(43)
def test_a_better_version_reads_it_again(app: Flask, editor: Client, sent: Make, monkeypatch) -> None:
    mail = sent()
    with monkeypatch.context() as older:
        older.setattr(services.reading, "read", _fail)
        row = back(app, dsn(mail.path, failed(mail.contact.address)), mail.path)
    assert (row.state, row.because) == ("unknown", "unreadable")
    assert editor.post(address(row), data={"do": "again"}).status_code == 303
    assert row.state == "understood" and mail.reasons == {"bounced"}
    assert editor.post(address(row), data={"do": "again"}).status_code == 303


@pytest.mark.requirement(43)
def test_what_no_worker_read_can_be_read_by_hand(
    app: Flask, editor: Client, sent: Make, db_session: orm.Session
) -> None:
    mail = sent()
    services.keep(dsn(mail.path, failed(mail.contact.address)), (mail.path,), via="smtp", now=clock.now())
    row = db_session.scalars(sa.select(Return)).one()
    assert address(row) in editor.get(HERE).text and 'value="again"' in editor.get(address(row)).text
    assert editor.post(address(row), data={"do": "again"}).status_code == 303
    assert row.state == "understood" and mail.reasons == {"bounced"}


@pytest.mark.parametrize("data", [{}, {"do": "else"}, {"do": "read", "reason": "x" * 201}, {"do": "read", "more": "1"}])
def test_bad_input(app: Flask, editor: Client, sent: Make, data: dict[str, str]) -> None:
    row = back(app, b"Subject: x\r\n\r\n")
    assert editor.post(address(row), data=data).status_code == 422
    assert editor.post(f"{HERE}/{ids.encode(row.id + 1)}", data={"do": "settle"}).status_code == 404


def test_its_text_is_gone_after_a_month(app: Flask, client: Client, sent: Make, stopped_clock) -> None:
    mail = sent()
    row = back(app, dsn(mail.path, failed(mail.contact.address)), mail.path)
    services.sweep(stopped_clock.forward(days=29), understood_for=timedelta(days=30))
    assert row.sealed is not None
    services.sweep(stopped_clock.forward(days=2), understood_for=timedelta(days=30))
    accounts.sign_in(client, accounts.make_member("eva", roles=("marketing",)), second_factor=True)
    assert client.post(address(row), data={"do": "read", "reason": "why"}).status_code == 409
    assert row.sealed is None and row.verdict == "hard"
    assert not services.keep(dsn(mail.path, failed(mail.contact.address)), (mail.path,), via="smtp", now=clock.now())


def _fail(*arguments: object) -> None:
    raise ValueError("a bug")
