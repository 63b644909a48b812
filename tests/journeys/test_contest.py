"""A contest from its rules to the day a winner takes the consent back: in browsers, while the clock is moved on.

Two contests run side by side: one that a jury and the members' votes decide, and one whose winner is drawn and whose
sponsor is handed what the winner agreed to.
"""

import base64
import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from clozette.accounts.models import Member
from clozette.contests.drawing.models import Draw
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports.beacon import Round, beacon
from clozette.sandbox import drand
from tests.factories.accounts import make_member
from tests.factories.looks import make_look
from tests.support import inside
from tests.support.browser import Visitors
from tests.support.live import LiveSite

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def site(live_server: LiveSite) -> Iterator[inside.Inside]:
    """Give a site whose clock moves; it shows the certificate that the browser trusts."""
    with inside.running(live_server.certificate.chain, live_server.certificate.key) as made:
        yield made


@pytest.fixture
def visitors(site: inside.Inside, browser: Browser) -> Iterator[Visitors]:
    """Open browsers of people there; none of them may complain."""
    with ExitStack() as stack:
        made = Visitors(browser, site.url, stack)
        yield made
    assert made.complaints() == []


class Cast:
    """The people of the story, each in a browser of their own, signed in: staff at desks, the others with phones that run
    no scripts.
    """

    def __init__(self, site: inside.Inside, visitors: Visitors) -> None:
        self.site, self._visitors = site, visitors
        self.pages: dict[str, Page] = {}

    def add(self, name: str, *, roles: tuple[str, ...] = (), look: str = "") -> Page:
        """Make a member who joined last year."""
        with self.site.app.app_context():
            joined = clock.now() - timedelta(days=300)
            member = make_member(name, roles=roles, display_name=name.title(), created_at=joined)
            if look:
                make_look(member, caption=look)
            member.confirmed_at = joined
            db.session.commit()
        self.pages[name] = self._visitors(javascript=bool(roles), width=1280 if roles else 390)
        return self.sign_in(name)

    def sign_in(self, name: str) -> Page:
        """Sign somebody in, anew after some days: what matters is asked for again then."""
        with self.site.app.app_context():
            cookie = self.site.cookie_of(db.session.scalars(sa.select(Member).where(Member.handle == name)).one())
            db.session.commit()
        page = self.pages[name]
        page.context.add_cookies(
            [{"name": "__Host-session", "value": cookie, "url": self.site.url, "secure": True, "httpOnly": True}]
        )
        return page


def local(**span: float) -> str:
    """Return a moment as a form's clock writes it."""
    return f"{clock.now() + timedelta(**span):%Y-%m-%dT%H:%M}"


def press(page: Page, name: str) -> None:
    """Press a button of the page's main part, and its dialog's, if it asks."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).first.click()


def fill(page: Page, **fields: str) -> None:
    """Fill fields by their names in the form."""
    for name, value in fields.items():
        page.locator(f"main [name={name}]").first.fill(value)


def tick(page: Page, box: str) -> None:
    """Tick a box by its words: what people press, whatever the box looks like."""
    page.locator(f"main label:has({box})").first.click()
    expect(page.locator(box).first).to_be_checked()


@pytest.mark.requirement(72, 73, 74, 75, 77, 78)
def test_from_the_rules_to_a_consent_taken_back(site: inside.Inside, visitors: Visitors) -> None:
    cast = Cast(site, visitors)
    wanda = cast.add("wanda", roles=("marketing",))
    for name in ("ada", "bea", "cleo"):
        cast.add(name, look=f"The coat of {name}")
    cast.add("judith")
    cast.add("sam")
    make_sponsor(wanda)
    coats = plan(
        wanda, "coats", "jury", judging_until=local(days=3), votes_from=local(hours=1), votes_until=local(days=2)
    )
    raffle = plan(wanda, "raffle", "draw", draw_at=local(days=2))
    share(wanda, raffle)
    for page in (coats, raffle):
        publish(wanda, page)
    site.pass_time(hours=1)
    for name in ("ada", "bea", "cleo"):
        enter(cast.pages[name], "coats")
    for name in ("ada", "bea"):
        enter(cast.pages[name], "raffle", agrees=True)
    invite_the_jury(wanda, coats, cast.pages["judith"])
    let_in(wanda, "sam")
    vote(cast.pages["cleo"], "coats", for_number=1)
    vote(cast.pages["ada"], "coats", for_number=2)
    site.pass_time(days=1)
    share_out(wanda, coats)
    for number, points in ((1, 6), (2, 5), (3, 9)):
        judge(cast.pages["judith"], "coats", number, points)
    site.pass_time(days=1)
    plant_round(site)
    end_round(wanda, coats)
    for _day in range(3):
        site.pass_time(days=1)
    assert winner_of(cast, "coats") == "cleo"
    lucky = cast.pages[winner_of(cast, "raffle")]
    accept(lucky, "raffle")
    prepare(wanda, raffle)
    reference = fetch(cast.sign_in("sam"))
    read_the_receipt(lucky)
    take_back(lucky)
    do_the_duty(cast.pages["sam"], reference)
    lucky.goto("/privacy/disclosures")
    expect(lucky.get_by_role("main")).to_contain_text("Confirmed")
    site.pass_time(minutes=10)
    find_the_proof(cast.add("ida", roles=("admin",)))


def make_sponsor(page: Page) -> None:
    page.goto("/marketing/sponsors/new")
    fill(
        page,
        legal_name="Fjord Mode AS",
        address="Havnegata 1, Oslo",
        contact="privacy@fjord.test",
        contract="Sponsoring 7",
        keeps_for="90 days",
        keeps_days="90",
    )
    page.locator("[name=country]").select_option("NO")
    press(page, "Save")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fjord Mode AS")


def plan(page: Page, slug: str, decided_by: str, **dates: str) -> str:
    """Plan a contest with its rules; return its page of marketing."""
    page.goto("/marketing/contests/new")
    dates = {"opens_at": local(hours=1), "closes_at": local(days=1), "announce_at": local(days=4)} | dates
    fill(page, title=f"Best {slug}", slug=slug, words="Show us.", **dates)
    page.locator("[name=time_zone]").select_option("UTC")
    tick(page, f"[name=decided_by][value={decided_by}]")
    tick(page, "[name=entry_kind][value=look]")
    tick(page, "[name=countries][value=DE]")
    page.locator("[name=sponsor]").select_option(label="Fjord Mode AS")
    press(page, "Save and go on to the rules")
    expect(page.get_by_role("heading", level=1)).to_have_text("Prizes and rules")
    write_rules(page, decided_by)
    press(page, "Save")
    return re.sub("/[a-z]+$", "", page.url)


def write_rules(page: Page, decided_by: str) -> None:
    fill(page, p0_name="A coat", p0_value="200", notify_days="3", answer_days="7", data_use="To run the contest.")
    tick(page, "[name=is_free]")
    if decided_by == "jury":
        fill(page, c0_name="Idea", c0_weight="1")
        tick(page, "[name=tie_break][value=earlier]")
    else:
        tick(page, "[name=source][value=beacon]")
    for choice in ("winner_list][value=site", "licence][value=show"):
        tick(page, f"[name={choice}]")
    for line in page.locator("main [name^=line_]").all():
        line.fill("As the law there wants it.")


def share(page: Page, contest: str) -> None:
    """Ask entrants to share their name and address with the sponsor."""
    page.goto(f"{contest}/sharing")
    page.locator("[name=sponsor]").select_option(label="Fjord Mode AS")
    for field in ("accounts_members.display_name", "accounts_members.email"):
        tick(page, f"[name=fields_shared][value='{field}']")
    fill(page, purpose="to invite you to the shop", keeps_for="90 days", keeps_days="90")
    tick(page, "[name=reaches][value=winners]")
    press(page, "Save")
    expect(page.get_by_role("heading", name="Fjord Mode AS")).to_be_visible()


def publish(page: Page, contest: str) -> None:
    page.goto(f"{contest}/check")
    press(page, "It is complete")
    press(page, "Publish")
    expect(page.get_by_role("heading", level=2, name="What comes next")).to_be_visible()


def enter(page: Page, slug: str, *, agrees: bool = False) -> None:
    """Enter with the one look; share only if asked to here."""
    page.goto(f"/contests/{slug}/entries/new")
    expect(page.locator("[name=share]:checked")).to_have_count(0)
    tick(page, "[name=look]")
    tick(page, "[name=accept]")
    if agrees:
        tick(page, "[name=share]")
    press(page, "Enter")
    expect(page.get_by_role("main")).to_contain_text("receipt", ignore_case=True)


def invite_the_jury(staff: Page, contest: str, judge: Page) -> None:
    staff.goto(f"{contest}/judging")
    fill(staff, handle="judith")
    press(staff, "Ask into the jury")
    staff.locator("[name=method]").select_option("score")
    fill(staff, quorum="1", takes="3", due_at=local(days=2))
    press(staff, "Plan it")
    judge.goto("/contests/coats/judging")
    press(judge, "I judge")
    expect(judge.get_by_role("main")).to_contain_text("Nothing to judge yet")


def share_out(staff: Page, contest: str) -> None:
    staff.goto(f"{contest}/judging")
    press(staff, "Share the entries out")
    expect(staff.get_by_role("main")).to_contain_text("0 of 3 entries have enough ballots")


def judge(page: Page, slug: str, number: int, points: int) -> None:
    """Judge an entry, which shows no name."""
    page.goto(f"/contests/{slug}/judging/1/{number}")
    for name in ("Ada", "Bea", "Cleo"):
        expect(page.get_by_role("main")).not_to_contain_text(name)
    tick(page, f"[name=points_0][value='{points}']")
    press(page, "Keep it and go on")


def end_round(staff: Page, contest: str) -> None:
    staff.goto(f"{contest}/judging")
    if staff.get_by_role("button", name="End the round").count():
        ask(staff, "End the round", "End the round")


def vote(page: Page, slug: str, *, for_number: int) -> None:
    page.goto(f"/contests/{slug}/entries")
    press(page, f"Vote for this (number {for_number})")
    expect(page.get_by_role("button", name=f"Take your vote back (number {for_number})")).to_be_visible()


def let_in(staff: Page, handle: str) -> None:
    """Let a member sign in for the sponsor."""
    staff.goto("/marketing/sponsors")
    staff.get_by_role("main").get_by_role("link", name="Fjord Mode AS").click()
    fill(staff, handle=handle)
    press(staff, "Let them in")
    expect(staff.get_by_role("link", name=f"@{handle}")).to_be_visible()


def ask(page: Page, button: str, yes: str) -> None:
    """Press a button that asks first, and say yes."""
    page.get_by_role("main").get_by_role("button", name=button, exact=True).first.click()
    page.get_by_role("dialog").get_by_role("button", name=yes, exact=True).click()


def plant_round(site: inside.Inside) -> None:
    """Let the public server of random numbers have the round that the draw waits for."""
    with site.app.app_context():
        number = db.session.scalars(sa.select(Draw.round)).one()
        said = drand.sign(number)
        found = Round(number, said["randomness"], said["signature"])
        beacon().rounds[(drand.info()["hash"], number)] = found


def winner_of(cast: Cast, slug: str) -> str:
    """Return who is told that the prize is theirs."""
    told = []
    for name in ("ada", "bea", "cleo"):
        page = cast.pages[name]
        page.goto(f"/contests/{slug}/prize")
        if page.get_by_role("button", name="I take the prize").count():
            told.append(name)
    (winner,) = told
    return winner


def accept(page: Page, slug: str) -> None:
    """Take the prize, and say where it shall go."""
    page.goto(f"/contests/{slug}/prize")
    press(page, "I take the prize")
    fill(page, name="A. Winner", line1="Lange Gasse 1", postcode="10115", city="Berlin")
    page.locator("main [name=country]").select_option("DE")
    press(page, "Send it there")


def prepare(staff: Page, contest: str) -> None:
    """Prepare what the sponsor may fetch."""
    staff.goto(f"{contest}/handouts")
    staff.get_by_role("main").get_by_role("link", name="Fjord Mode AS").first.click()
    fill(staff, reason="The winner is known", most="3", days="7")
    tick(staff, "[name=form][value=csv]")
    press(staff, "Prepare")
    expect(staff.get_by_role("main")).to_contain_text("fetched 0 of 3 times")


def fetch(page: Page) -> str:
    """Fetch the file as the sponsor; return what it calls the winner."""
    page.goto("/sponsor")
    page.get_by_role("main").locator("a[href^='/sponsor/handouts/']").first.click()
    with page.expect_download() as got:
        press(page, "Fetch the file")
    (row,) = csv.DictReader(io.StringIO(got.value.path().read_text()))
    assert row["accounts_members.email"].endswith("@example.test")
    return row["reference"]


def read_the_receipt(page: Page) -> None:
    page.goto("/privacy/disclosures")
    expect(page.get_by_role("main")).to_contain_text("Fjord Mode AS")
    expect(page.get_by_role("main")).to_contain_text("Best raffle – Fjord Mode AS")
    expect(page.get_by_role("main")).to_contain_text("90 days")


def take_back(page: Page) -> None:
    """Take the consent back that the sponsor's file rested on."""
    page.goto("/privacy/consents")
    page.locator("form[data-purpose^='sponsor:']").get_by_role("button").click()
    expect(page.get_by_role("main")).to_contain_text("You took back")


def do_the_duty(page: Page, reference: str) -> None:
    """Say, as the sponsor, that the winner's data are deleted."""
    page.goto("/sponsor")
    expect(page.get_by_role("main")).to_contain_text(reference)
    press(page, "It is done")
    expect(page.get_by_role("main")).to_contain_text("Nothing at the moment")


def find_the_proof(staff: Page) -> None:
    """Find the hand-over in the log, with the proof that it stands in the tree."""
    staff.goto("/admin/disclosures")
    staff.get_by_role("main").locator("td a, th a").first.click()
    expect(staff.get_by_role("main")).to_contain_text("Sponsoring 7")
    with staff.expect_download() as got:
        staff.get_by_role("link", name="The proof as a file").click()
    leaf = base64.b64decode(json.loads(got.value.path().read_text())["leaf"]).decode()
    assert leaf.startswith("clozette leaf 1\nhandover\n") and '"rows":1' in leaf
