"""Mails that another server hands over."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from io import BytesIO

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import tasks
from clozette.newsletters.returns import receiver, services
from clozette.newsletters.returns.models import Return
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import Sent
from tests.newsletters.returns.samples import dsn, failed
from tests.support.client import Client

Make = Callable[..., Sent]
SECRET = "a secret that only the mail service knows"
HERE = f"/webhooks/mail/{SECRET}"


@pytest.fixture
def server(app: Flask) -> Iterator[Client]:
    """A program without cookies, and a site that takes mail."""
    settings = app.extensions["clozette.settings"]
    app.extensions["clozette.settings"] = replace(settings, inbound_secret=SECRET)
    made = app.test_client(use_cookies=False)
    assert isinstance(made, Client)
    yield made
    app.extensions["clozette.settings"] = settings


def post(client: Client, content: bytes, path: str = HERE, kind: str = "message/rfc822"):
    return client.post(path, data=content, content_type=kind, csrf=False)


@pytest.mark.requirement(43)
@pytest.mark.parametrize("way", ["raw", "octets", "untyped", "file", "field"])
def test_a_mail_is_kept_and_read(app: Flask, server: Client, sent: Make, db_session: orm.Session, way: str) -> None:
    mail = sent()
    content = dsn("bounce@elsewhere.test", failed(mail.contact.address), padding=2_000_000)
    path = f"{HERE}?recipient={mail.path.replace('+', '%2B')}"
    kinds = {"raw": "message/rfc822", "octets": "application/octet-stream", "untyped": ""}
    for _ in range(2):
        if way in kinds:
            answer = post(server, content, path, kinds[way])
        else:
            form = {"email": (BytesIO(content), "mail.eml")} if way == "file" else {"body-mime": content.decode()}
            answer = server.post(
                HERE, data={**form, "recipient": mail.path}, content_type="multipart/form-data", csrf=False
            )
        assert (answer.status_code, answer.text) == (200, "kept")
        assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    row = db_session.scalars(sa.select(Return)).one()
    assert (row.state, row.via) == ("waiting", "webhook")
    tasks.drain(app)
    db_session.expire_all()
    assert (row.state, row.verdict) == ("understood", "hard") and mail.reasons == {"bounced"}


def test_without_the_secret_nobody_hands_over(app: Flask, server: Client, db_session: orm.Session) -> None:
    content = samples.plain("postmaster@news.clozette.test")
    for wrong in ("wrong", SECRET + "x", SECRET[:-1], "%C3%A4", "x" * 3000):
        assert post(server, content, f"/webhooks/mail/{wrong}").status_code == 403
    app.extensions["clozette.settings"] = replace(app.extensions["clozette.settings"], inbound_secret="")
    for one in (HERE, "/webhooks/mail/%20"):
        assert post(server, content, one).status_code in {403, 404}
    assert not db_session.scalars(sa.select(Return)).all()


def test_bad_input_is_answered(server: Client, db_session: orm.Session, monkeypatch) -> None:
    assert post(server, b"").status_code == 422
    assert post(server, b"--x--", kind="multipart/form-data; boundary=x").status_code == 422
    assert post(server, b"x" * (10 * 1024 * 1024 + 1)).status_code == 413
    assert post(server, b"x" * (11 * 1024 * 1024)).status_code == 413
    assert post(server, b"\xff\x00", kind="multipart/form-data").status_code < 500
    assert server.get(HERE).status_code == 405
    assert not db_session.scalars(sa.select(Return)).all()
    monkeypatch.setattr(services, "waiting_bytes", lambda: receiver.MOST_KEPT + 1)
    assert post(server, b"Subject: x\r\n\r\n").status_code == 503
