"""The links in mails as they really go out: looking at all of them changes nothing, pressing the one does."""

import base64
import email
import email.policy
import os
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from unittest import mock

import pytest
import sqlalchemy as sa
from flask import Flask
from limits import parse
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import bulk_mail
from clozette.kernel.ports.bulk_mail import MemoryPost
from clozette.newsletters import keys
from clozette.newsletters.campaigns.models import Campaign, Compiled
from clozette.newsletters.sending import engine as sending_engine
from clozette.newsletters.sending import senders
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending.message import digest
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions.models import Newsletter, Subscription
from tests.factories.newsletters import make_campaign, make_newsletter, make_subscription
from tests.support.client import ORIGIN, Client

_ADDRESS = re.compile(r"https://localhost(?::\d+)?(/[^\s\"'<>]*)")
PERSONAL = {"u", "preferences", "why"}
MAILS, EVERY = (int(os.environ.get(f"CLOZETTE_SWEEP_{name}", few)) for name, few in (("MAILS", "100"), ("EVERY", "10")))
"""How many mails, and which of their links is looked at in every way there is: ``make faults ONLY=newsletters`` says 1000 and 1."""
CLICK = {"data": b"List-Unsubscribe=One-Click", "content_type": "application/x-www-form-urlencoded"}


class Mailer:
    """A worker that sends, and a mail program that reads what came."""

    def __init__(self, app: Flask, post: MemoryPost) -> None:
        self.app, self.post = app, post
        client = app.test_client(use_cookies=False)
        assert isinstance(client, Client)
        self.client = client

    def queue(self, newsletter: Newsletter) -> Campaign:
        """Let a campaign wait, compiled from what an editor wrote."""
        campaign = make_campaign(newsletter, state="queueing", started_at=clock.now())
        made = sending.compiled(campaign)
        kept = {"letter": "", "template": made.to_json(), "digest": digest(made), "made_at": clock.now()}
        db.session.add(Compiled(campaign_id=campaign.id, **kept))
        keys.make_ready()
        return campaign

    def send(self, most: int = 10**6) -> list[EmailMessage]:
        """Send what waits, so many letters at most, and return what came."""
        before = len(self.post.letters)
        db.session.commit()
        senders.beat(clock.now())
        with mock.patch.object(sending_engine.tasks, "is_ending", lambda *_: len(self.post.letters) - before >= most):  # noqa: PT008
            sending_engine.step(clock.now())
        db.session.commit()
        db.session.expire_all()
        new = self.post.letters[before:]
        return [email.message_from_bytes(one.data, policy=email.policy.default) for one in new]  # type: ignore[misc]


@pytest.fixture
def mailer(app: Flask, db_session: orm.Session) -> Iterator[Mailer]:
    """Give the mailer: one connection, so that it can be stopped after any letter; nobody counts requests."""
    settings, counting = app.extensions["clozette.settings"], app.extensions["clozette.limits"]
    app.extensions["clozette.settings"] = replace(settings, news_limits="connections=1")
    limit, counting.per_address = counting.per_address, parse("1000000 per minute")
    post = bulk_mail.post(app)
    assert isinstance(post, MemoryPost)
    post.clear()
    _forget_worker(app)
    yield Mailer(app, post)
    _forget_worker(app)
    post.clear()
    app.extensions["clozette.settings"], counting.per_address = settings, limit


def _forget_worker(app: Flask) -> None:
    senders.forget_me(app)
    app.extensions.pop(sending_engine._KEY, None)


def paths(message: EmailMessage) -> set[str]:
    """Return every address of ours in a mail: in its headers, its text and its HTML."""
    parts = [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return {
        path.replace("&amp;", "&")
        for text in (str(message["List-Unsubscribe"]), *parts)
        for path in _ADDRESS.findall(text)
    }


def way_out(message: EmailMessage) -> str:
    """Return the path of the one https address in the header."""
    (found,) = _ADDRESS.findall(str(message["List-Unsubscribe"]))
    return str(found).partition(ORIGIN)[2] or str(found)


def states() -> dict[str, int]:
    counted = sa.select(Subscription.state, sa.func.count()).group_by(Subscription.state)
    return dict(db.session.execute(counted).all())


@pytest.mark.timeout(900)
@pytest.mark.requirement(60)
def test_looking_at_every_link_of_many_mails_leaves_all_subscribed(mailer: Mailer, engine: str) -> None:
    number = MAILS if engine == "sqlite" else MAILS // 4
    newsletter = make_newsletter()
    for _ in range(number):
        make_subscription(newsletter)
    mailer.queue(newsletter)
    messages = mailer.send()
    assert len(messages) == number
    links = set().union(*(paths(one) for one in messages))
    assert {link.split("/")[1] for link in links} >= PERSONAL and len(links) >= len(PERSONAL) * number
    entries = db.session.scalar(sa.text("SELECT count(*) FROM privacy_ledger"))
    db.session.expunge_all()  # or each request would expire thousands of objects
    for place, link in enumerate(sorted(links)):
        for method in ("GET", "HEAD", "OPTIONS") if place % EVERY == 0 else ("GET",):
            answer = mailer.client.open(link, method=method)
            page = link.split("/")[1]
            assert answer.status_code == 200 or page not in PERSONAL, (method, page, answer.status_code)
            assert "Set-Cookie" not in answer.headers, page
    assert states() == {"confirmed": number}
    assert db.session.scalar(sa.text("SELECT count(*) FROM privacy_ledger")) == entries


@pytest.mark.requirement(54, 57, 65)
def test_pressing_the_header_of_a_mail_ends_that_subscription(mailer: Mailer) -> None:
    newsletter = make_newsletter()
    readers = [make_subscription(newsletter) for _ in range(3)]
    campaign = mailer.queue(newsletter)
    first, *_others = mailer.send()
    assert str(first["List-Unsubscribe-Post"]) == "List-Unsubscribe=One-Click"
    began = time.monotonic()
    answer = mailer.client.post(way_out(first), **CLICK, csrf=False)
    assert answer.status_code == 200 and time.monotonic() - began < 1
    gone = [one for one in readers if one.state == "unsubscribed"]
    assert [one.contact.address for one in gone] == [str(first["To"])]
    row = db.session.get_one(Sending, (campaign.id, gone[0].contact_id))
    assert row.state == "sent" and row.unsubscribed_at is not None


@pytest.mark.requirement(39, 53, 65)
def test_a_running_campaign_skips_who_pressed(mailer: Mailer) -> None:
    newsletter = make_newsletter()
    readers = sorted((make_subscription(newsletter) for _ in range(6)), key=lambda one: one.contact_id)
    mailer.queue(newsletter)
    earlier = {str(one["To"]): one for one in mailer.send()}
    campaign = mailer.queue(newsletter)
    assert len(mailer.send(2)) == 2
    last = readers[-1]
    assert db.session.get_one(Sending, (campaign.id, last.contact_id)).state == "queued"
    assert mailer.client.post(way_out(earlier[last.contact.address]), **CLICK, csrf=False).status_code == 200
    db.session.expire_all()
    assert db.session.get_one(Sending, (campaign.id, last.contact_id)).state == "skipped"
    rest = {str(one["To"]) for one in mailer.send()}
    assert len(rest) == 3 and last.contact.address not in rest


@pytest.mark.requirement(62)
def test_no_link_of_a_mail_says_whose_it_is(mailer: Mailer) -> None:
    newsletter = make_newsletter()
    reader = make_subscription(newsletter)
    mailer.queue(newsletter)
    (message,) = mailer.send()
    contact = reader.contact
    for link in paths(message):
        decoded = [link.encode()]
        for piece in re.split(r"[/?=&.]", link):
            decoded.append(
                base64.urlsafe_b64decode(piece + "=" * (-len(piece) % 4))
                if re.fullmatch(r"[\w-]{8,}", piece) and len(piece) % 4 != 1
                else b""
            )
        for known in (contact.address, contact.first_name, contact.last_name):
            assert not [one for one in decoded if known.encode() in one], link.split("/")[1]
