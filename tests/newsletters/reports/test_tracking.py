"""What is noted of reading: of those alone who agreed to it, and programs are told apart."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock, ids
from clozette.newsletters import keys
from clozette.newsletters.reports import reading, rules, tallies
from clozette.newsletters.reports.models import Link, Touch
from clozette.newsletters.reports.tracking import PURPOSE
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services
from clozette.privacy import consents, purposes
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from tests.factories.newsletters import make_campaign, make_newsletter
from tests.newsletters.reports.conftest import BROWSER, OTHER, PLAIN, Sent, agree
from tests.support.client import Client

Send = Callable[..., Sent]


def touches(session: orm.Session) -> list[Touch]:
    return list(session.scalars(sa.select(Touch).order_by(Touch.contact_id, Touch.number, Touch.second)))


@pytest.mark.requirement(49)
def test_who_did_not_agree_gets_plain_links_and_no_picture(send: Send) -> None:
    sent = send(2, 1)
    agreed, other = sent.subscriptions
    plain = sent.html(other)
    assert PLAIN.replace("&", "&amp;") in plain and OTHER in plain and "/c/" not in plain and "/o/" not in plain
    counted = sent.html(agreed)
    assert "shop.example" not in counted and len(sent.links(agreed)) == 2 and "/o/" in counted
    assert PLAIN in sent.text(agreed) and "/c/" not in sent.text(agreed)


@pytest.mark.requirement(49)
def test_a_campaign_counts_nothing_by_default(send: Send) -> None:
    assert make_campaign(make_newsletter()).tracks is False
    sent = send(1, 1, tracks=False)
    html = sent.html(sent.subscriptions[0])
    assert OTHER in html and "/c/" not in html and "/o/" not in html


@pytest.mark.requirement(6, 49)
def test_nobody_agreed_by_themselves(send: Send, db_session: orm.Session) -> None:
    sent = send(1, 0)
    (reader,) = sent.subscriptions
    assert consents.stands(reader.contact.subject_id, PURPOSE, "email") is None
    assert (PURPOSE, "email") in purposes.offers() and purposes.point_of(PURPOSE, "email") == "CP8"


@pytest.mark.requirement(49)
def test_a_counted_link_leads_where_the_campaign_does(stranger: Client, send: Send, db_session: orm.Session) -> None:
    sent = send(1, 1)
    first, second = sent.links(sent.subscriptions[0])
    answer = stranger.get(first, headers=BROWSER)
    assert (answer.status_code, answer.headers["Location"]) == (302, PLAIN)
    assert answer.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in answer.headers
    assert stranger.get(second, headers=BROWSER).headers["Location"] == OTHER
    numbers = [(one.number, one.machine) for one in touches(db_session)]
    assert numbers == [(0, "at once"), (1, "at once")]


@pytest.mark.requirement(49)
def test_no_link_of_others_leads_anywhere(stranger: Client, send: Send, db_session: orm.Session) -> None:
    sent = send(2, 2)
    one = sent.subscriptions[0]
    link = keys.Link(one.id, sent.campaign.id)
    right = keys.token("click:0", link)
    for path in (
        f"/c/{right}/1",
        f"/c/{right[:-3]}AAA/0",
        f"/c/{keys.token('leave', link)}/0",
        f"/c/{keys.token('click:7', link)}/7",
        f"/c/{right}/0?to=https://evil.example/",
        "/c/x/0",
    ):
        answer = stranger.get(path, headers=BROWSER)
        assert "evil" not in answer.headers.get("Location", "")
        assert answer.status_code == (302 if "?" in path else 404), path
    assert stranger.get(f"/o/{right}").status_code == 404
    assert stranger.post(f"/c/{right}/0", csrf=False).status_code == 405


@pytest.mark.requirement(49)
def test_people_are_counted_once(stranger: Client, send: Send, db_session: orm.Session, stopped_clock: object) -> None:
    sent = send(3, 3)
    for step, subscription in enumerate(sent.subscriptions[:2]):
        for _ in range(2):
            stopped_clock.forward(minutes=1)  # type: ignore[attr-defined]
            picture = stranger.get(sent.picture(subscription), headers=BROWSER)
            assert (picture.status_code, picture.mimetype) == (200, "image/gif")
            stopped_clock.forward(seconds=20)  # type: ignore[attr-defined]
            if step == 0:
                stranger.get(sent.links(subscription)[1], headers=BROWSER)
                stranger.get(sent.links(subscription)[1], headers=BROWSER)
    read = reading.of(sent.campaign.id)
    assert (read.opened, read.clicked, read.machines) == (2, 1, 0)
    assert read.links == {0: (0, 0), 1: (1, 2)}


@pytest.mark.requirement(49)
def test_programs_are_set_apart(stranger: Client, send: Send, stopped_clock: object) -> None:
    sent = send(5, 5)
    stopped_clock.forward(hours=1)  # type: ignore[attr-defined]
    many, head, scanner, early, person = sent.subscriptions
    for path in (sent.picture(many), *sent.links(many)):
        stranger.get(path, headers=BROWSER)
    stranger.head(sent.links(head)[0], headers=BROWSER)
    stranger.get(sent.links(scanner)[0], headers={"User-Agent": "Barracuda Sentinel (EE)"})
    stranger.get(sent.picture(early), headers={**BROWSER, "Sec-Purpose": "prefetch"})
    stranger.get(sent.links(person)[0], headers=BROWSER)
    read = reading.of(sent.campaign.id)
    assert (read.opened, read.clicked, read.machines) == (1, 1, 6)
    assert read.links == {0: (1, 1), 1: (0, 0)}


@pytest.mark.requirement(49)
def test_a_second_link_a_second_later_is_a_program_too(stranger: Client, send: Send, stopped_clock: object) -> None:
    sent = send(1, 1)
    stopped_clock.forward(hours=1)  # type: ignore[attr-defined]
    first, second = sent.links(sent.subscriptions[0])
    stranger.get(first, headers=BROWSER)
    assert reading.of(sent.campaign.id).clicked == 1
    stopped_clock.forward(seconds=1)  # type: ignore[attr-defined]
    stranger.get(second, headers=BROWSER)
    assert reading.of(sent.campaign.id).clicked == 0
    stopped_clock.forward(seconds=30)  # type: ignore[attr-defined]
    stranger.get(second, headers=BROWSER)
    assert reading.of(sent.campaign.id).clicked == 1


@pytest.mark.parametrize(
    ("method", "headers", "since", "found"),
    [
        ("GET", BROWSER, timedelta(hours=1), None),
        ("GET", BROWSER, None, None),
        ("GET", BROWSER, timedelta(seconds=1), "at once"),
        ("HEAD", BROWSER, None, "head"),
        ("GET", {}, None, "scanner"),
        ("GET", {"User-Agent": "Mozilla/5.0"}, None, "scanner"),
        ("GET", {"User-Agent": "python-requests/2.32"}, None, "scanner"),
        ("GET", {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"}, None, "scanner"),
        ("GET", {**BROWSER, "Purpose": "prefetch"}, None, "prefetch"),
    ],
)
@pytest.mark.requirement(49)
def test_what_gives_a_program_away(
    method: str, headers: dict[str, str], since: timedelta | None, found: str | None
) -> None:
    assert rules.machine(method, headers, since) == found
    assert found is None or found in rules.MACHINES


@pytest.mark.requirement(21, 49)
def test_taking_it_back_stops_it_and_forgets(
    stranger: Client, send: Send, db_session: orm.Session, stopped_clock: object
) -> None:
    sent = send(1, 1)
    stopped_clock.forward(hours=1)  # type: ignore[attr-defined]
    (reader,) = sent.subscriptions
    link = sent.links(reader)[0]
    stranger.get(link, headers=BROWSER)
    assert len(touches(db_session)) == 1
    subject_id = reader.contact.subject_id
    consents.answer(subject_id, PURPOSE, "email", "withdrawn", now=clock.now(), method="form:test")
    assert not touches(db_session) and reading.of(sent.campaign.id).clicked == 1
    answer = stranger.get(link, headers=BROWSER)
    assert answer.headers["Location"] == PLAIN and not touches(db_session)
    assert reader.state == "confirmed"


@pytest.mark.requirement(49)
def test_after_ninety_days_there_are_numbers_alone(
    stranger: Client, send: Send, db_session: orm.Session, stopped_clock: object
) -> None:
    sent = send(2, 2)
    stopped_clock.forward(hours=1)  # type: ignore[attr-defined]
    for one in sent.subscriptions:
        stranger.get(sent.links(one)[0], headers=BROWSER)
    before = reading.of(sent.campaign.id)
    assert tallies.forget_old_touches(clock.now()) == 0
    stopped_clock.forward(days=90)  # type: ignore[attr-defined]
    assert tallies.forget_old_touches(clock.now()) == 2
    assert tallies.forget_old_touches(clock.now()) == 0
    assert not touches(db_session) and reading.of(sent.campaign.id) == before
    assert stranger.get(sent.links(sent.subscriptions[0])[1], headers=BROWSER).status_code == 302
    assert not touches(db_session)


@pytest.mark.requirement(49)
def test_a_contact_that_goes_leaves_its_numbers(
    stranger: Client, send: Send, db_session: orm.Session, stopped_clock: object
) -> None:
    sent = send(2, 2)
    stopped_clock.forward(hours=1)  # type: ignore[attr-defined]
    gone = sent.subscriptions[0]
    link = sent.links(gone)[0]
    stranger.get(link, headers=BROWSER)
    services.delete_contact(gone.contact_id)
    assert not touches(db_session)
    read = reading.of(sent.campaign.id)
    assert (read.opened, read.clicked, read.links[0]) == (1, 1, (1, 1))
    assert stranger.get(link, headers=BROWSER).headers["Location"] == PLAIN


@pytest.mark.requirement(49)
def test_a_flood_is_not_kept(
    stranger: Client, send: Send, db_session: orm.Session, stopped_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("clozette.newsletters.reports.tracking.MOST", 5)
    sent = send(1, 1)
    link = sent.links(sent.subscriptions[0])[0]
    for _ in range(8):
        stopped_clock.forward(seconds=30)  # type: ignore[attr-defined]
        assert stranger.get(link, headers=BROWSER).status_code == 302
    assert len(touches(db_session)) == 5


@pytest.mark.requirement(49, 60)
def test_following_every_link_leaves_all_subscribed(stranger: Client, send: Send) -> None:
    sent = send(2, 2)
    for one in sent.subscriptions:
        for path in (sent.picture(one), *sent.links(one)):
            for method in ("GET", "HEAD", "OPTIONS"):
                assert stranger.open(path, method=method, headers=BROWSER).status_code in {200, 302}
        assert one.state == "confirmed"


@pytest.mark.requirement(49)
def test_an_erasure_leaves_the_numbers(
    stranger: Client, send: Send, db_session: orm.Session, stopped_clock: object
) -> None:
    sent = send(2, 2)
    stopped_clock.forward(hours=1)  # type: ignore[attr-defined]
    gone = sent.subscriptions[0]
    stranger.get(sent.links(gone)[0], headers=BROWSER)
    services.leave(gone, method="one-click", now=clock.now(), campaign_id=sent.campaign.id)
    erasure = erasures.ask(gone.contact.subject_id, via="page", now=clock.now())
    stopped_clock.forward(days=60)  # type: ignore[attr-defined]
    db_session.commit()
    assert executor.execute(erasure.id, now=clock.now(), save=db_session.commit)
    db_session.expire_all()
    assert not touches(db_session) and len(db_session.scalars(sa.select(Sending)).all()) == 1
    assert reading.of(sent.campaign.id).clicked == 1
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Link)) == 2


@pytest.mark.requirement(48, 49)
def test_the_archive_and_the_preview_count_nothing(editor: Client, stranger: Client, send: Send) -> None:
    sent = send(1, 1, archived_at=clock.now())
    campaign = sent.campaign
    where = f"/newsletters/{campaign.newsletter.slug}/archive/{ids.encode(campaign.id)}"
    for page in (stranger.get(where), editor.get(f"/marketing/campaigns/{ids.encode(campaign.id)}/mail")):
        assert page.status_code == 200 and "/c/" not in page.text and "/o/" not in page.text
    assert OTHER in stranger.get(where).text


@pytest.mark.requirement(6, 47, 49)
def test_it_is_asked_for_among_the_choices_and_off(stranger: Client, send: Send) -> None:
    (reader,) = send(1, 0).subscriptions
    path = "/preferences/" + keys.token("preferences", keys.Link(reader.id, 0))
    page = stranger.get(path).text
    assert "Noting which newsletters you read" in page
    agree(reader)
    said = {"do": "stop_offer", "purpose": PURPOSE, "channel": "email"}
    assert stranger.post(path, data=said, csrf=False).status_code == 200
    assert consents.stands(reader.contact.subject_id, PURPOSE, "email") is None and reader.state == "confirmed"
