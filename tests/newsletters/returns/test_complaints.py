"""Complaints (RFC 5965), and mails that ask to leave (RFC 2369)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions import suppressions
from clozette.privacy import consents
from tests.factories.newsletters import make_newsletter, make_subscription
from tests.newsletters.returns import samples
from tests.newsletters.returns.conftest import Sent, back
from tests.newsletters.returns.samples import arf

Make = Callable[..., Sent]
FBL = "fbl@news.clozette.test"


@pytest.mark.requirement(44)
@pytest.mark.parametrize("kind", ["abuse", "fraud", "virus", "other", "Abuse"])
def test_one_complaint_ends_all_newsletters(app: Flask, sent: Make, kind: str) -> None:
    mail, other = sent(), sent()
    second = make_subscription(make_newsletter(), mail.contact)
    row = back(app, arf(kind, returned=samples.original("redacted", mail.message_id)), FBL)
    assert (row.state, row.kind, row.verdict, row.contact_id) == (
        "understood",
        "complaint",
        kind.lower(),
        mail.contact.id,
    )
    assert mail.reasons == {"complained"} and {mail.subscription.state, second.state} == {"complained"}
    assert mail.sending.complained_at is not None
    for one in (mail.subscription, second):
        purpose = subscriptions.purpose_for(one.newsletter_id)
        assert consents.stands(mail.contact.subject_id, purpose, "email") is None
    assert not other.reasons and other.subscription.state == "confirmed"


@pytest.mark.requirement(44)
@pytest.mark.parametrize("by", ["path", "message", "leave", "return-path"])
def test_whose_it_was_is_known_by_our_names_alone(app: Flask, sent: Make, by: str) -> None:
    mail = sent()
    fields, returned = {
        "path": ((f"Original-Mail-From: <{mail.path}>",), samples.original("redacted", "")),
        "message": ((), samples.original("redacted", mail.message_id)),
        "leave": ((), samples.original("redacted", "", leave=f"mailto:unsub+{mail.token}@news.clozette.test")),
        "return-path": ((), samples.original("redacted", "", mail.path)),
    }[by]
    assert back(app, arf("abuse", *fields, returned=returned), FBL).contact_id == mail.contact.id
    assert mail.reasons == {"complained"}


@pytest.mark.requirement(44)
@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_some_reports_are_no_complaints(app: Flask, sent: Make, kind: str) -> None:
    mail = sent()
    row = back(app, arf(kind, returned=samples.original("redacted", mail.message_id)), FBL)
    assert (row.state, row.verdict) == ("understood", kind)
    assert not mail.reasons and mail.subscription.state == "confirmed" and mail.sending.complained_at is None


@pytest.mark.requirement(44)
def test_nobody_complains_for_another(app: Flask, sent: Make) -> None:
    mail = sent()
    fields = (f"Original-Rcpt-To: {mail.contact.address}", "Original-Mail-From: <news@news.clozette.test>")
    row = back(app, arf("abuse", *fields, returned=samples.original(mail.contact.address, "made.up@x.test")), FBL)
    assert (row.state, row.because) == ("unknown", "no-name") and not mail.reasons
    row = back(app, arf("whatever", returned=samples.original("redacted", mail.message_id)), FBL)
    assert (row.state, row.because, row.contact_id) == ("unknown", "no-type", mail.contact.id) and not mail.reasons


@pytest.mark.requirement(44)
def test_a_complaint_before_confirming_is_heard(app: Flask, db_session: orm.Session, sent: Make) -> None:
    mail = sent()
    pending = make_subscription(make_newsletter(), mail.contact, state="pending")
    back(app, arf("abuse", returned=samples.original("redacted", mail.message_id)), FBL)
    assert pending.state == "complained"


@pytest.mark.requirement(44)
def test_an_old_complaint_sent_again_changes_nothing(app: Flask, sent: Make) -> None:
    mail = sent()
    content = arf("abuse", returned=samples.original("redacted", mail.message_id))
    back(app, content, FBL)
    suppressions.lift(mail.contact.address_key, ("complained",), clock.now())
    back(app, b"Received: again\r\n" + content, FBL)
    assert not mail.reasons


@pytest.mark.requirement(64)
@pytest.mark.parametrize("envelope", [True, False])
def test_a_mail_with_the_token_unsubscribes(app: Flask, sent: Make, envelope: bool) -> None:
    mail = sent()
    other = make_subscription(make_newsletter(), mail.contact)
    to = f"unsub+{mail.token}@news.clozette.test"
    content = samples.plain(to, "unsubscribe", "From: quite.another@example.org", body=[""])
    row = back(app, content, *([to] if envelope else []))
    assert (row.state, row.kind, row.contact_id) == ("understood", "leave", mail.contact.id)
    assert mail.subscription.state == "unsubscribed" and other.state == "confirmed"
    assert mail.sending.unsubscribed_at is not None and not mail.reasons
    purpose = subscriptions.purpose_for(mail.subscription.newsletter_id)
    assert consents.stands(mail.contact.subject_id, purpose, "email") is None


@pytest.mark.requirement(64)
def test_the_sender_of_a_mail_counts_for_nothing(app: Flask, sent: Make) -> None:
    mail = sent()
    wrong = keys.token("why", keys.Link(mail.subscription.id, mail.campaign.id))
    for to in ("unsub@news.clozette.test", f"unsub+{wrong}@news.clozette.test", f"unsub+{mail.token[:-3]}AAA@x.test"):
        row = back(app, samples.plain(to, "unsubscribe", f"Reply-To: {mail.contact.address}"), to)
        assert (row.state, row.because) == ("unknown", "no-report")
    assert mail.subscription.state == "confirmed"


@pytest.mark.requirement(64)
def test_a_token_that_somebody_quotes_does_nothing(app: Flask, sent: Make) -> None:
    mail = sent()
    quoted = samples.original(
        mail.contact.address, mail.message_id, leave=f"mailto:unsub+{mail.token}@news.clozette.test"
    )
    back(app, samples.plain("postmaster@news.clozette.test", "Fwd", body=[quoted]), "postmaster@news.clozette.test")
    assert mail.subscription.state == "confirmed"
