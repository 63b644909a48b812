"""Mails that somebody made up with what a forwarded newsletter shows."""

from collections.abc import Callable

import pytest
from flask import Flask

from clozette.kernel import clock
from clozette.newsletters.returns import services
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import Sent, back

LONG_S = "\u017f"


@pytest.mark.requirement(43, 62)
@pytest.mark.parametrize("place", ["to", "returned", "references"])
def test_a_leave_token_reports_no_dead_address(app: Flask, sent: Callable[..., Sent], place: str) -> None:
    """It authorises leaving alone: nobody's receipts and passwords stop because they forwarded a newsletter."""
    mail = sent()
    leave = f"unsub+{mail.token}@news.clozette.test"
    to = leave if place == "to" else "postmaster@news.clozette.test"
    returned = samples.original(mail.contact.address, "", leave=f"mailto:{leave}") if place == "returned" else ""
    content = samples.dsn(to, samples.failed(mail.contact.address), returned=returned)
    if place == "references":
        content = f"References: <{leave}>\r\n".encode() + content
    row = back(app, content, to)
    assert (row.state, row.because) == ("unknown", "no-name")
    assert not mail.reasons and mail.subscription.state == "confirmed" and mail.sending.bounced_at is None


@pytest.mark.requirement(43)
@pytest.mark.parametrize("place", ["returned", "references"])
def test_a_forwarded_message_id_reports_no_dead_address(app: Flask, sent: Callable[..., Sent], place: str) -> None:
    """It stands in every newsletter that is passed on; so a report that names no more must name the reader, too."""
    mail, box = sent(), "postmaster@news.clozette.test"
    returned = samples.original("", mail.message_id) if place == "returned" else ""
    content = samples.dsn(box, samples.failed("somebody@else.test"), returned=returned)
    if place == "references":
        content = f"References: <{mail.message_id}>\r\n".encode() + content
    row = back(app, content, box)
    assert (row.state, row.because, row.contact_id) == ("unknown", "no-recipient", mail.contact.id)
    assert not mail.reasons and mail.sending.bounced_at is None


@pytest.mark.requirement(43)
@pytest.mark.parametrize("status", ["5.1.1", "5.2.2", "5.7.1"])
@pytest.mark.parametrize("place", ["returned", "encoded", "references", "envelope-id"])
def test_a_forwarded_message_id_with_its_readers_address_is_for_staff(
    app: Flask, sent: Callable[..., Sent], place: str, status: str
) -> None:
    """Whoever was forwarded a mail knows both; only the path, which the next server alone is told, suppresses."""
    mail, box = sent(), "bounce@news.clozette.test"
    returned = samples.original(mail.contact.address, mail.message_id)
    returned = returned if place in {"returned", "encoded"} else ""
    failed = samples.failed(mail.contact.address, status)
    content = samples.dsn(box, failed, returned=returned, encoded=place == "encoded")
    if place == "references":
        content = f"References: <{mail.message_id}>\r\n".encode() + content
    if place == "envelope-id":
        named = f"Original-Envelope-Id: {mail.message_id}\r\nReporting-MTA".encode()
        content = content.replace(b"Reporting-MTA", named)
    row = back(app, content, box)
    assert (row.state, row.because, row.contact_id) == ("unknown", "no-path", mail.contact.id)
    assert not mail.reasons and mail.sending.bounced_at is None and mail.contact.soft_bounces == 0
    assert mail.subscription.state == "confirmed"
    assert services.settle_as(row, "bounce", clock.now()) and mail.reasons == {"bounced"}


@pytest.mark.requirement(43)
def test_the_path_counts_before_a_message_id(app: Flask, sent: Callable[..., Sent]) -> None:
    mail, other = sent(), sent()
    returned = samples.original("", mail.message_id, path=mail.path)
    content = samples.dsn("postmaster@news.clozette.test", samples.failed("behind@else.test"), returned=returned)
    row = back(app, f"References: <{other.message_id}>\r\n".encode() + content, "postmaster@news.clozette.test")
    assert row.contact_id == mail.contact.id
    assert (mail.reasons, other.reasons) == ({"bounced"}, set())


@pytest.mark.requirement(43)
def test_letters_that_only_look_like_ours_prove_nothing(app: Flask, sent: Callable[..., Sent]) -> None:
    """Without case a long s is an s to a pattern, and nothing that a proof can be held against."""
    mail = sent()
    for name in (f"bounce+t1.{LONG_S * 26}", f"bounce+c1.s1.{LONG_S * 26}"):
        to = f"{name}@news.clozette.test"
        row = back(app, samples.dsn("postmaster@news.clozette.test", samples.failed(mail.contact.address)), to)
        assert row.state == "unknown" and not mail.reasons
