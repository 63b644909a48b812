"""The public archive: pages and a feed with nobody's name, nothing that counts, no way to unsubscribe anybody."""

from xml.etree import ElementTree as Xml

import pytest
from sqlalchemy import orm

from clozette.kernel import clock, ids
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.subscriptions.models import Newsletter
from tests.factories.accounts import make_member
from tests.factories.looks import make_look
from tests.factories.newsletters import make_campaign, make_newsletter
from tests.support.client import Client

ATOM = "{http://www.w3.org/2005/Atom}"
PERSONAL = (
    'Dear {{ first_name | "reader" }} {{ last_name }}, [leave]({{ unsubscribe_url }}), [why]({{ why_url }}), '
    "[out](https://out.example/) & <b>"
)


def sent(newsletter: Newsletter, **columns) -> Campaign:
    now = clock.now()
    return make_campaign(newsletter, **{"state": "finished", "started_at": now, "archived_at": now, **columns})


@pytest.mark.requirement(48)
def test_a_letter_for_everybody(client: Client, db_session: orm.Session) -> None:
    newsletter = make_newsletter("weekly")
    blocks = [{"kind": "text", "markdown": PERSONAL}]
    letter = sent(newsletter, blocks=blocks, subject_line="For {{ first_name }} alone", tracks=True)
    page = client.get(f"/newsletters/weekly/archive/{ids.encode(letter.id)}")
    assert page.status_code == 200
    assert "Dear reader, <a" in page.text
    assert 'href="https://out.example/"' in page.text
    assert "&lt;b&gt;" in page.text
    assert "<h1>For alone</h1>" in page.text
    for never in ("UNSUBSCRIBE", "/u/", "/why/", "link:", "\ue000", "{{"):
        assert never not in page.text
    assert 'style="' not in page.text
    assert "For alone" in client.get("/newsletters/weekly/archive").text


@pytest.mark.requirement(48)
def test_the_feed_is_atom(client: Client, db_session: orm.Session) -> None:
    newsletter = make_newsletter("weekly")
    letter = sent(newsletter, blocks=[{"kind": "text", "markdown": PERSONAL}])
    answer = client.get("/newsletters/weekly/archive.atom")
    assert (answer.status_code, answer.mimetype) == (200, "application/atom+xml")
    feed = Xml.fromstring(answer.data)
    assert feed.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert feed.findtext(f"{ATOM}{name}")
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}id") == f"https://localhost/newsletters/weekly/archive/{ids.encode(letter.id)}"
    assert entry.findtext(f"{ATOM}updated").endswith("Z")
    content = entry.find(f"{ATOM}content")
    assert content.get("type") == "html"
    assert "Dear reader" in content.text
    assert "\ue000" not in answer.text


@pytest.mark.requirement(48)
@pytest.mark.parametrize(
    "columns",
    [{"archived_at": None}, {"kind": "digest"}, {"state": "draft", "archived_at": None}],
)
def test_what_is_not_for_everybody_is_not_there(client: Client, db_session: orm.Session, columns: dict) -> None:
    letter = sent(make_newsletter("weekly"), **columns)
    assert client.get(f"/newsletters/weekly/archive/{ids.encode(letter.id)}").status_code == 404
    assert "Nothing here yet" in client.get("/newsletters/weekly/archive").text
    assert b"<entry" not in client.get("/newsletters/weekly/archive.atom").data


def test_an_archive_that_is_not_open_is_404(client: Client, db_session: orm.Session) -> None:
    letter = sent(make_newsletter("weekly", has_archive=False))
    other = make_newsletter("other")
    for path in ("weekly/archive", "weekly/archive.atom", f"weekly/archive/{ids.encode(letter.id)}"):
        assert client.get(f"/newsletters/{path}").status_code == 404
    assert client.get(f"/newsletters/{other.slug}/archive/{ids.encode(letter.id)}").status_code == 404
    assert client.get("/newsletters/nothing/archive").status_code == 404


def test_a_look_that_was_hidden_since_is_left_out(client: Client, db_session: orm.Session) -> None:
    look = make_look(make_member("olivia"), caption="Red coat")
    blocks = [{"kind": "look", "look": ids.encode(look.id)}, {"kind": "heading", "text": "Still here"}]
    letter = sent(make_newsletter("weekly"), blocks=blocks)
    path = f"/newsletters/weekly/archive/{ids.encode(letter.id)}"
    assert "Red coat" in client.get(path).text
    look.visibility = "members"
    page = client.get(path)
    assert "Red coat" not in page.text
    assert "Still here" in page.text
