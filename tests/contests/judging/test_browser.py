"""Judging in a real Chromium, in both widths: without a script, and the pages of marketing and of everybody."""

import io
from datetime import timedelta
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect
from werkzeug.datastructures import FileStorage

from clozette import create_app
from clozette.contests import facts
from clozette.contests.entering import photos as entry_photos
from clozette.contests.judging import services, standings
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.contests.judging.conftest import CRITERIA, judge_all, plan, start
from tests.factories import accounts, photos
from tests.factories.contests import make_contest, make_entry, make_judge

pytestmark = pytest.mark.browser
COLOURS = (photos.BLUE, photos.GREEN, (180, 60, 70))


@pytest.fixture(scope="module")
def there(live_server):
    """Make a contest that is judged, one whose result is out, a judge, and somebody of marketing."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        jo, mark = accounts.make_member("jo_judges"), accounts.make_member("mark_judges", roles=("marketing",))
        open_, over = (_made(app, slug, jo) for slug in ("coats-judged", "coats-decided"))
        start(open_)
        plan(open_, "rank", takes=1)
        round_ = start(over)
        judge_all(round_, lambda entry, place: (entry.number * 2, 9 - place))
        by_id = mark.subject_id
        services.set_quorum(round_, 1, "One judge is ill", by_id=by_id, now=clock.now())
        services.end_round(round_, now=clock.now())
        standings.order(over)
        over.state = "announced"
        ranked = _made(app, "coats-ranked", jo)
        start(ranked, "rank")
        cookies = {}
        for member in (jo, mark):
            client = app.test_client()
            accounts.sign_in(client, member, second_factor=member is mark)
            value = client.get_cookie("__Host-session", domain="localhost").value
            cookies[member.handle] = {"name": "__Host-session", "value": value, "url": live_server.url, "secure": True}
        db.session.commit()
        staff = f"/marketing/contests/{ids.encode(open_.id)}/judging"
    return SimpleNamespace(judge=cookies["jo_judges"], mark=cookies["mark_judges"], staff=staff)


def _made(app, slug, judge):
    now = clock.now()
    dates = {"judging_until": now + timedelta(days=2), "draw_at": None}
    terms = {"criteria": CRITERIA, "tie_break": "criterion"}
    contest = make_contest("closed", slug=slug, title="The coat of the year", decided_by="jury", **dates, terms=terms)
    for number, colour in enumerate(COLOURS):
        author = accounts.make_member()
        said = "Bought second-hand, worn every day since."
        entry = make_entry(contest, author, locked_sha256=f"{number:064x}", statement=said)
        file = FileStorage(io.BytesIO(photos.encoded(photos.shirt(colour))), filename="coat.jpg")
        entry_photos.keep(entry.id, entry_photos.sent_in(author.subject_id, [file], ["A coat"], now=now))
    make_judge(contest, judge)
    make_judge(contest, accounts.make_member())
    facts.state(contest.id, "entries", {"sha256": "0" * 64, "count": 3}, now=now)
    return contest


def test_judging_without_a_script(visitor, sound, there) -> None:
    page, other = visitor(javascript=False), visitor()
    page.context.add_cookies([there.judge])
    page.goto("/contests/coats-judged")
    page.get_by_role("link", name="Your seat in the jury").click()
    page.get_by_role("link", name="Judge", exact=True).click()
    page.get_by_role("link", name="Go on with number 1").click()
    page.get_by_role("link", name="Skip for now").click()
    colour, idea = (page.get_by_role("group", name=name) for name in ("Colour", "Idea"))
    colour.get_by_label("7", exact=True).check()
    idea.get_by_label("3", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    expect(idea.get_by_label("4", exact=True)).to_be_checked()
    page.get_by_role("button", name="Keep it and go on").click()
    expect(page.get_by_role("heading", name="Entry number 3")).to_be_visible()
    page.goto("/contests/coats-judged/judging/1")
    expect(page.get_by_text("1 of 3 judged")).to_be_visible()
    page.goto("/contests/coats-ranked/judging/1")
    page.get_by_role("button", name="Entry number 1 one place down").click()
    expect(page.get_by_label("Place of entry number 1")).to_have_value("2")
    page.get_by_role("button", name="Keep this order").click()
    expect(page.get_by_text("Your ranking is kept")).to_be_visible()

    judging = ("", "/1", "/1/1")
    own = [f"/contests/coats-judged/judging{rest}" for rest in judging] + ["/contests/coats-ranked/judging/1"]
    for cookie, paths in (
        (there.judge, ["/contests/coats-judged", *own, "/contests/coats-decided/ballots"]),
        (there.mark, [there.staff]),
    ):
        other.context.clear_cookies()
        other.context.add_cookies([cookie])
        for path in paths:
            other.goto(path)
            sound(other)
