"""The small mail server: what it takes is kept, what it can't keep now it asks to send again."""

import smtplib
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.kernel.ports import inbound_mail
from clozette.newsletters.returns import receiver, services
from clozette.newsletters.returns.models import Return
from clozette.settings import BadSettings, Settings
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import DOMAIN, Sent
from tests.newsletters.returns.samples import dsn, failed
from tests.support import processes
from tests.support.live import Certificate

Make = Callable[..., Sent]


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    settings: Settings = app.extensions["clozette.settings"]
    free = processes.free_port()
    place = receiver.place(replace(settings, inbound_listen=f"127.0.0.1:{free}"))
    server = inbound_mail.Server(place, receiver.Taker(app, DOMAIN))
    server.start()
    yield free
    server.stop()


def talk(port: int) -> smtplib.SMTP:
    return smtplib.SMTP("127.0.0.1", port, "mx.example.test", timeout=20)


@pytest.mark.requirement(43)
def test_a_bounce_comes_in_over_smtp(app: Flask, db_session: orm.Session, sent: Make, port: int) -> None:
    mail = sent()
    path, content = mail.path, dsn(mail.path, failed(mail.contact.address))
    db_session.commit()
    with talk(port) as smtp:
        smtp.sendmail("", [path], content)
        smtp.sendmail("", [path], content)
    db_session.expire_all()
    row = db_session.scalars(sa.select(Return)).one()
    assert (row.state, row.via) == ("waiting", "smtp")
    db_session.commit()
    tasks.drain(app)
    db_session.expire_all()
    assert (row.state, row.verdict) == ("understood", "hard") and mail.reasons == {"bounced"}


@pytest.mark.requirement(64)
def test_a_mail_that_unsubscribes_comes_in(app: Flask, db_session: orm.Session, sent: Make, port: int) -> None:
    mail = sent()
    to = f"unsub+{mail.token}@{DOMAIN}"
    db_session.commit()
    with talk(port) as smtp:
        smtp.sendmail("anybody@example.test", [to], samples.plain(to, "unsubscribe"))
    tasks.drain(app)
    db_session.expire_all()
    assert mail.subscription.state == "unsubscribed"


@pytest.mark.requirement(64)
@pytest.mark.parametrize("prefix", ["unsub", "UNSUB", "Unsub"])
def test_the_letters_of_a_token_arrive_as_they_are(
    app: Flask, db_session: orm.Session, sent: Make, port: int, prefix: str
) -> None:
    """Such a token has small and large letters; neither the envelope's nor the header's are changed."""
    mail = sent()
    assert mail.token not in {mail.token.lower(), mail.token.upper()}
    to = f"{prefix}+{mail.token}@{DOMAIN.upper()}"
    db_session.commit()
    with talk(port) as smtp:
        smtp.sendmail("anybody@example.test", [to], samples.plain(f"Leave me <{to}>", "unsubscribe"))
    tasks.drain(app)
    db_session.expire_all()
    assert mail.subscription.state == "unsubscribed"


@pytest.mark.requirement(64)
@pytest.mark.parametrize("change", [str.lower, str.upper])
def test_a_token_that_a_relay_changed_is_kept_for_staff(
    app: Flask, db_session: orm.Session, sent: Make, port: int, change: Callable[[str], str]
) -> None:
    mail = sent()
    to = f"{change('unsub+' + mail.token)}@{DOMAIN}"
    db_session.commit()
    with talk(port) as smtp:
        smtp.sendmail("anybody@example.test", [to], samples.plain(to, "unsubscribe", "Auto-Submitted: auto-generated"))
    tasks.drain(app)
    db_session.expire_all()
    row = db_session.scalars(sa.select(Return)).one()
    assert (row.state, row.because) == ("unknown", "bad-case")
    assert mail.subscription.state == "confirmed"


@pytest.mark.requirement(43)
def test_only_our_own_mailboxes(app: Flask, db_session: orm.Session, sent: Make, port: int) -> None:
    mail = sent()
    path = mail.path
    strangers = [
        "somebody@example.test",
        f"somebody@{DOMAIN}",
        f"bounce+c1.s1.{'a' * 26}@{DOMAIN}",
        mail.path.replace(DOMAIN, "example.test"),
        f"unsub+{mail.token[:-4]}AAAA@{DOMAIN}",
        f"bounce@{DOMAIN}@example.test",
    ]
    db_session.commit()
    with talk(port) as smtp:
        for stranger in strangers:
            smtp.ehlo()
            smtp.mail("")
            assert smtp.rcpt(stranger)[0] in {550, 553}, stranger
        for ours in (f"postmaster@{DOMAIN}", f"FBL@{DOMAIN.upper()}", f"abuse@{DOMAIN}", path):
            smtp.rset()
            smtp.mail("")
            assert smtp.rcpt(ours)[0] == 250, ours
    assert not db_session.scalars(sa.select(Return)).all()


def test_what_is_too_large_is_refused_for_good(app: Flask, db_session: orm.Session, sent: Make, port: int) -> None:
    mail = sent()
    path, content = mail.path, dsn(mail.path, failed(mail.contact.address), padding=10_600_000)
    db_session.commit()
    with talk(port) as smtp, pytest.raises(smtplib.SMTPResponseException) as refused:
        smtp.sendmail("", [path], content)
    assert refused.value.smtp_code == 552
    assert not db_session.scalars(sa.select(Return)).all()


@pytest.mark.requirement(43)
def test_what_cannot_be_kept_now_comes_again(
    app: Flask, db_session: orm.Session, sent: Make, port: int, monkeypatch
) -> None:
    mail = sent()
    path, content = mail.path, dsn(mail.path, failed(mail.contact.address))
    db_session.commit()
    for broken in ("keep", "waiting_bytes"):
        with monkeypatch.context() as patch, talk(port) as smtp:
            patch.setattr(services, broken, _break if broken == "keep" else (lambda: receiver.MOST_KEPT + 1))
            with pytest.raises(smtplib.SMTPResponseException) as refused:
                smtp.sendmail("", [path], content)
            assert refused.value.smtp_code == 451
    assert not db_session.scalars(sa.select(Return)).all()
    db_session.commit()
    with talk(port) as smtp:
        smtp.sendmail("", [path], content)
    assert db_session.scalars(sa.select(Return)).one()


def test_a_line_may_be_longer_than_the_standard_says(
    app: Flask, db_session: orm.Session, sent: Make, port: int
) -> None:
    path = sent().path
    db_session.commit()
    with talk(port) as smtp:
        smtp.sendmail("", [path], samples.plain(path, body=["x" * 20_000]))
    assert db_session.scalars(sa.select(Return)).one().size > 20_000


def test_too_many_at_once_are_asked_to_come_again(app: Flask, db_session: orm.Session, port: int) -> None:
    there = [socket.create_connection(("127.0.0.1", port), timeout=10) for _ in range(inbound_mail.MOST_CONNECTIONS)]
    try:
        assert all(one.recv(200).startswith(b"220") for one in there)
        with socket.create_connection(("127.0.0.1", port), timeout=10) as late:
            assert late.recv(200).startswith(b"421")
    finally:
        for one in there:
            one.close()
    with talk(port) as smtp:
        assert smtp.noop()[0] == 250


def test_it_speaks_tls(app: Flask, db_session: orm.Session, tmp_path) -> None:
    certificate = Certificate(tmp_path)
    settings: Settings = app.extensions["clozette.settings"]
    given = {"inbound_certificate": str(certificate.chain), "inbound_key": str(certificate.key)}
    free = processes.free_port()
    place = receiver.place(replace(settings, inbound_listen=f"127.0.0.1:{free}", **given))
    server = inbound_mail.Server(place, receiver.Taker(app, DOMAIN))
    server.start()
    try:
        with talk(free) as smtp:
            smtp.ehlo()
            assert smtp.has_extn("starttls") and smtp.starttls()[0] == 220
            smtp.ehlo()
            smtp.mail("")
            assert smtp.rcpt(f"postmaster@{DOMAIN}")[0] == 250
    finally:
        server.stop()


def test_a_taken_port_is_tried_again_later(app: Flask, port: int, monkeypatch) -> None:
    settings: Settings = app.extensions["clozette.settings"]
    monkeypatch.setitem(app.extensions, "clozette.settings", replace(settings, inbound_listen=f"127.0.0.1:{port}"))
    with app.app_context():
        receiver.step(None)  # type: ignore[arg-type]
    assert app.extensions.pop("clozette.newsletters.inbound_told")


@pytest.mark.parametrize(
    ("name", "value"),
    [("INBOUND_LISTEN", "25"), ("INBOUND_LISTEN", "x:y"), ("INBOUND_SECRET", "short"), ("INBOUND_KEY", "a.pem")],
)
def test_wrong_settings_are_told(name: str, value: str) -> None:
    with pytest.raises(BadSettings) as bad:
        Settings.from_environment({"CLOZETTE_SECRET_KEYS": "x" * 40, f"CLOZETTE_{name}": value})
    assert name in bad.value.faults[0]


def _break(*arguments: object, **more: object) -> None:
    db.session.execute(sa.text("SELECT nothing FROM nowhere"))
