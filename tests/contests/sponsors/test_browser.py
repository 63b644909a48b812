"""A sponsor fetches a file in a real Chromium, its member reads and withdraws, and the pages of staff hold in every dress."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from clozette import create_app
from clozette.accounts.models import Member
from clozette.contests.sponsors import handing
from clozette.contests.sponsors.models import SponsorPerson
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.contests.sponsors.conftest import answer
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor

pytestmark = pytest.mark.browser


@dataclass
class There:
    """What was made on the running site: addresses by name, and each person's cookie."""

    places: dict[str, str]
    cookies: dict[str, str]


@pytest.fixture(scope="module")
def there(live_server: Any) -> There:
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        people = {
            "ada": make_member("ada_shares"),
            "buyer": make_member("sponsora_b"),
            "admin": make_member("anna_sponsors", roles=("admin", "marketing")),
        }
        made = _made(people)
        cookies = {}
        for name, member in people.items():
            client = app.test_client()
            sign_in(client, member, second_factor=True)
            cookie = client.get_cookie("__Host-session", domain="localhost")
            assert cookie is not None
            cookies[name] = cookie.value
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()
    return There(made, cookies)


def _made(people: dict[str, Member]) -> dict[str, str]:
    now = clock.now()
    sponsor = make_sponsor(legal_name="Acme Outerwear Ltd", contact="data@acme.test")
    contest = make_contest("closed", sponsor=sponsor, title="Autumn coats to share", slug="autumn-coats-shared")
    draft = make_contest("draft", sponsor=sponsor, title="Winter hats", slug="winter-hats-shared")
    asked = make_sharing(contest, sponsor)
    make_sharing(draft, sponsor)
    make_entry(contest, people["ada"])
    answer(people["ada"], asked, "given")
    db.session.add(SponsorPerson(sponsor_id=sponsor.id, member_id=people["buyer"].id, given_at=now))
    staff = {"by_id": people["admin"].subject_id, "now": now}
    handout = handing.prepare(asked, reason="as agreed with them", means="file", form="json", **staff)
    release = handing.hand_over(handout, **staff)
    return {
        "sponsor": f"/marketing/sponsors/{ids.encode(sponsor.id)}",
        "draft": f"/marketing/contests/{ids.encode(draft.id)}/sharing",
        "handouts": f"/marketing/contests/{ids.encode(contest.id)}/handouts",
        "sharing": f"/marketing/sharings/{ids.encode(asked.id)}",
        "entry": f"/admin/disclosures/{ids.encode(release.handover_id)}",
        "handout": f"/sponsor/handouts/{ids.encode(handout.id)}",
    }


def enter(visitor: Any, there: There, live_server: Any, who: str, **options: Any) -> Page:
    page: Page = visitor(**options)
    cookie = {"name": "__Host-session", "value": there.cookies[who], "url": live_server.url}
    page.context.add_cookies([{**cookie, "secure": True, "httpOnly": True}])  # type: ignore[typeddict-item]
    return page


@pytest.mark.requirement(75, 77, 78)
def test_a_file_is_fetched_a_yes_taken_back_and_the_sponsor_says_it_is_done(
    visitor: Any, there: There, live_server: Any, sound: Any
) -> None:
    theirs = enter(visitor, there, live_server, "buyer")
    theirs.goto("/sponsor")
    theirs.get_by_role("link", name="Autumn coats to share – Acme Outerwear Ltd").click()
    sound(theirs)
    with theirs.expect_download() as began:
        theirs.get_by_role("button", name="Fetch the file").click()
    (row,) = json.loads(Path(began.value.path()).read_text())
    assert row["accounts_members.email"] == "ada_shares@example.test"
    hers = enter(visitor, there, live_server, "ada")
    hers.goto("/privacy/disclosures")
    expect(hers.get_by_role("heading", name="Acme Outerwear Ltd").first).to_be_visible()
    sound(hers)
    hers.goto("/privacy/consents")
    asked = hers.get_by_role("region", name="Autumn coats to share – Acme Outerwear Ltd (on this site)")
    asked.get_by_role("button", name="Take it back").click()
    expect(hers.get_by_text("Taken back. It counts from now on.")).to_be_visible()
    theirs.goto("/sponsor")
    expect(theirs.get_by_text(row["reference"])).to_be_visible()
    sound(theirs)
    theirs.get_by_role("button", name="It is done").click()
    expect(theirs.get_by_text("Nothing at the moment.")).to_be_visible()
    hers.goto("/privacy/disclosures")
    expect(hers.get_by_text("Confirmed").first).to_be_visible()


def test_the_pages_of_staff_hold_in_every_dress(visitor: Any, there: There, live_server: Any, sound: Any) -> None:
    page = enter(visitor, there, live_server, "admin")
    places = ("sponsor", "draft", "handouts", "sharing", "entry")
    more = (
        "/marketing/sponsors",
        "/marketing/sponsors/new",
        "/admin/disclosures?trigger=contest",
        "/admin/reconciliation",
    )
    for address in (*(there.places[name] for name in places), *more):
        page.goto(address)
        assert page.locator("h1").is_visible()
        sound(page)
