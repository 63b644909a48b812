"""Writing campaigns in the browser, without a script."""

import re

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import ids
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_campaign, make_newsletter
from tests.support.client import Client

pytestmark = pytest.mark.usefixtures("editor")


def path_of(campaign: Campaign, rest: str = "") -> str:
    return f"/marketing/campaigns/{ids.encode(campaign.id)}{rest}"


def written(**changes: str) -> dict[str, str]:
    form = {
        "title": "Number one",
        "subject_line": "What is new",
        "version": "1",
        "b0_kind": "text",
        "b0_markdown": "Hello {{ first_name }}",
    }
    return {**form, **changes}


def kept(db_session: orm.Session) -> Campaign:
    db_session.expire_all()
    return db_session.scalars(sa.select(Campaign)).one()


def test_a_campaign_from_nothing_to_saved(client: Client, newsletter: Newsletter, db_session: orm.Session) -> None:
    assert "Write a campaign" in client.get("/marketing").text
    begun = client.post("/marketing/campaigns/new", data={"newsletter": ids.encode(newsletter.id), "title": "One"})
    assert begun.status_code == 303
    path = begun.headers["Location"]
    assert client.get(path).status_code == 200
    assert client.post(path, data=written()).status_code == 303
    campaign = kept(db_session)
    assert (campaign.title, campaign.subject_line, campaign.version, campaign.state) == (
        "Number one",
        "What is new",
        2,
        "draft",
    )
    assert campaign.blocks == [{"kind": "text", "markdown": "Hello {{ first_name }}"}]
    page = client.get(path).text
    assert "Hello {{ first_name }}" in page
    assert 'name="version" value="2"' in page


def test_what_is_wrong_is_named_as_the_page_names_it(client: Client, newsletter: Newsletter) -> None:
    button = {
        "b1_kind": "button",
        "b1_label": "",
        "b1_address": "",
        "second_subject": "Or this",
        "test_percent": "many",
    }
    said = client.post(path_of(make_campaign(newsletter)), data=written(**button))
    assert said.status_code == 422
    summary = said.text.partition('id="form-errors"')[2].partition("</div>")[0]
    assert "2. Button, Words on the button: Please fill this in." in summary
    assert "How many percent try it: Choose a number from 1 to 100." in summary


def test_without_a_newsletter_there_is_a_way_to_one(client: Client, db_session: orm.Session) -> None:
    for page in ("/marketing", "/marketing/campaigns/new"):
        assert 'href="/marketing/newsletters/new"' in client.get(page).text
    said = client.post("/marketing/campaigns/new", data={"title": "One", "newsletter": ""})
    assert said.status_code == 422
    assert db_session.scalars(sa.select(Campaign)).all() == []


@pytest.mark.parametrize("roles", [(), ("moderator",)])
def test_the_pages_are_not_there_for_others(client: Client, newsletter: Newsletter, roles: tuple[str, ...]) -> None:
    campaign = make_campaign(newsletter)
    sign_in(client, make_member("nosy", roles=roles), second_factor=True)
    for rest in ("", "/preview", "/mail", "/readers", "/schedule"):
        assert client.get(path_of(campaign, rest)).status_code == 404
    assert client.get("/marketing").status_code == 404


@pytest.mark.parametrize(
    ("deed", "order"),
    [
        ("up:1", ["two", "one"]),
        ("down:0", ["two", "one"]),
        ("up:0", ["one", "two"]),
        ("down:1", ["one", "two"]),
        ("remove:0", ["two"]),
        ("remove:9", ["one", "two"]),
        ("remove:x", ["one", "two"]),
        ("add", ["one", "two", ""]),
    ],
)
def test_buttons_move_blocks_and_save_nothing(
    client: Client, newsletter: Newsletter, db_session: orm.Session, deed: str, order: list[str]
) -> None:
    campaign = make_campaign(newsletter, blocks=[])
    typed = written(b0_markdown="one", b1_kind="text", b1_markdown="two", do=deed, add_kind="text")
    answer = client.post(path_of(campaign), data=typed)
    assert answer.status_code == 200
    shown = re.findall(r'name="b\d+_markdown"[^>]*>\n([^<]*)</textarea>', answer.text)
    assert shown == order
    assert "not saved yet" in answer.text
    assert kept(db_session).blocks == []


@pytest.mark.requirement(37)
def test_what_is_wrong_stands_beside_its_block_and_is_not_kept(
    client: Client, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter)
    answer = client.post(path_of(campaign), data=written(b0_markdown="Dear {{ nickname }}"))
    assert answer.status_code == 422
    assert '<a href="#f-b0_markdown">' in answer.text
    assert "Dear {{ nickname }}" in answer.text
    assert kept(db_session).version == 1


@pytest.mark.requirement(37)
def test_without_sender_or_address_nothing_is_kept(client: Client, db_session: orm.Session) -> None:
    campaign = make_campaign(make_newsletter(sender_name=" "))
    answer = client.post(path_of(campaign), data=written())
    assert answer.status_code == 422
    assert "who sends it" in answer.text
    assert kept(db_session).version == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"version": "x"},
        {"version": ""},
        {"b0_kind": "nothing"},
        {"b5_kind": "text"},
        {"b0_unknown": "x"},
        {"title": "x" * 500},
        {"test_percent": "400"},
        {"b0_markdown": "x" * 10_001},
        {"do": "x" * 50},
    ],
)
def test_odd_input_is_422(client: Client, newsletter: Newsletter, db_session: orm.Session, odd: dict[str, str]) -> None:
    campaign = make_campaign(newsletter)
    assert client.post(path_of(campaign), data=written(**odd)).status_code == 422
    assert client.post(path_of(campaign, "/mail"), data=written(**odd)).status_code == 422
    assert kept(db_session).version == 1


def test_of_two_windows_the_second_is_told_and_loses_nothing(
    client: Client, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter)
    assert client.post(path_of(campaign), data=written(subject_line="First window")).status_code == 303
    late = client.post(path_of(campaign), data=written(subject_line="Second window"))
    assert late.status_code == 409
    assert "saved from another window" in late.text
    assert 'value="Second window"' in late.text
    assert kept(db_session).subject_line == "First window"
    assert 'name="version" value="2"' in late.text
    again = client.post(path_of(campaign), data=written(subject_line="Second window", version="2"))
    assert again.status_code == 303
    assert kept(db_session).subject_line == "Second window"


@pytest.mark.requirement(50)
def test_a_second_subject_makes_two_arms(client: Client, newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter)
    typed = written(second_subject="Other words", test_percent="30")
    assert client.post(path_of(campaign), data=typed).status_code == 303
    campaign = kept(db_session)
    assert [(arm.letter, arm.subject_line) for arm in campaign.arms] == [("a", "What is new"), ("b", "Other words")]
    assert campaign.test_percent == 30
    assert 'value="Other words"' in client.get(path_of(campaign)).text
    assert client.post(path_of(campaign), data=written(version="2")).status_code == 303
    assert (kept(db_session).arms, kept(db_session).test_percent) == ([], 0)


def test_a_mail_is_shown_in_a_frame_that_may_do_nothing(client: Client, newsletter: Newsletter) -> None:
    campaign = make_campaign(newsletter, preview_text="Come in")
    answer = client.get(path_of(campaign, "/mail?as=dark"))
    assert answer.status_code == 200
    assert "Hello Ada, here is the news." in answer.text
    assert "@media all" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-same-origin; default-src 'none'")
    assert "script" not in policy
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    for page in ("", "/preview"):
        framing = client.get(path_of(campaign, page))
        assert framing.status_code == 200
        assert "frame-src 'self'" in framing.headers["Content-Security-Policy"]
        assert framing.headers["X-Frame-Options"] == "DENY"
    assert "frame-src" not in client.get("/marketing").headers["Content-Security-Policy"]
    assert "\ue000" not in client.get(path_of(campaign, "/preview")).text


def test_what_is_typed_is_previewed_and_not_kept(
    client: Client, newsletter: Newsletter, db_session: orm.Session
) -> None:
    campaign = make_campaign(newsletter)
    answer = client.post(path_of(campaign, "/mail"), data=written(b0_markdown="A **new** thing {{ nickname }}"))
    assert answer.status_code == 200
    assert "nickname" in answer.text
    answer = client.post(path_of(campaign, "/mail"), data=written(b0_markdown="A **new** thing <script>"))
    assert "A <strong>new</strong> thing &lt;script&gt;" in answer.text
    assert kept(db_session).version == 1


def test_a_copy_and_a_draft_thrown_away(client: Client, newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter, rules=[{"field": "language", "is": "is", "value": "en"}])
    copied = client.post(path_of(campaign, "/copy"))
    assert copied.status_code == 303
    one, two = db_session.scalars(sa.select(Campaign).order_by(Campaign.id)).all()
    assert (one.blocks, one.rules, one.subject_line) == (two.blocks, two.rules, two.subject_line)
    assert client.post(copied.headers["Location"], data={"_method": "DELETE"}).status_code == 303
    assert kept(db_session).id == campaign.id


def test_a_running_campaign_is_no_draft(client: Client, newsletter: Newsletter, db_session: orm.Session) -> None:
    campaign = make_campaign(newsletter, state="running", started_at=newsletter.created_at)
    assert client.post(path_of(campaign), data=written()).status_code == 409
    assert client.post(path_of(campaign), data={"_method": "DELETE"}).status_code == 409
    assert client.post(path_of(campaign, "/readers"), data={"is_language": "en"}).status_code == 409
    assert kept(db_session).subject_line == "What people wear this week"


def test_an_unknown_campaign_is_404(client: Client) -> None:
    for rest in ("", "/mail", "/preview", "/schedule", "/readers"):
        assert client.get(f"/marketing/campaigns/0000000000001{rest}").status_code == 404


def test_a_member_is_named(editor: Member, client: Client, newsletter: Newsletter, db_session: orm.Session) -> None:
    client.post("/marketing/campaigns/new", data={"newsletter": ids.encode(newsletter.id), "title": "One"})
    assert kept(db_session).made_by_id == editor.id
