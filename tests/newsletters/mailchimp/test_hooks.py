"""Webhooks: whose they are, once each, in the order they fired, through the same machine and ledger."""

import dataclasses
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.ports.mailing_list import key_of
from clozette.newsletters.mailchimp import hearing
from clozette.newsletters.mailchimp.models import Heard, Remote
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions.models import Contact, SignUp, Subscription
from clozette.privacy.models import LedgerEntry
from clozette.sandbox.mailchimp import sign
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

ADA, EVE = "ada@example.test", "eve@example.test"
SECRET, SIGNING = "a-secret-in-the-path", "whsec_test"
ADDRESS = f"/webhooks/mailchimp/{SECRET}"


@pytest.fixture
def listening(app, on):
    """Turn it on with an address to call."""
    before = app.extensions["clozette.settings"]
    changes = {"mailchimp_api_key": "key", "mailchimp_list": "a6b5da1054", "mailchimp_webhook_secret": SECRET}
    app.extensions["clozette.settings"] = dataclasses.replace(before, **changes)
    yield on
    app.extensions["clozette.settings"] = before


@pytest.fixture
def signed(app, listening):
    settings = app.extensions["clozette.settings"]
    app.extensions["clozette.settings"] = dataclasses.replace(settings, mailchimp_signing_secret=SIGNING)
    return listening


@pytest.fixture
def weekly(db_session):
    return make_newsletter("weekly")


@pytest.fixture
def ada(app, db_session, listening, weekly, stopped_clock):
    """A subscriber whom Mailchimp was told of an hour ago."""
    contact = make_contact(ADA)
    make_subscription(weekly, contact)
    tasks.drain(app)
    stopped_clock.forward(hours=1)
    return contact


def fired(minutes: float = 0) -> str:
    return (clock.now() + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S")


def hook(client, kind: str, *, at: str | None = None, headers: dict[str, str] | None = None, **data: str):
    said = {"type": kind, "fired_at": at or fired(), **{f"data[{name}]": value for name, value in data.items()}}
    return send(client, urlencode(said).encode(), headers)


def send(client, body: bytes, headers: dict[str, str] | None = None, address: str = ADDRESS):
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return client.post(address, data=body, headers={**kind, **(headers or {})}, csrf=False)


def state_of(db_session, contact) -> str:
    db_session.expire_all()
    return db_session.scalar(sa.select(Subscription.state).where(Subscription.contact_id == contact.id))


@pytest.mark.requirement(130)
def test_the_address_is_checked_by_get(client, listening):
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer.headers.get("Set-Cookie")) == (200, None)
    assert client.get("/webhooks/mailchimp/another").status_code == 404


@pytest.mark.requirement(130)
def test_nobody_else_is_heard(client, db_session, ada):
    body = urlencode({"type": "unsubscribe", "fired_at": fired(), "data[email]": ADA}).encode()
    for wrong in ("x", SECRET + "x", "%00", "é"):
        assert send(client, body, address=f"/webhooks/mailchimp/{wrong}").status_code in {400, 403}
    assert state_of(db_session, ada) == "confirmed"


@pytest.mark.requirement(132)
def test_nobody_is_heard_where_it_is_off(client):
    assert client.get("/webhooks/mailchimp/").status_code == 404
    assert client.get(ADDRESS).status_code == 404
    assert send(client, b"type=unsubscribe").status_code == 403


def test_the_signature_of_the_reference():
    """The vector of the reference (d.7)."""
    body = (
        b"type=unsubscribe&fired_at=2009-03-26+21%3A40%3A57&data%5Baction%5D=unsub&data%5Breason%5D=manual"
        b"&data%5Bid%5D=8a25ff1d98&data%5Blist_id%5D=a6b5da1054&data%5Bemail%5D=api%2Bunsub%40mailchimp.com"
        b"&data%5Bemail_type%5D=html&data%5Bmerges%5D%5BEMAIL%5D=api%2Bunsub%40mailchimp.com"
        b"&data%5Bmerges%5D%5BFNAME%5D=Mailchimp&data%5Bmerges%5D%5BLNAME%5D=API&data%5Bip_opt%5D=10.20.10.30"
        b"&data%5Bcampaign_id%5D=cb398d21d2"
    )
    assert len(body) == 407
    header = "t=1700000000,v1=a939ac39b5148019f45acd964abeeabd45732ea972200ca51f05cbc4ce9dba8f"
    at = datetime.fromtimestamp(1700000000, UTC)
    assert hearing.is_signed(header, body, SIGNING, at)
    assert hearing.is_signed(header, body, SIGNING, at + timedelta(seconds=300))
    assert not hearing.is_signed(header, body, SIGNING, at + timedelta(seconds=301))
    assert not hearing.is_signed(header, body, SIGNING, at - timedelta(seconds=301))
    assert not hearing.is_signed(header, body + b"&", SIGNING, at)
    assert not hearing.is_signed(header, body, "another", at)
    assert not hearing.is_signed(header.replace("v1", "v0"), body, SIGNING, at)


@pytest.mark.requirement(130)
def test_a_signature_is_asked_for_where_there_is_a_key(client, db_session, ada, signed):
    body = urlencode({"type": "unsubscribe", "fired_at": fired(), "data[email]": ADA}).encode()
    now = int(clock.now().timestamp())
    for header in ("", "t=1,v1=x", sign("another", body, now), sign(SIGNING, body + b"x", now), sign(SIGNING, body, 1)):
        assert send(client, body, {"X-Mailchimp-Signature": header}).status_code == 403
    assert state_of(db_session, ada) == "confirmed"
    assert send(client, body, {"X-Mailchimp-Signature": sign(SIGNING, body, now)}).text == "ended"
    assert state_of(db_session, ada) == "unsubscribed"


@pytest.mark.requirement(130)
def test_leaving_there_is_leaving_here_with_its_entry(app, client, db_session, ada, listening):
    assert hook(client, "unsubscribe", email=ADA, reason="manual", list_id="a6b5da1054").text == "ended"
    assert state_of(db_session, ada) == "unsubscribed"
    entry = db_session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
    assert (entry.action, entry.method) == ("withdrawn", "mailchimp_webhook")
    listening._set(key_of(ADA), "unsubscribed")
    tasks.drain(app)
    assert listening.members[key_of(ADA)].status == "unsubscribed"


@pytest.mark.requirement(130)
@pytest.mark.parametrize(
    ("kind", "reason", "state", "why"),
    [
        ("cleaned", "hard", "bounced", {"bounced"}),
        ("cleaned", "abuse", "complained", {"complained"}),
        ("unsubscribe", "abuse", "complained", {"complained"}),
        ("unsubscribe", "manual", "unsubscribed", {"left"}),
    ],
)
def test_why_it_ended(client, db_session, ada, kind, reason, state, why):
    assert hook(client, kind, email=ADA, reason=reason).text == "ended"
    assert state_of(db_session, ada) == state
    assert suppressions.reasons_for(ada.address_key) == why


@pytest.mark.requirement(130)
def test_twice_is_once(client, db_session, ada):
    at = fired()
    assert hook(client, "unsubscribe", at=at, email=ADA).text == "ended"
    entries = db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry))
    assert hook(client, "unsubscribe", at=at, email=ADA).text == "known"
    assert db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == entries
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Heard)) == 1


@pytest.mark.requirement(130)
def test_the_later_counts_whatever_comes_first(client, db_session, ada, listening):
    """A subscription that fired before the leaving, and arrives after it, opens nothing again."""
    assert hook(client, "unsubscribe", at=fired(0), email=ADA).text == "ended"
    merges = {"merges][FNAME": "Ada", "merges][LNAME": "Mode", "merges][INTERESTS": "weekly"}
    assert hook(client, "subscribe", at=fired(-1), email=ADA, **merges).text == "late"
    assert state_of(db_session, ada) == "unsubscribed"


@pytest.mark.requirement(130)
def test_a_profile_that_fired_later_does_not_hide_a_leaving(client, db_session, ada):
    assert hook(client, "profile", at=fired(0), email=ADA).text == "changed"
    assert hook(client, "unsubscribe", at=fired(-1), email=ADA).text == "ended"
    assert state_of(db_session, ada) == "unsubscribed"


@pytest.mark.requirement(130)
def test_a_yes_given_here_since_stands(client, db_session, ada):
    assert hook(client, "unsubscribe", at=fired(-90), email=ADA).text == "no-change"
    assert state_of(db_session, ada) == "confirmed"


@pytest.mark.requirement(4)
@pytest.mark.parametrize("missing", ["first_name", "last_name"])
def test_who_subscribes_there_has_both_names(client, db_session, weekly, listening, missing):
    merges = {"first_name": ("merges][FNAME", "Eve"), "last_name": ("merges][LNAME", "Day")}
    given = dict(value for name, value in merges.items() if name != missing)
    answer = hook(client, "subscribe", email=EVE, **given)
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {missing}
    assert db_session.scalar(sa.select(Contact).where(Contact.canonical == EVE)) is None


@pytest.mark.requirement(34)
def test_who_subscribes_there_is_asked_by_our_own_mail(app, client, db_session, ada, listening):
    listening.members[key_of(EVE)] = dataclasses.replace(
        listening.members[key_of(ADA)], key=key_of(EVE), address=EVE, changed_at=clock.now()
    )
    merges = {"merges][FNAME": "Eve", "merges][LNAME": "Day", "merges][INTERESTS": "weekly, another"}
    assert hook(client, "subscribe", email=EVE, **merges).text == "asked"
    contact = db_session.scalars(sa.select(Contact).where(Contact.canonical == EVE)).one()
    assert state_of(db_session, contact) == "pending"
    signup = db_session.scalars(sa.select(SignUp).where(SignUp.contact_id == contact.id)).one()
    assert (signup.first_name, signup.last_name) == ("Eve", "Day")
    tasks.drain(app)
    # Until they say yes here no campaign reaches them there.
    assert not any(listening.members[key_of(EVE)].interests.values())
    assert listening.members[key_of(EVE)].status == "subscribed"
    again = hook(client, "subscribe", at=fired(1), email=EVE, **merges)
    assert again.text == "asked-already"


@pytest.mark.requirement(130)
def test_a_newsletter_switched_off_there_ends_here(app, client, db_session, ada, listening):
    daily = make_newsletter("daily")
    other = make_subscription(daily, ada)
    db_session.commit()
    tasks.drain(app)
    assert hook(client, "profile", at=fired(3), email=ADA, **{"merges][INTERESTS": "daily"}).text == "changed"
    states = dict(iter(db_session.execute(sa.select(Subscription.newsletter_id, Subscription.state))))
    assert states.pop(daily.id) == "confirmed"
    assert list(states.values()) == ["unsubscribed"]
    assert other.state == "confirmed"


def test_a_name_changed_there_is_changed_here_and_nothing_is_switched_on(client, db_session, ada):
    make_newsletter("daily")
    merges = {"merges][FNAME": "Adele", "merges][LNAME": "Modest", "merges][INTERESTS": "daily, weekly"}
    assert hook(client, "profile", email=ADA, **merges).text == "changed"
    db_session.expire_all()
    assert (ada.first_name, ada.last_name) == ("Adele", "Modest")
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Subscription)) == 1


@pytest.mark.requirement(130)
def test_another_address_has_to_say_yes_itself(app, client, db_session, ada, listening):
    assert hook(client, "upemail", old_email=ADA, new_email=EVE, email=EVE).text == "asked"
    assert state_of(db_session, ada) == "unsubscribed"
    contact = db_session.scalars(sa.select(Contact).where(Contact.canonical == EVE)).one()
    assert state_of(db_session, contact) == "pending"
    assert (contact.first_name, contact.confirmed_at) == ("", None)


def test_whom_we_do_not_know_we_do_not_get_to_know(client, db_session, listening):
    for kind in ("unsubscribe", "cleaned", "profile"):
        assert hook(client, kind, email="nobody@example.test").text == "unknown"
    assert hook(client, "upemail", old_email="nobody@example.test", new_email=EVE).text == "unknown"
    assert hook(client, "campaign", id="c1").text == "noted"
    assert hook(client, "unsubscribe", email=ADA, list_id="another").text == "other-audience"
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Remote)) == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"type=unsubscribe",
        b"type=nothing&fired_at=2026-01-01+00%3A00%3A00",
        b"type=unsubscribe&fired_at=yesterday&data%5Bemail%5D=a%40b.test",
        b"type=unsubscribe&fired_at=2026-01-01+00%3A00%3A00&data%5Bemail%5D=" + b"x" * 300,
        b"type=subscribe&fired_at=2026-01-01+00%3A00%3A00&data%5Bemail%5D=%00",
        b"{}",
    ],
)
def test_bad_ones_are_refused(client, listening, body):
    assert send(client, body).status_code == 422


def test_an_address_that_is_none(client, listening, weekly, app, db_session):
    make_subscription(weekly)
    db_session.commit()
    tasks.drain(app)
    merges = {"merges][FNAME": "Eve", "merges][LNAME": "Day", "merges][INTERESTS": "weekly"}
    assert hook(client, "subscribe", email="no address", **merges).text == "no-address"


def test_digests_go_after_a_month(app, client, db_session, ada, stopped_clock):
    hook(client, "unsubscribe", email=ADA)
    stopped_clock.forward(days=32)
    hearing.sweep(clock.now())
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Heard)) == 0
