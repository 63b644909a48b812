"""A survey answered and a code claimed in a real Chromium without a script; the pages of both, in both widths."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from clozette import create_app
from clozette.contests.promotions import early
from clozette.contests.promotions import services as promotions_of
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.factories import accounts
from tests.factories.contests import (
    make_channel,
    make_promotion,
    make_question,
    make_sharing,
    make_sponsor,
    make_survey,
)

pytestmark = pytest.mark.browser
HOSTED = ("/p/acme", "/p/acme/surveys/of-coats", "/p/acme/surveys/soon-coats", "/p/acme/promotions/ten-off")


@pytest.fixture
def there(live_server):
    """Make a survey with a branch and a sponsor, one that is over, a promotion, and the cookies of member and marketing."""
    app = create_app(Settings.from_environment(live_server.environment))
    with app.app_context():
        sponsor = make_sponsor(legal_name="Acme Surveys Ltd")
        survey = make_survey(slug="of-coats", title="Of coats", sponsor_id=sponsor.id, points=20)
        first = make_question(survey, words="Do you own a coat?", is_required=True)
        leads = {"question": str(first.id), "any": ["yes"]}
        make_question(survey, "many", words="Which?", options=["wool", "down"], section=2, show_if=leads)
        make_question(survey, "scale", words="How do you like it?", options=["not at all", "a lot"], section=2)
        make_question(survey, "number", words="How many have you had?", section=2)
        make_question(survey, "text", words="Anything else?", section=2)
        about = {"object_kind": "survey", "object_id": survey.id, "fields": ["contests_answers.choices"]}
        make_sharing(survey, sponsor, **about)
        over, draft = make_survey("closed", slug="over-coats", min_group=5), make_survey("draft")
        asked, promotion = make_question(draft), make_promotion(slug="ten-off", sponsor_id=sponsor.id)
        make_question(over)
        promotions_of.add_codes(promotion, ["SESAME"])
        sue, mark = accounts.make_member("sue_surveyed"), accounts.make_member("mark_asks", roles=("marketing",))
        cookies = {}
        for member in (sue, mark):
            client = app.test_client()
            accounts.sign_in(client, member, second_factor=member is mark)
            value = client.get_cookie("__Host-session", domain="localhost").value
            cookies[member.handle] = {"name": "__Host-session", "value": value, "url": live_server.url, "secure": True}
        make_channel(sponsor, slug="acme", name="Acme Style", colour="rose", words="What we ask, and what we give.")
        soon = make_survey(slug="soon-coats", sponsor_id=sponsor.id, opens_at=clock.now() + timedelta(hours=9))
        early.put(promotion.id, f"survey:{ids.encode(soon.id)}")
        surveys, promotions = "/marketing/surveys", "/marketing/promotions"
        pages = [
            surveys,
            f"{surveys}/new",
            f"{surveys}/{ids.encode(draft.id)}",
            f"{surveys}/{ids.encode(survey.id)}",
            f"{surveys}/{ids.encode(draft.id)}/questions/{ids.encode(asked.id)}",
            f"{surveys}/{ids.encode(over.id)}/results",
            promotions,
            f"{promotions}/new",
            f"{promotions}/{ids.encode(promotion.id)}",
            f"/marketing/sponsors/{ids.encode(sponsor.id)}/pages",
        ]
        db.session.commit()
        return cookies, pages


def test_a_survey_and_a_code_without_a_script(visitor, sound, there) -> None:
    cookies, pages = there
    page, seen = visitor(javascript=False), visitor()
    for context in (page.context, seen.context):
        context.add_cookies([cookies["sue_surveyed"]])
    for path in (
        "/surveys",
        "/surveys/of-coats",
        "/surveys/over-coats/results",
        "/promotions",
        "/promotions/ten-off",
        *HOSTED,
    ):
        seen.goto(path)
        sound(seen)
    page.goto("/surveys/of-coats")
    page.get_by_label("yes").check()
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("wool").check()
    page.get_by_role("button", name="Back").click()
    expect(page.get_by_label("yes")).to_be_checked()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_label("wool")).to_be_checked()
    page.get_by_label("4").check()
    expect(page.get_by_label("Yes, share this with Acme Surveys Ltd")).not_to_be_checked()
    page.get_by_role("button", name="Send the answers").click()
    expect(page.get_by_text("Thank you, we have your answers.")).to_be_visible()
    page.goto("/promotions/ten-off")
    page.get_by_label("Code").fill("SESAME")
    page.get_by_role("button", name="Use the code").click()
    expect(page.get_by_role("heading", name="Your code")).to_be_visible()
    staff = visitor()
    staff.context.add_cookies([cookies["mark_asks"]])
    for path in pages:
        staff.goto(path)
        sound(staff)
