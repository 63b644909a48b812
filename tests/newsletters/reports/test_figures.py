"""What staff see of a campaign: exact numbers, and nobody in them."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids, plots
from clozette.kernel.database import db
from clozette.kernel.ports import bulk_mail
from clozette.kernel.ports.bulk_mail import Letter, Outcome
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.reports import figures, history, tasks
from clozette.newsletters.reports.models import HeadCount
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services
from tests.factories import accounts
from tests.factories.newsletters import make_campaign, make_contact, make_newsletter, make_subscription
from tests.newsletters.reports.conftest import BROWSER, Sent
from tests.support.client import Client

Send = Callable[..., Sent]


def path(campaign: Campaign) -> str:
    return f"/marketing/campaigns/{ids.encode(campaign.id)}/report"


def numbers(page: str) -> dict[str, int]:
    """Return the numbers of a page about what became of the mails, by their words."""
    found = re.findall(r"<dt>(Sent|Delivered|Bounced|Complained|Unsubscribed)[^<]*</dt><dd>([\d,]+)</dd>", page)
    return {name: int(number.replace(",", "")) for name, number in found}


def rows(client: Client, where: str) -> list[list[str]]:
    answer = client.get(where)
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    assert answer.headers["Cache-Control"] == "no-store"
    return list(csv.reader(io.StringIO(answer.text)))


@pytest.mark.requirement(49)
def test_every_outcome_is_counted_exactly(app: Flask, editor: Client, send: Send) -> None:
    dead: list[str] = []

    def answer(letter: Letter) -> Outcome:
        if not dead or letter.recipient in dead:
            dead.append(letter.recipient)
            return Outcome(550, "5.1.1", "rcpt")
        return Outcome(250)

    post = bulk_mail.post(app)
    post.answer = answer  # type: ignore[attr-defined]
    sent = send(9, 0)
    live = [one for one in sent.subscriptions if one.contact.address not in dead]
    now, campaign_id = clock.now(), sent.campaign.id
    for _ in range(2):  # whatever is told twice counts once
        assert sending.bounced(campaign_id, live[0].contact_id, "5.2.1", now) in {True, False}
        sending.complained(campaign_id, live[1].contact_id, now)
        sending.unsubscribed(campaign_id, live[2].contact_id, now)
        sending.unsubscribed(campaign_id, live[3].contact_id, now)
    page = editor.get(path(sent.campaign))
    assert page.status_code == 200
    wanted = {"Sent": 8, "Delivered": 7, "Bounced": 2, "Complained": 1, "Unsubscribed": 2}
    assert numbers(page.text) == wanted
    table = {line[1]: int(line[2]) for line in rows(editor, f"{path(sent.campaign)}.csv") if line[0] == "campaign"}
    assert {name.capitalize(): table[name] for name in map(str.lower, wanted)} == wanted
    assert (table["recipients"], table["failed"], table["waiting"]) == (9, 1, 0)
    (line,) = rows(editor, "/marketing/reports.csv")[1:]
    assert line[4:10] == ["9", "8", "7", "2", "1", "2"]


@pytest.mark.requirement(49)
def test_who_is_erased_stays_in_the_numbers(editor: Client, send: Send) -> None:
    sent = send(4, 0)
    campaign_id, now = sent.campaign.id, clock.now()
    sending.bounced(campaign_id, sent.subscriptions[0].contact_id, "5.1.1", now)
    sending.complained(campaign_id, sent.subscriptions[1].contact_id, now)
    sending.unsubscribed(campaign_id, sent.subscriptions[2].contact_id, now)
    before = numbers(editor.get(path(sent.campaign)).text)
    assert before == {"Sent": 4, "Delivered": 3, "Bounced": 1, "Complained": 1, "Unsubscribed": 1}
    for one in sent.subscriptions[:3]:
        services.delete_contact(one.contact_id)
    assert numbers(editor.get(path(sent.campaign)).text) == before


@pytest.mark.requirement(49)
def test_nobody_stands_in_a_report(editor: Client, send: Send) -> None:
    sent = send(3, 3)
    pages = [
        editor.get(where).text for where in (path(sent.campaign), f"{path(sent.campaign)}.csv", "/marketing/reports")
    ]
    for one in sent.subscriptions:
        known = (one.contact.address, ids.encode(one.contact_id), ids.encode(one.id))
        assert not [word for word in known for page in pages if word in page]


@pytest.mark.requirement(49)
def test_small_domains_are_not_named(editor: Client, db_session: orm.Session) -> None:
    newsletter = make_newsletter()
    campaign = make_campaign(newsletter, state="finished", started_at=clock.now(), recipients=13, sent=13)
    for number in range(13):
        domain = "large.test" if number < 10 else f"ada-lovelace-{number}.test"
        one = make_subscription(newsletter, make_contact(f"r{number}@{domain}"))
        where = {"contact_id": one.contact_id, "subscription_id": one.id, "domain": domain}
        db.session.add(Sending(campaign_id=campaign.id, state="sent", delivered_at=clock.now(), **where))
    page = editor.get(path(campaign)).text
    assert "large.test" in page and "ada-lovelace" not in page
    assert re.search(r"Others, each with few readers</th>\s*<td[^>]*>3</td>", page)
    assert "ada-lovelace" not in editor.get(f"{path(campaign)}.csv").text


@pytest.mark.requirement(49)
def test_opens_stand_there_only_where_they_are_counted(
    editor: Client, stranger: Client, send: Send, stopped_clock: object
) -> None:
    assert "Opened it" not in editor.get(path(send(1, 1, tracks=False).campaign)).text
    sent = send(2, 1)
    stopped_clock.forward(hours=1)  # type: ignore[attr-defined]
    stranger.get(sent.links(sent.subscriptions[0])[1], headers=BROWSER)
    accounts.sign_in(editor, accounts.make_member("erna", roles=("marketing",)), second_factor=True)
    page = editor.get(path(sent.campaign)).text
    assert "1 of those who got it agrees" in page
    assert re.search(r"<dt>Opened it</dt><dd>1</dd>", page) and re.search(r"<dt>Followed a link</dt><dd>1</dd>", page)
    assert re.search(r"shop\.example/two</th><td[^>]*>1</td><td[^>]*>1</td>", page)
    table = rows(editor, f"{path(sent.campaign)}.csv")
    assert ["campaign", "clicked", "1"] in table and ["people who followed link", "2", "1"] in table


def test_a_running_campaign_shows_how_far_it_is(editor: Client, db_session: orm.Session) -> None:
    newsletter = make_newsletter()
    counts = {"recipients": 10, "sent": 4, "skipped": 1, "failed": 1, "uncertain": 1}
    campaign = make_campaign(newsletter, state="running", started_at=clock.now(), **counts)
    page = editor.get(path(campaign)).text
    assert re.search(r'<progress[^>]*max="10" value="7"', page) and "data-live" in page and "js/report.js" in page
    assert "7 of 10" in page and "Waiting <strong>3</strong>" in page
    campaign.state, campaign.uncertain, campaign.sent = "finished", 0, 8
    page = editor.get(path(campaign)).text
    assert "data-live" not in page and "js/report.js" not in page and "Waiting" not in page


def test_the_first_page_shows_what_is_being_sent(editor: Client, db_session: orm.Session) -> None:
    newsletter = make_newsletter()
    make_campaign(newsletter, title="Over", state="finished", started_at=clock.now(), recipients=3, sent=3)
    assert "data-live" not in editor.get("/marketing").text
    counts = {"recipients": 10, "sent": 4, "skipped": 1}
    campaign = make_campaign(newsletter, title="Going", state="running", started_at=clock.now(), **counts)
    page = editor.get("/marketing").text
    assert "data-live" in page and "js/report.js" in page
    assert re.search(r'<progress[^>]*aria-label="Going"[^>]*max="10" value="5"', page) and "5 of 10" in page
    assert f"{path(campaign)}" in page and 'aria-label="Over"' not in page
    assert "/marketing/reports.csv" in page


def test_pace_is_of_the_last_whole_minutes() -> None:
    now = datetime(2026, 11, 23, 12, 10, 30, tzinfo=UTC)
    minutes = [(now.replace(second=0) - timedelta(minutes=back), 10 * back) for back in (8, 5, 3, 1, 0)]
    assert figures.pace(figures.Details(minutes, [], [], []), now) == (50 + 30 + 10) / 5
    assert figures.pace(figures.Details([(now.replace(second=0), 7)], [], [], []), now) == 7
    assert figures.pace(figures.Details([], [], [], []), now) == 0


@pytest.mark.requirement(49)
def test_why_some_did_not_get_it(editor: Client, send: Send, db_session: orm.Session) -> None:
    sent = send(3, 0)
    for one, (state, reason) in zip(
        sent.subscriptions, (("failed", "5.7.1"), ("skipped", "consent"), ("sent", None)), strict=True
    ):
        row = db_session.get_one(Sending, (sent.campaign.id, one.contact_id))
        row.state, row.reason = state, reason
    sent.campaign.sent, sent.campaign.skipped, sent.campaign.failed = 1, 1, 1
    page = editor.get(path(sent.campaign)).text
    assert "<code>5.7.1</code>" in page and "the consent does not stand any more" in page


@pytest.mark.requirement(61)
def test_a_domain_that_leaves_by_the_dozen_is_said(editor: Client, send: Send) -> None:
    sent = send(8, 0)
    assert "within minutes" not in editor.get(path(sent.campaign)).text
    for one in sent.subscriptions[:6]:
        sending.unsubscribed(sent.campaign.id, one.contact_id, clock.now())
    page = editor.get(path(sent.campaign)).text
    assert "75 % of the readers at example.test left within minutes" in page


@pytest.mark.requirement(49)
def test_a_title_is_no_formula(editor: Client, db_session: orm.Session) -> None:
    newsletter = make_newsletter(title="=1+1")
    make_campaign(newsletter, title="@SUM(A1)", state="finished", started_at=clock.now())
    (line,) = rows(editor, "/marketing/reports.csv")[1:]
    assert line[:2] == ["'=1+1", "'@SUM(A1)"]


def test_subscribers_are_counted_day_by_day(editor: Client, db_session: orm.Session, stopped_clock: object) -> None:
    newsletter = make_newsletter()
    first = make_subscription(newsletter)
    stopped_clock.forward(days=2)  # type: ignore[attr-defined]
    make_subscription(newsletter)
    stopped_clock.forward(days=1)  # type: ignore[attr-defined]
    services.leave(first, method="page:preferences", now=clock.now())
    remembered = [number for _, number in history.curve(newsletter, clock.now()).days]
    assert remembered == [1, 1, 2, 1]
    for _ in range(2):
        tasks.count_heads()
    kept = db_session.query(HeadCount).order_by(HeadCount.day).all()
    assert [one.subscribers for one in kept] == [1, 1, 2]
    services.delete_contact(first.contact_id)
    stopped_clock.forward(days=1)  # type: ignore[attr-defined]
    tasks.count_heads()
    curve = history.curve(newsletter, clock.now())
    assert [number for _, number in curve.days] == [1, 1, 2, 1, 1] and (curve.now, curve.change) == (1, 0)
    accounts.sign_in(editor, accounts.make_member("erna", roles=("marketing",)), second_factor=True)
    for where in ("/marketing", "/marketing/reports"):
        page = editor.get(where).text
        assert (
            "Subscribers over time" in page and newsletter.title in page and '<path class="plot__line" d="M0.0 ' in page
        )


def test_plots_are_drawn_to_scale() -> None:
    start = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    step, spread = plots.spread([(start, 4), (start + timedelta(minutes=2), 8)])
    assert (step, [number for _, number in spread]) == (1, [4, 0, 8])
    assert [bar.height for bar in plots.bars(spread)] == [48, 0, 96]
    step, spread = plots.spread([(start, 1), (start + timedelta(minutes=299), 2)])
    assert step == 5 and len(spread) == 60 and sum(number for _, number in spread) == 3
    shares = plots.parts([("delivered", 999_999), ("failed", 1), ("waiting", 0)])
    assert [one.name for one in shares] == ["delivered", "failed"] and shares[1].width > 2
    assert round(shares[-1].x + shares[-1].width, 1) == plots.WIDTH
    assert plots.line([0, 5, 10]) == "M0.0 96.0L300.0 48.0L600.0 0.0"
    assert (plots.bars([]), plots.line([]), plots.parts([]), plots.spread([])) == ([], "", [], (1, []))
