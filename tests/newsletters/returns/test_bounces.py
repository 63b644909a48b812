"""Bounces: RFC 3464 and nothing else, for whom a name of ours says, once."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.newsletters.returns import services
from clozette.newsletters.returns.models import Return
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions import suppressions
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import Sent, back
from tests.newsletters.returns.samples import delayed, dsn, failed

Make = Callable[..., Sent]


@pytest.mark.requirement(43)
@pytest.mark.parametrize("status", ["5.1.1", "5.1.2", "5.1.3", "5.1.10", "5.2.1"])
def test_a_dead_address_is_suppressed_at_once(app: Flask, sent: Make, status: str) -> None:
    mail, other = sent(), sent()
    row = back(app, dsn(mail.path, failed(mail.contact.address, status)), mail.path)
    assert (row.state, row.kind, row.verdict, row.status) == ("understood", "bounce", "hard", status)
    assert (row.contact_id, row.campaign_id, row.subject_id) == (
        mail.contact.id,
        mail.campaign.id,
        mail.contact.subject_id,
    )
    assert mail.reasons == {"bounced"} and mail.subscription.state == "bounced"
    assert mail.sending.bounced_at is not None and mail.sending.reason == status
    assert not other.reasons and other.subscription.state == "confirmed" and other.sending.bounced_at is None


@pytest.mark.requirement(43)
@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("5.7.1", "policy"),
        ("5.7.26", "policy"),
        ("5.3.4", "policy"),
        ("5.6.0", "policy"),
        ("5.2.2", "soft"),
        ("4.2.2", "soft"),
        ("4.4.7", "soft"),
        ("5.0.0", "soft"),
        ("5.1.8", "soft"),
    ],
)
def test_other_failures_are_no_death(app: Flask, sent: Make, status: str, verdict: str) -> None:
    mail = sent()
    row = back(app, dsn(mail.path, failed(mail.contact.address, status)), mail.path)
    assert (row.state, row.verdict) == ("understood", verdict)
    assert not mail.reasons and mail.subscription.state == "confirmed"
    assert mail.sending.bounced_at is not None and mail.contact.soft_bounces == (verdict == "soft")


@pytest.mark.requirement(43)
def test_what_is_late_or_arrived_is_no_bounce(app: Flask, sent: Make) -> None:
    mail = sent()
    for action in ("delayed", "delivered", "relayed", "expanded"):
        row = back(app, dsn(mail.path, (mail.contact.address, action, "5.1.1", "")), mail.path)
        assert (row.state, row.kind, row.verdict) == ("understood", "bounce", None)
    assert mail.sending.bounced_at is None and not mail.reasons and mail.contact.soft_bounces == 0


@pytest.mark.requirement(43)
def test_two_recipients_in_one_report(app: Flask, sent: Make) -> None:
    mail = sent()
    row = back(app, dsn(mail.path, failed(mail.contact.address), delayed("other@example.test")), mail.path)
    assert row.verdict == "hard" and mail.reasons == {"bounced"}
    other = sent()
    row = back(app, dsn(other.path, failed("else@example.test"), delayed(other.contact.address)), other.path)
    assert row.verdict is None and not other.reasons, "it is the other's address that is dead"


@pytest.mark.requirement(43)
def test_somebody_behind_the_address_got_it(app: Flask, sent: Make) -> None:
    mail = sent()
    arrived = ("one@example.test", "delivered", "2.0.0", "")
    row = back(app, dsn(mail.path, failed("two@example.test"), arrived), mail.path)
    assert row.verdict is None and not mail.reasons


@pytest.mark.requirement(43)
def test_a_forwarder_is_known_by_the_envelope(app: Flask, sent: Make) -> None:
    mail = sent()
    row = back(app, dsn(mail.path, failed("forwarded-to@example.test")), mail.path)
    assert row.verdict == "hard" and mail.reasons == {"bounced"}


@pytest.mark.requirement(43)
def test_without_the_third_part_and_without_an_envelope(app: Flask, sent: Make) -> None:
    mail = sent()
    assert back(app, dsn(mail.path, failed(mail.contact.address))).verdict == "hard"
    assert mail.reasons == {"bounced"}


@pytest.mark.requirement(43)
@pytest.mark.parametrize("encoded", [False, True], ids=["headers", "base64"])
def test_the_returned_mail_says_whose_it_was(app: Flask, sent: Make, encoded: bool) -> None:
    mail = sent()
    returned = samples.original(mail.contact.address, mail.message_id, mail.path)
    content = dsn("bounce@news.clozette.test", failed(mail.contact.address), returned=returned, encoded=encoded)
    assert back(app, content, "bounce@news.clozette.test").contact_id == mail.contact.id
    assert mail.reasons == {"bounced"}


@pytest.mark.requirement(43)
def test_the_servers_own_words_where_the_status_says_nothing(app: Flask, sent: Make) -> None:
    mail = sent()
    said = "550 5.1.1 The account does not exist"
    assert back(app, dsn(mail.path, failed(mail.contact.address, "5.0.0", said)), mail.path).status == "5.1.1"
    assert mail.reasons == {"bounced"}
    other = sent()
    said = "550 5.7.1 spam? see 5.1.1"
    assert back(app, dsn(other.path, failed(other.contact.address, "5.2.2", said)), other.path).status == "5.2.2"
    assert not other.reasons


@pytest.mark.requirement(43)
def test_a_wrong_proof_suppresses_nobody(app: Flask, sent: Make) -> None:
    mail, other = sent(), sent()
    forged = [
        re.sub(r"\.[0-9a-f]{24}@", ".aaaaaaaaaaaaaaaaaaaaaaaa@", mail.path),
        mail.path.replace(f".s{mail.path.split('.s')[1][:13]}", ".s0000000000001"),
        f"bounce+{other.message_id}",
        f"bounce+t0000000000001.{'a' * 26}@news.clozette.test",
    ]
    for path in forged:
        returned = samples.original(mail.contact.address, mail.message_id, path)
        row = back(app, dsn(path, failed(mail.contact.address), returned=returned), path)
        assert (row.state, row.because, row.contact_id) == ("unknown", "bad-proof", None)
    assert not mail.reasons and not other.reasons and mail.sending.bounced_at is None


@pytest.mark.requirement(43)
def test_an_address_alone_suppresses_nobody(app: Flask, sent: Make) -> None:
    mail = sent()
    returned = samples.original(mail.contact.address, "made.up@news.clozette.test")
    row = back(app, dsn("bounce@news.clozette.test", failed(mail.contact.address), returned=returned))
    assert (row.state, row.because) == ("unknown", "no-name") and not mail.reasons


@pytest.mark.requirement(43)
@pytest.mark.parametrize("make", ["qmail", "office", "talk", "forwarded", "nothing", "garbage", "empty", "nested"])
def test_no_guesses(app: Flask, sent: Make, make: str) -> None:
    """Whatever talks of a bounce without reporting one suppresses nobody, and nothing is thrown away."""
    mail = sent()
    inner = dsn(mail.path, failed(mail.contact.address)).decode()
    contents = {
        "qmail": samples.qmail(mail.path, mail.contact.address),
        "office": samples.out_of_office(mail.path),
        "talk": samples.plain(mail.path, "failure notice", body=["550 5.1.1 user unknown"]),
        "forwarded": samples.plain(mail.path, "Fwd", "Content-Type: message/rfc822", body=[inner]),
        "nothing": dsn(mail.path),
        "garbage": b"\xff\x00" * 999,
        "empty": b"",
        "nested": samples.plain(mail.path, "x", 'Content-Type: multipart/report; boundary="q"', body=["--q"] * 500),
    }
    row = back(app, contents[make], mail.path)
    assert row.state == ("understood" if make == "office" else "unknown")
    assert row.kind == ("auto" if make == "office" else None)
    assert not mail.reasons and mail.sending.bounced_at is None and mail.contact.soft_bounces == 0
    services.sweep(clock.now() + timedelta(days=400), understood_for=timedelta(days=30))
    assert (row.sealed is None) == (make == "office")


@pytest.mark.requirement(43)
def test_the_same_report_twice_counts_once(app: Flask, sent: Make, db_session: orm.Session) -> None:
    mail = sent()
    content = dsn(mail.path, failed(mail.contact.address, "4.2.2"))
    first = back(app, content, mail.path)
    assert not services.keep(content, (mail.path,), via="webhook", now=clock.now())
    back(app, b"Received: again\r\n" + content, mail.path)
    assert mail.contact.soft_bounces == 1
    services.understand(first.id, clock.now())
    assert mail.contact.soft_bounces == 1
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Return)) == 2


@pytest.mark.requirement(43, 45)
def test_an_old_report_sent_again_does_not_undo_what_came_after(app: Flask, sent: Make) -> None:
    mail = sent()
    content = dsn(mail.path, failed(mail.contact.address))
    back(app, content, mail.path)
    suppressions.lift(mail.contact.address_key, ("bounced",), clock.now())
    back(app, b"Received: again\r\n" + content, mail.path)
    assert not mail.reasons


@pytest.mark.requirement(43)
def test_an_address_that_moved_is_not_the_dead_one(app: Flask, sent: Make) -> None:
    mail, near = sent(), sent()
    mail.contact.domain, mail.contact.canonical = "new.example.test", "ada@new.example.test"
    back(app, dsn(mail.path, failed("ada@old.example.test")), mail.path)
    assert mail.sending.bounced_at is not None and not mail.reasons
    returned = samples.original("former@example.test", near.message_id)
    back(app, dsn(near.path, failed("former@example.test"), returned=returned), near.path)
    assert near.sending.bounced_at is not None and not near.reasons


@pytest.mark.requirement(43)
def test_soft_ones_end_it_after_many_over_long(app: Flask, sent: Make, stopped_clock) -> None:
    first = mail = sent()
    for week in range(5):
        assert not first.reasons, week
        back(app, dsn(mail.path, failed(mail.contact.address, "5.2.2")), mail.path)
        assert first.contact.soft_bounces == week + 1
        stopped_clock.forward(days=7)
        mail = sent(to=first) if week < 4 else mail
    assert first.reasons == {"bounced"} and first.subscription.state == "bounced"
    suppressions.lift(first.contact.address_key, ("bounced",), clock.now())
    back(app, b"Received: again\r\n" + dsn(mail.path, failed(mail.contact.address, "5.2.2")), mail.path)
    assert not first.reasons, "staff lifted it; an old report sent again changes nothing"


@pytest.mark.requirement(43)
def test_a_mail_that_arrives_ends_the_row(app: Flask, sent: Make, stopped_clock) -> None:
    first = mail = sent()
    for week in range(9):
        if week != 4:
            back(app, dsn(mail.path, failed(mail.contact.address, "5.2.2")), mail.path)
        stopped_clock.forward(days=7)
        mail = sent(to=first)
    assert first.contact.soft_bounces == 4 and not first.reasons


@pytest.mark.requirement(43)
def test_what_has_just_gone_out_is_no_success_yet(app: Flask, sent: Make, stopped_clock) -> None:
    first = sent()
    stopped_clock.forward(days=7)
    second = sent(to=first)
    stopped_clock.forward(minutes=30)
    sent(to=first)
    stopped_clock.forward(minutes=30)
    for number, mail in enumerate((first, second), 1):
        back(app, dsn(mail.path, failed(mail.contact.address, "5.2.2")), mail.path)
        assert first.contact.soft_bounces == number


@pytest.mark.requirement(43)
def test_many_within_days_are_a_full_mailbox(app: Flask, sent: Make, stopped_clock) -> None:
    first = mail = sent()
    for _ in range(9):
        back(app, dsn(mail.path, failed(mail.contact.address, "4.2.2")), mail.path)
        stopped_clock.forward(days=1)
        mail = sent(to=first)
    assert first.contact.soft_bounces == 9 and not first.reasons


@pytest.mark.requirement(43)
def test_ten_megabytes_are_read(app: Flask, sent: Make) -> None:
    mail = sent()
    content = dsn(mail.path, failed(mail.contact.address), padding=9_900_000)
    assert 9_800_000 < len(content) < 10 * 1024 * 1024
    began = clock.now()
    assert back(app, content, mail.path).verdict == "hard"
    assert clock.now() - began < timedelta(seconds=20)


@pytest.mark.requirement(43, 45)
def test_a_report_on_somebody_who_was_erased(app: Flask, sent: Make, db_session: orm.Session) -> None:
    mail = sent()
    content, path = dsn(mail.path, failed(mail.contact.address)), mail.path
    subscriptions.delete_contact(mail.contact.id)
    row = back(app, content, path)
    assert (row.state, row.verdict, row.subject_id) == ("understood", "hard", None)


def test_a_mail_lies_there_encrypted(app: Flask, sent: Make, db_session: orm.Session) -> None:
    mail = sent()
    row = back(app, dsn(mail.path, failed(mail.contact.address)), mail.path)
    kept = db_session.execute(sa.text("SELECT sealed FROM newsletters_returns")).scalar_one()
    assert row.sealed == kept and b"example" not in bytes(kept) and b"Final" not in bytes(kept)


def test_killed_in_the_middle_it_is_read_again(app: Flask, sent: Make, db_session: orm.Session, monkeypatch) -> None:
    mail = sent()
    db_session.commit()
    services.keep(dsn(mail.path, failed(mail.contact.address)), (mail.path,), via="smtp", now=clock.now())
    with monkeypatch.context() as broken:
        broken.setattr(services, "_attribute", _die)
        with pytest.raises(RuntimeError):
            tasks.drain(app)
    db_session.rollback()
    row = db_session.scalars(sa.select(Return)).one()
    assert row.state == "waiting" and not mail.reasons
    services.understand(row.id, clock.now())
    assert mail.reasons == {"bounced"}


@pytest.mark.requirement(43)
def test_two_workers_at_once_act_once(app: Flask, sent: Make, db_session: orm.Session) -> None:
    mail = sent()
    services.keep(dsn(mail.path, failed(mail.contact.address, "5.2.2")), (mail.path,), via="smtp", now=clock.now())
    row_id = db_session.scalars(sa.select(Return.id)).one()
    db_session.commit()
    ready, counted = threading.Barrier(2), []

    def work() -> None:
        with app.app_context():
            ready.wait(10)
            services.understand(row_id, clock.now())
            counted.append(db.session.get_one(Return, row_id).state)
            db.session.commit()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert counted == ["understood"] * 2
    db_session.expire_all()
    assert mail.contact.soft_bounces == 1
    db_session.commit()
    assert tasks.drain(app) == 1 and mail.contact.soft_bounces == 1


@pytest.mark.requirement(43)
def test_what_was_understood_is_forgotten_in_the_end(
    app: Flask, sent: Make, db_session: orm.Session, stopped_clock
) -> None:
    mail = sent()
    back(app, dsn(mail.path, failed(mail.contact.address, "5.2.2")), mail.path)
    back(app, samples.qmail(mail.path, mail.contact.address), mail.path)
    services.sweep(stopped_clock.forward(days=731), understood_for=timedelta(days=30))
    assert db_session.scalars(sa.select(Return.state)).all() == ["unknown"]


def _die(*arguments: object) -> None:
    raise RuntimeError("killed")
