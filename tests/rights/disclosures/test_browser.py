"""The pages of the door and of erasure in a real Chromium: the person's and the staff's."""

import itertools
from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.privacy import disclosures, ledger, staff_reads
from clozette.rights.erasure import services
from clozette.settings import Settings
from tests.factories.accounts import make_member, sign_in

pytestmark = pytest.mark.browser
_numbers = itertools.count(1)
EMAIL = "accounts_members.email"


def handed_over(member, staff, now):
    ledger.record(
        subject_id=member.subject_id,
        point="CP5",
        action="given",
        purpose="partner_offers",
        wording="May we give your mail address to the sponsor of the contest?",
        method="form:test",
        channel="email",
        now=now,
    )
    sponsor = disclosures.recipient(
        legal_name="Loom and Thread Sponsoring Limited",
        address="Unit 5, 118 Long Acre, London WC2E 9PA",
        country="GB",
        contact="data-protection@loom-and-thread.test",
        now=now,
    )
    disclosures.disclose(
        recipient=sponsor,
        agreement=disclosures.Agreement(
            purpose="partner_offers",
            channel="email",
            trigger="contest",
            retention="90 days",
            contract="Sponsoring agreement 7",
        ),
        people={member.subject_id: {EMAIL: member.email}},
        fields=[EMAIL, "accounts_members.display_name"],
        now=now,
    )
    disclosures.tell_recipients(member.subject_id, kind="correction", cause_id=1, now=now)
    about = {
        "subject_id": member.subject_id,
        "reader_id": staff.subject_id,
        "reason": "Asked for help with signing in.",
    }
    case = staff_reads.open_case(**about, reference="1042", now=now)
    staff_reads.note(**about, what="record", now=now, case=case, fields=["email", "country"])


@pytest.fixture
def world(live_server):
    """Give a member whose data was handed over, one who is leaving, and an admin."""
    number, cookies, now = next(_numbers), {}, clock.now()
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        made = {name: make_member(f"{name}_door_{number}") for name in ("ada", "leaving")}
        made["admin"] = make_member(f"keeper_door_{number}", roles=("admin",))
        handed_over(made["ada"], made["admin"], now)
        for name, member in made.items():
            browser = app.test_client()
            row = sign_in(browser, member, second_factor=name == "admin")
            cookies[name] = browser.get_cookie("__Host-session", domain="localhost").value
            if name == "leaving":
                services.ask(member.subject_id, via="page", now=now, session_id=row.id)
        code = services.standing(made["leaving"].subject_id).code
        db.session.commit()
        for engine in db.engines.values():
            engine.dispose()
    return SimpleNamespace(cookies=cookies, code=code, handle=f"ada_door_{number}")


def entered(visitor, world, live_server, who, **options):
    page = visitor(**options)
    cookie = {"name": "__Host-session", "value": world.cookies[who], "url": live_server.url, "secure": True}
    page.context.add_cookies([{**cookie, "httpOnly": True}])
    return page


def pages_of(world):
    return [
        ("ada", "/privacy/disclosures"),
        ("ada", "/privacy/access"),
        ("ada", "/privacy/erasure"),
        ("leaving", "/privacy/erasure"),
        ("leaving", f"/privacy/erasure/receipts/{world.code}"),
        ("admin", "/admin/disclosures"),
        ("admin", f"/admin/members/{world.handle}"),
        ("admin", f"/admin/members/{world.handle}/disclosure"),
    ]


def test_pages(visitor, world, live_server, sound):
    pages = {who: entered(visitor, world, live_server, who) for who in world.cookies}
    for who, path in pages_of(world):
        pages[who].goto(path)
        expect(pages[who].get_by_role("heading", level=1)).to_have_count(1)
        sound(pages[who])


def test_ask_and_undo(visitor, world, live_server):
    page = entered(visitor, world, live_server, "ada")
    page.goto("/privacy/erasure")
    page.get_by_role("button", name="Erase everything about me").click()
    expect(page.get_by_role("button", name="Undo it: keep my data")).to_be_visible()
    page.goto("/closet")
    expect(page).to_have_url(f"{live_server.url}/privacy/erasure")
    page.get_by_role("button", name="Undo it: keep my data").click()
    expect(page.get_by_text("Everything is back as it was.").first).to_be_visible()
