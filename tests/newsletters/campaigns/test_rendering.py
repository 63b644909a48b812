"""Campaigns as mails: what they must say, merge tags, Markdown, blocks."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import ids
from clozette.newsletters.campaigns import rendering, slots
from clozette.newsletters.campaigns.rendering import BadCampaign, render
from tests.factories.accounts import make_member
from tests.factories.looks import make_look
from tests.factories.newsletters import make_campaign, make_newsletter


def text(markdown: str) -> list[dict[str, str]]:
    return [{"kind": "text", "markdown": markdown}]


@pytest.mark.requirement(37)
def test_a_mail_says_what_it_must(db_session: orm.Session) -> None:
    made = render(make_campaign(make_newsletter()))
    unsubscribe = slots.slot("unsubscribe_url")
    assert f'href="{unsubscribe}"' in made.html
    assert ">UNSUBSCRIBE</a>" in made.html
    assert f"UNSUBSCRIBE: {unsubscribe}" in made.text
    for must in ("Clozette Pte Ltd", "1 High Street, Singapore", "hello@clozette.test"):
        assert must in made.html
        assert must in made.text
    assert "Hello \ue000first_name\ue001, here is the news." in made.text


@pytest.mark.requirement(37)
@pytest.mark.parametrize(
    ("columns", "setting", "words"),
    [
        ({"sender_name": " "}, {}, "who sends it"),
        ({"reply_to": ""}, {}, "reply to"),
        ({}, {"controller_address": ""}, "postal address"),
    ],
)
def test_a_mail_that_lacks_something_is_refused(
    app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch, columns: dict, setting: dict, words: str
) -> None:
    settings = app.extensions["clozette.settings"]
    monkeypatch.setitem(app.extensions, "clozette.settings", replace(settings, **setting))
    with pytest.raises(BadCampaign, match=words):
        render(make_campaign(make_newsletter(**columns)))


@pytest.mark.requirement(37)
@pytest.mark.parametrize(
    "spoilt",
    [
        lambda html: html.replace("UNSUBSCRIBE</a>", "Goodbye</a>"),
        lambda html: html.replace(slots.slot("unsubscribe_url"), "https://elsewhere.example/"),
        lambda html: html.replace('<td class="c-inside c-line"', '<td hidden class="c-inside c-line"'),
        lambda html: html.replace("padding:20px 32px 40px", "display: none"),
    ],
)
def test_the_word_is_looked_for_in_what_was_made(db_session: orm.Session, spoilt) -> None:
    draft = rendering.draft_of(make_campaign(make_newsletter()))
    made, faults = rendering.attempt(draft)
    assert not faults
    spoilt_mail = replace(made, html=spoilt(made.html))
    assert spoilt_mail.html != made.html
    assert any("UNSUBSCRIBE" in fault.words for fault in rendering.lacking(spoilt_mail, draft))


@pytest.mark.requirement(37)
@pytest.mark.parametrize(
    "wrong",
    [
        "{{ nickname }}",
        "{{ first_name",
        "first_name }}",
        "{{ }}",
        '{{ unsubscribe_url | "x" }}',
        "{{ first_name | there }}",
        "{{ self.__class__ }}",
        "\ue000first_name\ue001",
    ],
)
def test_an_unknown_tag_is_an_error_and_no_blank(db_session: orm.Session, wrong: str) -> None:
    newsletter = make_newsletter()
    for columns in ({"blocks": text(wrong)}, {"subject_line": wrong}, {"preview_text": wrong}):
        with pytest.raises(BadCampaign):
            render(make_campaign(newsletter, **columns))


def test_a_fault_names_its_block(db_session: orm.Session) -> None:
    blocks = [*text("Fine"), *text("{{ nickname }}"), {"kind": "look", "look": "nothing"}]
    with pytest.raises(BadCampaign) as caught:
        render(make_campaign(make_newsletter(), blocks=blocks))
    assert [fault.block for fault in caught.value.faults] == [1, 2]
    assert "nickname" in caught.value.faults[0].words


def test_typed_html_stays_text(db_session: orm.Session) -> None:
    made = render(make_campaign(make_newsletter(), blocks=text("<script>alert(1)</script> **bold** <b>x</b>")))
    assert "<script>" not in made.html
    assert "&lt;script&gt;" in made.html
    assert "<strong>bold</strong>" in made.html


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "http://plain.example/", "data:text/html,x", "", "{{ first_name }}", "https://"]
)
def test_a_link_leads_somewhere_good(db_session: orm.Session, link: str) -> None:
    newsletter = make_newsletter()
    for block in ({"kind": "text", "markdown": f"[there]({link})"}, {"kind": "button", "label": "x", "address": link}):
        with pytest.raises(BadCampaign):
            render(make_campaign(newsletter, blocks=[block]))


def test_links_in_both_parts(db_session: orm.Session) -> None:
    made = render(
        make_campaign(make_newsletter(), blocks=text("[Discover](/discover) or [leave]({{ unsubscribe_url }})"))
    )
    assert 'href="https://localhost/discover"' in made.html
    assert "Discover (https://localhost/discover)" in made.text
    assert made.html.count(f'href="{slots.slot("unsubscribe_url")}"') == 2


def test_a_word_for_whoever_has_no_name(db_session: orm.Session) -> None:
    campaign = make_campaign(make_newsletter(), blocks=text('Hello {{ first_name | "there" }}'))
    made = render(campaign)
    (name,) = [name for name in slots.names_in(made.text) if name.startswith("personal:")]
    assert name == f"personal:first_name.{b'there'.hex()}"


def test_a_tracking_campaign_has_its_outgoing_links_as_slots(db_session: orm.Session) -> None:
    blocks = [*text("[one](https://a.example/) [two](/discover) [out]({{ unsubscribe_url }})")]
    blocks.append({"kind": "button", "label": "Three", "address": "https://c.example/"})
    campaign = make_campaign(make_newsletter(), blocks=blocks, tracks=True)
    made = render(campaign)
    assert [name for name in slots.names_in(made.html) if name.startswith("link:")] == ["link:0", "link:1", "link:2"]
    assert rendering.links(campaign) == ["https://a.example/", "https://localhost/discover", "https://c.example/"]
    assert "link:" not in made.text


def test_a_look_is_shown_while_everybody_may_see_it(db_session: orm.Session) -> None:
    author = make_member("olivia")
    shown, hidden = make_look(author, caption="In <red>"), make_look(author, visibility="followers")
    newsletter = make_newsletter()
    made = render(make_campaign(newsletter, blocks=[{"kind": "look", "look": f"/looks/{ids.encode(shown.id)}"}]))
    assert f"https://localhost/looks/{ids.encode(shown.id)}" in made.html
    assert "In &lt;red&gt;" in made.html
    assert "In <red>" in made.text
    with pytest.raises(BadCampaign, match="everybody may see"):
        render(make_campaign(newsletter, blocks=[{"kind": "look", "look": f"/looks/{ids.encode(hidden.id)}"}]))


def test_text_of_markdown(db_session: orm.Session) -> None:
    markdown = "# Head\n\nA *soft*\nline\n\n- one\n- two\n  1. first\n  2. second\n\n> said\n\n---\n\n`code`"
    content = render(make_campaign(make_newsletter(), blocks=text(markdown))).text
    for line in ("Head", "A soft line", "- one", "- two", "  1. first", "  2. second", "> said", "code"):
        assert line in content.splitlines()
    assert "- one\n- two\n  1. first\n  2. second\n\n> said" in content


def test_no_style_stands_outside_an_element_and_no_line_is_empty_of_sense(db_session: orm.Session) -> None:
    made = render(make_campaign(make_newsletter(), blocks=text("One\n\nTwo")))
    assert '<p class="c-ink" style="margin:0 0 16px;' in made.html
    assert "prefers-color-scheme: dark" in made.html
    assert "{{" not in made.html + made.text
