"""Taking a prize in a real Chromium, and the lists that show it, in both widths."""

import re

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.community import badges
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.factories import accounts
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor, make_winner

pytestmark = pytest.mark.browser


@pytest.fixture
def there(live_server):
    """Make a contest whose prize the sponsor sends, its winner, an alternate, and the cookies of winner and marketing."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        sponsor = make_sponsor(legal_name="Winterwear Ltd")
        contest = make_contest("announced", sponsor=sponsor, title="Autumn coats", slug="autumn-coats-won")
        winnie, mark = accounts.make_member("winnie_won"), accounts.make_member("mark_won", roles=("marketing",))
        winner = make_winner(make_entry(contest, winnie))
        behind = make_entry(contest, accounts.make_member("bea_behind"))
        make_winner(behind, "alternate", place=2, prize_id=None, unit=None, notified_at=None, due_at=None)
        db.session.refresh(winner, ["prize"])
        winner.prize.sent_by = "sponsor"
        fields = ["contests_addresses.name", "contests_addresses.line1", "contests_addresses.city"]
        about = {"object_kind": "prize", "object_id": winner.prize_id, "fields": fields}
        make_sharing(contest, sponsor, **about, purpose="to send you the prize")
        stated = {"issuer": "Clozette", "rule": "by draw, rules 1", "evidence_kind": "contest"}
        badges.give(winnie.id, kind="contest_winner", **stated, evidence_id=contest.id, now=clock.now())
        cookies = {}
        for member in (winnie, mark):
            client = app.test_client()
            accounts.sign_in(client, member, second_factor=member is mark)
            value = client.get_cookie("__Host-session", domain="localhost").value
            cookies[member.handle] = {"name": "__Host-session", "value": value, "url": live_server.url, "secure": True}
        db.session.commit()
        return cookies, f"/marketing/contests/{ids.encode(contest.id)}/winners"


def test_a_prize_is_taken_without_a_script(visitor, sound, there) -> None:
    cookies, winners = there
    page, staff = visitor(javascript=False), visitor()
    page.context.add_cookies([cookies["winnie_won"]])
    staff.context.add_cookies([cookies["mark_won"]])
    page.goto("/contests/autumn-coats-won/prize")
    expect(page.get_by_label("The list of winners may name me")).not_to_be_checked()
    page.get_by_role("button", name="I take the prize").click()
    page.get_by_label("Name", exact=True).fill("Winnie W.")
    page.get_by_label("Street and number").fill("1 High Street")
    page.get_by_label("Town").fill("London")
    expect(page.get_by_label("Winterwear Ltd may have this")).not_to_be_checked()
    page.get_by_label("Winterwear Ltd may have this").check()
    page.get_by_role("button", name="Send it there").click()
    expect(page.get_by_text("The sponsor may have your address")).to_be_visible()
    staff.goto(winners)
    expect(staff.get_by_text("The sponsor sends it.")).to_be_visible()
    sound(staff)
    looks_at = staff.context
    looks_at.clear_cookies()
    looks_at.add_cookies([cookies["winnie_won"]])
    own = ("/contests/autumn-coats-won/prize", "/contests/autumn-coats-won/results", "/@winnie_won", "/points")
    for path in own:
        staff.goto(path)
        sound(staff)
    expect(staff).to_have_url(re.compile("/points$"))
