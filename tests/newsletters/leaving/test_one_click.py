"""``POST /u/<token>`` as mail programs send it (RFC 8058), and everything that must not act."""

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from limits import parse
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.newsletters import keys
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Subscription
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry
from tests.factories import accounts
from tests.factories.newsletters import make_campaign, make_contact, make_newsletter, make_subscription
from tests.support.client import Client

PAIR = b"List-Unsubscribe=One-Click"
URLENCODED = {"data": PAIR, "content_type": "application/x-www-form-urlencoded"}
MULTIPART = {
    "data": b'--b0undary\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b0undary--\r\n',
    "content_type": "multipart/form-data; boundary=b0undary",
}


def address(subscription: Subscription, campaign_id: int = 0) -> str:
    return "/u/" + keys.token("leave", keys.Link(subscription.id, campaign_id))


def stands(subscription: Subscription) -> bool:
    purpose = services.purpose_for(subscription.newsletter_id)
    return consents.stands(subscription.contact.subject_id, purpose, "email") is not None


@pytest.fixture
def stranger(app: Flask) -> Client:
    """A program without cookies."""
    made = app.test_client(use_cookies=False)
    assert isinstance(made, Client)
    return made


def press(client: Client, path: str, body=URLENCODED, **headers: str):
    return client.post(path, **body, headers=headers, csrf=False)


@pytest.mark.requirement(57, 58)
@pytest.mark.parametrize("body", [URLENCODED, MULTIPART], ids=["urlencoded", "multipart"])
def test_one_click_ends_it(stranger: Client, db_session: orm.Session, body) -> None:
    subscription = make_subscription(make_newsletter())
    answer = press(stranger, address(subscription), body)
    assert answer.status_code == 200
    assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    assert subscription.state == "unsubscribed" and not stands(subscription)


@pytest.mark.requirement(57, 58)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://mail.google.com", "Referer": "https://mail.google.com/"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"User-Agent": "\xff\x9f odd"},
        {"User-Agent": ""},
        {"Cookie": "__Host-session=not-ours; other=1"},
        {"Authorization": "Bearer nothing"},
        {"Sec-GPC": "1"},
    ],
    ids=["gmail", "cross-site", "odd-agent", "no-agent", "cookie", "bearer", "gpc"],
)
def test_whoever_sends_it(stranger: Client, db_session: orm.Session, headers) -> None:
    subscription = make_subscription(make_newsletter())
    answer = press(stranger, address(subscription), **headers)
    assert answer.status_code == 200
    assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    assert subscription.state == "unsubscribed"


@pytest.mark.requirement(57, 58)
def test_somebody_signed_in_gets_the_same(client: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    make_member_signed_in(client)
    answer = press(client, address(subscription))
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert subscription.state == "unsubscribed"


@pytest.mark.requirement(57)
@pytest.mark.parametrize(
    "body",
    [
        {"data": PAIR + b"\r\n", "content_type": "application/x-www-form-urlencoded"},
        {"data": PAIR, "content_type": "application/x-www-form-urlencoded; charset=UTF-8"},
        {"data": b"List-Unsubscribe=one-click", "content_type": "application/x-www-form-urlencoded"},
        {"data": PAIR, "content_type": "text/plain"},
        {"data": PAIR, "content_type": None},
        {"data": b"&a=b&" + PAIR, "content_type": "application/x-www-form-urlencoded"},
    ],
    ids=["line-end", "charset", "case", "text", "untyped", "more"],
)
def test_any_wrapping_of_the_pair_counts(stranger: Client, db_session: orm.Session, body) -> None:
    subscription = make_subscription(make_newsletter())
    assert press(stranger, address(subscription), body).status_code == 200
    assert subscription.state == "unsubscribed"


@pytest.mark.requirement(57, 60)
@pytest.mark.parametrize(
    "body",
    [
        {"data": b"", "content_type": None},
        {"data": b"", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"List-Unsubscribe=", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"List-Unsubscribe=Two-Clicks", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"leave=nothing&csrf_token=x", "content_type": "application/x-www-form-urlencoded"},
        {"data": b"--x\r\n\r\n", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"--x\r\nContent-Disposition: form-data\r\n\r\nOne-Click", "content_type": "multipart/form-data"},
        {"data": b"\xff" * 5000, "content_type": "application/octet-stream"},
        {"data": b"[" * 5000, "content_type": "application/json"},
        {"data": b"a" * 70_000, "content_type": "text/plain"},
    ],
)
def test_no_other_body_acts_or_breaks(stranger: Client, db_session: orm.Session, body) -> None:
    subscription = make_subscription(make_newsletter())
    answer = press(stranger, address(subscription), body)
    assert 400 <= answer.status_code < 500
    assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    assert subscription.state == "confirmed" and stands(subscription)


@pytest.mark.requirement(60)
def test_get_head_and_options_change_nothing(stranger: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    path = address(subscription)
    for method in ("GET", "HEAD", "OPTIONS"):
        for query in ("", "?List-Unsubscribe=One-Click", "?leave=one", "?_method=POST"):
            answer = stranger.open(path + query, method=method, headers={"Purpose": "prefetch"})
            assert answer.status_code == 200
            assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
    assert subscription.state == "confirmed" and stands(subscription)
    page = stranger.get(path).text
    assert page.count("<button") == 1 and '<form class="form" method="post"' in page
    for method in ("PUT", "PATCH", "DELETE"):
        answer = stranger.open(path, method=method, csrf=False)
        assert answer.status_code in {403, 405}
    assert subscription.state == "confirmed"


@pytest.mark.requirement(59)
def test_it_stays_working(stranger: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    path, entries = address(subscription), []
    for _ in range(3):
        answer = press(stranger, path)
        assert answer.status_code == 200 and "You are unsubscribed" in answer.text
        entries.append(count_entries(subscription))
    assert entries[0] == entries[1] == entries[2], "each time an entry"
    assert stranger.get(path).status_code == 200


@pytest.mark.requirement(59)
def test_a_link_outlives_secrets_campaigns_and_people(
    app: Flask, stranger: Client, db_session: orm.Session, stopped_clock
) -> None:
    newsletter = make_newsletter()
    campaign = make_campaign(newsletter)
    erased, kept = make_subscription(newsletter), make_subscription(newsletter)
    paths = [address(one, campaign.id) for one in (erased, kept)]
    suppressions.suppress(erased.contact.address_key, "erased", source="erasure", now=clock.now())
    address_key = erased.contact.address_key
    for row in (erased, erased.contact, campaign):
        db_session.delete(row)
    app.config["SECRET_KEY"] = "quite another secret that was put in its place"
    app.config["SECRET_KEY_FALLBACKS"] = []
    stopped_clock.forward(days=4000)
    for path in paths:
        assert press(stranger, path).status_code == 200
        assert stranger.get(path).status_code == 200
        button = stranger.post(path, data={"leave": "all"}, csrf=False)
        assert button.status_code == 200
    assert kept.state == "unsubscribed"
    assert "erased" in suppressions.reasons_for(address_key)


@pytest.mark.requirement(62)
def test_wrong_tokens_look_alike(stranger: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    right = keys.token("leave", keys.Link(subscription.id, 0))
    link = keys.Link(subscription.id, 0)
    others = [keys.token(use, link) for use in ("preferences", "why")]
    for wrong in (right[:-3] + "AAA", "B" + right[1:], right + "A", "x", "ä" * 9, "A" * 5000, *others):
        bodies = set()
        for answer in (
            stranger.get(f"/u/{wrong}"),
            press(stranger, f"/u/{wrong}"),
            press(stranger, f"/u/{wrong}/undo"),
        ):
            assert answer.status_code == 404
            assert not {"Location", "Set-Cookie"} & set(answer.headers.keys())
            bodies.add(answer.data)
        assert bodies == {stranger.get("/u/another").data}
    assert subscription.state == "confirmed"


@pytest.mark.requirement(62)
def test_a_token_reveals_no_address(stranger: Client, db_session: orm.Session) -> None:
    contact = make_contact("ada.mode@example.test")
    subscription = make_subscription(make_newsletter(), contact)
    path = address(subscription)
    pages = [stranger.get(path).text, press(stranger, path).text, stranger.get(path).text]
    for page in pages:
        assert not [word for word in ("ada.mode", "example.test", "Ada", "Mode") if word in page]


@pytest.mark.requirement(58)
@pytest.mark.parametrize("ending", ["", "/", "?utm_source=x", "/?x=1"])
def test_no_slash_redirects(stranger: Client, db_session: orm.Session, ending: str) -> None:
    subscription = make_subscription(make_newsletter())
    answer = press(stranger, address(subscription) + ending)
    assert answer.status_code == 200 and "Location" not in answer.headers
    assert subscription.state == "unsubscribed"


@pytest.mark.requirement(63)
def test_it_leaves_that_list_alone_and_all_when_asked(stranger: Client, db_session: orm.Session) -> None:
    first = make_subscription(make_newsletter())
    second, third = (make_subscription(make_newsletter(), first.contact) for _ in range(2))
    somebody = make_subscription(first.newsletter)
    answer = press(stranger, address(first))
    assert (first.state, second.state, third.state) == ("unsubscribed", "confirmed", "confirmed")
    assert "Unsubscribe from all" in answer.text
    stranger.post(address(first), data={"leave": "all"}, csrf=False)
    assert (second.state, third.state) == ("unsubscribed", "unsubscribed")
    assert suppressions.reasons_for(first.contact.address_key) == {"left"}
    assert somebody.state == "confirmed"


@pytest.mark.requirement(63)
def test_leaving_before_confirming_cancels_what_waits(stranger: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter(), state="pending")
    answer = press(stranger, address(subscription))
    assert subscription.state == "unsubscribed"
    assert "undo" not in answer.text, "a way around the confirmation"


@pytest.mark.requirement(57)
def test_no_limit_stands_in_a_providers_way(app: Flask, stranger: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    app.extensions["clozette.limits"].per_address = parse("3 per hour")
    try:
        answers = {press(stranger, address(subscription)).status_code for _ in range(8)}
        assert answers == {200}
        assert 429 in {stranger.get(address(subscription)).status_code for _ in range(8)}
    finally:
        app.extensions["clozette.limits"].per_address = parse("3000 per 5 minutes")


@pytest.mark.requirement(61)
def test_a_press_can_be_taken_back_at_once(stranger: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    path = address(subscription)
    stamp = undo_of(press(stranger, path).text)
    back = stranger.post(f"{path}/undo", data={"undo": stamp}, csrf=False)
    assert back.status_code == 200 and "Set-Cookie" not in back.headers
    assert subscription.state == "confirmed" and stands(subscription)
    again = stranger.post(f"{path}/undo", data={"undo": stamp}, csrf=False)
    assert "there is nothing left to undo" in again.text
    assert again.status_code == 409


@pytest.mark.requirement(61)
def test_leaving_all_is_taken_back_whole(stranger: Client, db_session: orm.Session) -> None:
    first = make_subscription(make_newsletter())
    second = make_subscription(make_newsletter(), first.contact)
    before = make_subscription(make_newsletter(), first.contact, state="unsubscribed")
    path = address(first)
    stamp = undo_of(stranger.post(path, data={"leave": "all"}, csrf=False).text)
    assert stranger.post(f"{path}/undo", data={"undo": stamp}, csrf=False).status_code == 200
    assert (first.state, second.state, before.state) == ("confirmed", "confirmed", "unsubscribed")
    assert not suppressions.reasons_for(first.contact.address_key)


@pytest.mark.requirement(61, 62)
def test_nobody_comes_back_by_the_token_alone(stranger: Client, db_session: orm.Session, stopped_clock) -> None:
    subscription = make_subscription(make_newsletter())
    path = address(subscription)
    stamp = undo_of(press(stranger, path).text)
    assert "undo" not in press(stranger, path).text, "whoever has the mail could subscribe its reader again"
    tries = ["", "x", stamp[:-2], "leave"]
    assert {stranger.post(f"{path}/undo", data={"undo": one}, csrf=False).status_code for one in tries} == {409}
    stopped_clock.forward(minutes=61)
    assert stranger.post(f"{path}/undo", data={"undo": stamp}, csrf=False).status_code == 409
    assert subscription.state == "unsubscribed"


@pytest.mark.requirement(61)
def test_a_stamp_of_before_undoes_nothing_of_later(stranger: Client, db_session: orm.Session, stopped_clock) -> None:
    subscription = make_subscription(make_newsletter())
    path = address(subscription)
    first = undo_of(press(stranger, path).text)
    stranger.post(f"{path}/undo", data={"undo": first}, csrf=False)
    stopped_clock.forward(minutes=1)
    press(stranger, path)
    assert stranger.post(f"{path}/undo", data={"undo": first}, csrf=False).status_code == 409
    assert subscription.state == "unsubscribed"


@pytest.mark.requirement(61)
def test_what_came_back_wrong_meanwhile_stays_ended(stranger: Client, db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    path = address(subscription)
    stamp = undo_of(press(stranger, path).text)
    services.come_back_wrong(subscription.contact, "complain", source="arf", now=clock.now())
    assert stranger.post(f"{path}/undo", data={"undo": stamp}, csrf=False).status_code == 409
    assert subscription.state == "complained" and not stands(subscription)


@pytest.mark.requirement(64)
def test_the_token_in_a_mail_to_us_does_the_same(db_session: orm.Session) -> None:
    subscription = make_subscription(make_newsletter())
    token = keys.token("leave", keys.Link(subscription.id, 0))
    assert leaving.act("not ours", leaving.MAIL, clock.now()) is None
    left = leaving.act(token, leaving.MAIL, clock.now())
    assert left is not None and left.ended == (subscription.id,) and subscription.state == "unsubscribed"
    again = leaving.act(token, leaving.MAIL, clock.now())
    assert again is not None and not again.ended
    latest = db_session.scalars(sa.select(LedgerEntry).order_by(LedgerEntry.id.desc())).first()
    assert latest is not None and (latest.action, latest.method) == ("withdrawn", "mail:leave")


def undo_of(page: str) -> str:
    found = re.search(r'name="undo" value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def count_entries(subscription: Subscription) -> int:
    mine = sa.select(sa.func.count()).where(LedgerEntry.subject_id == subscription.contact.subject_id)
    return int(db.session.scalar(mine) or 0)


def make_member_signed_in(client: Client) -> None:
    accounts.sign_in(client, accounts.make_member("reader"))


@pytest.mark.requirement(59)
def test_no_link_is_made_with_a_key_that_was_rolled_back(db_session: orm.Session) -> None:
    lost = keys.token("leave", keys.Link(1, 2))
    db_session.rollback()
    assert keys.read("leave", lost) is None
    made = keys.token("leave", keys.Link(1, 2))
    assert made != lost and keys.read("leave", made) == keys.Link(1, 2)
