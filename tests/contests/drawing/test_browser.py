"""A draw's page and the verifier in a real Chromium: in both widths, with and without a script."""

import json
import random
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.contests.drawing import services
from clozette.contests.drawing.models import Draw
from clozette.contests.planning.events import ContestOpened, ContestPublished
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.contests.drawing import made
from tests.contests.drawing.conftest import SANDBOX, freeze, lock, publish_head, signed
from tests.factories import accounts
from tests.factories.contests import make_contest, make_entry

pytestmark = pytest.mark.browser
AGAIN = """async ([address, files]) => {
  const { again } = await import(address);
  const found = [];
  for (const file of files) found.push(await again(file));
  return found;
}"""


@pytest.fixture(scope="module")
def there(live_server):
    """Draw a contest of twelve; return its draw's page, marketing's, the cookie of marketing, and the order."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        app.extensions[services.CHAIN] = SANDBOX
        now = clock.now()
        times = {"opens_at": now - timedelta(days=2), "closes_at": now - timedelta(hours=1)}
        contest = make_contest(
            "open", title="Scarves by lot", slug="scarves-by-lot", **times, draw_at=now - timedelta(seconds=10)
        )
        services.promise(ContestPublished(contest.id))
        services.open_(ContestOpened(contest.id))
        for _number in range(12):
            make_entry(contest, accounts.make_member())
        lock(contest)
        freeze(contest, now=now - timedelta(minutes=50))
        contest.state = "closed"
        publish_head(now - timedelta(minutes=1))
        services.take_beacon(contest, signed(db.session.get_one(Draw, contest.id).round), now=now)
        publish_head()
        client = app.test_client()
        accounts.sign_in(client, accounts.make_member("mark_draws", roles=("marketing",)), second_factor=True)
        db.session.commit()
        value = client.get_cookie("__Host-session", domain="localhost").value
        cookie = {"name": "__Host-session", "value": value, "url": live_server.url, "secure": True}
        order = db.session.get_one(Draw, contest.id).picked
        return cookie, f"/marketing/contests/{ids.encode(contest.id)}/draw", order


def test_a_draw_is_made_again_and_verified(visitor, sound, there, tmp_path) -> None:
    cookie, staff, order = there
    page, plain = visitor(), visitor(javascript=False)
    page.goto("/contests/scarves-by-lot/draw")
    page.get_by_role("button", name="Draw again in this browser").click()
    expect(page.get_by_text(f"The same order, from the same parts: {', '.join(map(str, order))}")).to_be_visible()
    sound(page)
    plain.goto("/contests/scarves-by-lot/draw")
    expect(plain.get_by_role("button", name="Draw again in this browser")).to_be_hidden()
    file = tmp_path / "draw.json"
    file.write_text(
        page.evaluate("async (address) => (await fetch(address)).text()", "/contests/scarves-by-lot/draw.json")
    )
    plain.goto("/contests/verify")
    plain.get_by_label("File", exact=True).set_input_files(file)
    plain.get_by_role("button", name="Check it").click()
    expect(plain.get_by_text("Everything that was checked is right.")).to_be_visible()
    page.goto("/contests/verify")
    page.get_by_label("File", exact=True).set_input_files(file)
    page.get_by_role("button", name="Check it").click()
    sound(page)
    page.context.add_cookies([cookie])
    page.goto(staff)
    expect(page.get_by_text(", ".join(map(str, order)))).to_be_visible()
    sound(page)
    page.goto("/marketing/contests")
    sound(page)


def test_a_thousand_draws_agree_with_the_browser(visitor, there) -> None:
    """The server's order and the third implementation's, by WebCrypto; and a swapped seed is seen there too."""
    page, luck = visitor(), random.Random(7)
    files = [made.draw(luck) for _ in range(1000)]
    spoilt = made.altered(made.rich(luck), made.ALTERED["the seed is another"])
    page.goto("/contests/scarves-by-lot/draw")
    address = page.locator("script[src*='draw']").get_attribute("src")
    found = page.evaluate(AGAIN, [address, json.loads(json.dumps([*files, spoilt]))])
    assert [one["order"] for one in found[:-1]] == [file["order"] for file in files]
    assert all(one["right"] for one in found[:-1])
    assert not found[-1]["right"]
