"""Entering over the pages: who may, what is asked, what is written down."""

import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.mail import KEY
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry, Wording
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_sharing, make_sponsor
from tests.factories.looks import make_look
from tests.support.client import Client, location


@pytest.fixture
def stage(client: Client, db_session) -> SimpleNamespace:
    """Give an open contest of looks with a sponsor, a member who is signed in, and a look of hers."""
    sponsor = make_sponsor(legal_name="Woolmark Ltd")
    contest = make_contest(sponsor=sponsor, slug="coats", title="Best coat")
    ada = make_member("ada", country="DE", created_at=clock.now() - timedelta(days=30))
    look = make_look(ada, caption="Rain", alt="A blue coat")
    sharing = make_sharing(contest, sponsor)
    db_session.commit()
    sign_in(client, ada)
    return SimpleNamespace(contest=contest, sponsor=sponsor, ada=ada, look=look, sharing=sharing)


def filled(client: Client, **changes) -> dict:
    """Return what the form sends as it is, with a look chosen and the rules agreed to."""
    page = client.get("/contests/coats/entries/new").text
    hidden = dict(re.findall(r'<input type="hidden" name="(_notice|form_key|rules)" value="([^"]+)"', page))
    found = re.search(r'type="radio" name="look" value="([^"]+)"', page)
    typed = {**hidden, "look": found.group(1) if found else "", "accept": "true", "statement": "My first coat"}
    return {name: value for name, value in {**typed, **changes}.items() if value is not None}


def enter(client: Client, **changes):
    return client.post("/contests/coats/entries", data=filled(client, **changes))


def acts(session) -> list[tuple]:
    rows = session.scalars(sa.select(LedgerEntry).where(LedgerEntry.point == "CP3").order_by(LedgerEntry.id))
    return [(row.action, row.purpose) for row in rows]


def entries(session) -> list[Entry]:
    session.expire_all()
    return list(session.scalars(sa.select(Entry).order_by(Entry.number)))


@pytest.mark.requirement(6, 74)
def test_the_form_names_the_sponsor_and_ticks_nothing(client: Client, stage) -> None:
    page = client.get("/contests/coats/entries/new").text
    recipient = (stage.sponsor.legal_name, stage.sponsor.address, stage.sponsor.contact)
    for words in (*recipient, "your mail address", stage.sharing.purpose, "90 days", "Best coat"):
        assert words in page
    form = page.split('class="form"', 1)[1].split("</form>", 1)[0]
    assert form.count('type="checkbox"') == 2 and " checked" not in form


@pytest.mark.requirement(73, 74)
def test_an_entry_with_a_yes(app: Flask, client: Client, db_session, stage) -> None:
    app.extensions[KEY].clear()
    answer = enter(client, share=ids.encode(stage.sharing.id))
    (entry,) = entries(db_session)
    assert location(answer) == f"/contests/coats/entries/{ids.encode(entry.id)}"
    assert (entry.number, entry.state, entry.statement, entry.look_id) == (1, "entered", "My first coat", stage.look.id)
    purpose = consents.about("sponsor", stage.sharing.id)
    assert acts(db_session) == [("served", None), ("acknowledged", None), ("given", purpose)]
    assert consents.stands(stage.ada.subject_id, purpose, "site")
    acknowledged = db_session.scalar(sa.select(LedgerEntry).where(LedgerEntry.action == "acknowledged"))
    words = db_session.get_one(Wording, acknowledged.wording).text
    for said in (stage.sponsor.legal_name, stage.sponsor.address, "your mail address", "90 days", "0" * 64):
        assert said in words
    contest = db_session.get_one(Contest, stage.contest.id)
    assert contest.last_number == 1 and contest.rules_locked_at is not None
    page = client.get(location(answer)).text
    assert entry.code.hex() in page and "You agreed" in page and "Woolmark Ltd" in page
    tasks.drain(app)
    (mail,) = app.extensions[KEY].messages
    assert mail.to == stage.ada.email and entry.code.hex() in mail.text and "number is 1" in mail.text
