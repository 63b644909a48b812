"""Newsletters, subscribers, files and suppressions on the pages of marketing."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock, ids, tasks
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.imports.models import Import
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription, SuppressionNote
from clozette.privacy.models import StaffRead
from tests.factories.accounts import make_member, sign_in
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription
from tests.support.client import Client, location

WEEKLY = {
    "title": "The Weekly",
    "slug": "weekly",
    "edition": "clozette.co",
    "language": "en",
    "sender_name": "Clozette",
    "reply_to": "hello@clozette.test",
}
EVIDENCE = {"source": "The shop", "consented_on": "2026-03-01", "wording": "Yes, send me The Weekly."}


@pytest.fixture
def editor(db_session: orm.Session, client: Client) -> Member:
    member = make_member("editor", roles=("marketing",))
    sign_in(client, member, second_factor=True)
    return member


@pytest.fixture
def weekly(editor: Member) -> Newsletter:
    return make_newsletter("weekly", title="The Weekly")


def home(newsletter: Newsletter) -> str:
    return f"/marketing/newsletters/{ids.encode(newsletter.id)}"


@pytest.mark.requirement(33)
def test_several_newsletters_are_made_changed_and_closed(client: Client, db_session, editor) -> None:
    path = location(client.post("/marketing/newsletters", data=WEEKLY))
    assert location(client.post("/marketing/newsletters", data={**WEEKLY, "slug": "monthly", "title": "The Monthly"}))
    assert client.post("/marketing/newsletters", data=WEEKLY).status_code == 409
    assert "The Monthly" in client.get("/newsletters").text
    changed = {**WEEKLY, "title": "The Friday", "is_third": "true"}
    changed.pop("slug")
    assert location(client.post(path, data=changed)) == path
    made = db_session.scalars(sa.select(Newsletter).where(Newsletter.slug == "weekly")).one()
    assert (made.title, made.is_third, made.has_archive) == ("The Friday", True, False)
    for verb, status in ((None, 404), ("DELETE", 200)):
        client.post(f"{path}/closing", data={"_method": verb} if verb else {})
        assert client.get("/newsletters/weekly").status_code == status


def test_a_newsletter_may_be_in_a_language_that_the_site_does_not_speak(client: Client, editor) -> None:
    path = location(client.post("/marketing/newsletters", data={**WEEKLY, "language": "id"}))
    page = client.get(f"{path}/edit").text
    assert '<option value="id" selected>' in page, "saving its form would change its language"


@pytest.mark.parametrize(
    "wrong",
    [{"slug": "Weekly!"}, {"slug": "confirm"}, {"edition": "x"}, {"language": "xx"}, {"reply_to": "x"}, {"title": ""}],
)
def test_what_can_not_be_a_newsletter(client: Client, db_session, editor, wrong: dict[str, str]) -> None:
    answer = client.post("/marketing/newsletters", data={**WEEKLY, **wrong})
    assert answer.status_code == 422 and f'id="f-{next(iter(wrong))}-error"' in answer.text
    assert db_session.scalars(sa.select(Newsletter)).all() == []


def test_the_list_names_nobody(client: Client, db_session, weekly) -> None:
    make_subscription(weekly, make_contact("ada@example.test"))
    make_subscription(weekly, make_contact("bea@example.test"), state="unsubscribed")
    page = client.get(home(weekly)).text
    assert "a…@example.test" in page and "b…@example.test" in page
    assert "ada@" not in page and "Mode" not in page
    page = client.get(home(weekly) + "?state=unsubscribed").text
    assert "b…@example.test" in page and "a…@example.test" not in page
    assert db_session.scalars(sa.select(StaffRead)).all() == []


@pytest.mark.requirement(8)
def test_a_look_at_a_record_is_written_down(client: Client, db_session, weekly, editor) -> None:
    contact = make_subscription(weekly, make_contact("ada@example.test")).contact
    assert client.post("/marketing/subscribers", data={"email": "ada@example.test"}).status_code == 422
    assert db_session.scalars(sa.select(StaffRead)).all() == []
    typed = {"email": "Ada@Example.test", "reason": "She wrote to us"}
    page = client.post("/marketing/subscribers", data=typed).text
    assert "Ada" in page and "The Weekly" in page
    (look,) = db_session.scalars(sa.select(StaffRead)).all()
    assert (look.subject_id, look.reader_id, look.reason) == (contact.subject_id, editor.subject_id, "She wrote to us")
    assert "Nobody is known" in client.post("/marketing/subscribers", data={**typed, "email": "no@example.test"}).text


@pytest.mark.requirement(45)
def test_staff_lift_what_is_not_the_readers_own_will(client: Client, db_session, weekly, editor) -> None:
    contact = make_subscription(weekly, make_contact("ada@example.test"), state="bounced").contact
    services.suppress(contact, "left", source="page", now=clock.now())
    lift = {"_method": "DELETE", "email": "ada@example.test", "reason": "The mailbox is mended"}
    assert client.post("/marketing/suppressions", data={**lift, "suppression": "left"}).status_code == 422
    assert location(client.post("/marketing/suppressions", data={**lift, "suppression": "bounced"}))
    assert suppressions.reasons_for(contact.address_key) == {"left"}
    note = db_session.scalars(sa.select(SuppressionNote)).one()
    assert (note.deed, note.reason, note.because, note.by_id) == ("lifted", "bounced", lift["reason"], editor.id)
    assert client.post("/marketing/suppressions", data={**lift, "suppression": "bounced"}).status_code == 409
    assert db_session.scalars(sa.select(Subscription.state)).all() == ["bounced"], "nobody is subscribed by it"


@pytest.mark.requirement(45)
def test_staff_suppress_an_address_that_nobody_knows(client: Client, db_session, weekly) -> None:
    typed = {"email": "Nobody@Example.test", "reason": "Asked by phone"}
    for _ in range(2):
        assert location(client.post("/marketing/suppressions", data=typed)) == "/marketing/subscribers"
    assert suppressions.reasons_for(keys.address_key("nobody@example.test")) == {"staff"}
    assert db_session.scalar(sa.select(sa.func.count()).select_from(SuppressionNote)) == 1
    page = client.post("/marketing/subscribers", data=typed).text
    assert "staff suppressed it" in page and "Asked by phone" in page
    assert db_session.scalars(sa.select(Contact)).all() == []


@pytest.mark.requirement(4, 46)
def test_a_file_is_looked_at_and_then_taken(app: Flask, client: Client, db_session, weekly, editor) -> None:
    file = b"EMAIL,FNAME,LNAME\nada@example.test,Ada,Mode\nbea@example.test,,Mode\n"
    path = f"{home(weekly)}/imports"
    here = location(client.post(path, data={**EVIDENCE, "file": (io.BytesIO(file), "list.csv")}))
    page = client.get(here).text
    assert "0 of 2 rows" in page and "data-live" in page
    tasks.drain(app)
    page = client.get(here).text
    assert "data-live" not in page
    assert "Import 1 person" in page and "FNAME" in page and 'data-outcome="wrong">1<' in page
    assert db_session.scalars(sa.select(Contact)).all() == []
    assert location(client.post(here)) == here == location(client.post(here))
    tasks.drain(app)
    assert 'data-outcome="new">1<' in client.get(here).text
    assert db_session.scalars(sa.select(Contact.canonical)).all() == ["ada@example.test"]
    assert db_session.scalars(sa.select(Import.made_by_id)).all() == [editor.id]
    assert "ada@example.test" not in client.get(here).text and "The shop" in client.get(path).text
    other = make_newsletter("other")
    assert client.get(here.replace(ids.encode(weekly.id), ids.encode(other.id))).status_code == 404


@pytest.mark.requirement(46)
@pytest.mark.parametrize("missing", ["file", "source", "consented_on", "wording"])
def test_a_file_needs_its_evidence(client: Client, db_session, weekly, missing: str) -> None:
    file = (io.BytesIO(b"EMAIL,FNAME,LNAME\nada@example.test,Ada,Mode\n"), "list.csv")
    typed = {name: value for name, value in {**EVIDENCE, "file": file}.items() if name != missing}
    answer = client.post(f"{home(weekly)}/imports", data=typed, content_type="multipart/form-data")
    assert answer.status_code == 422 and f'id="f-{missing}-error"' in answer.text
    assert db_session.scalars(sa.select(Import)).all() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"consented_on": "2099-01-01"}, "to come"),
        ({"consented_on": "yesterday"}, "date"),
        ({"file": b"name\nAda\n"}, "missing"),
        ({"file": b"EMAIL,FNAME,LNAME\n" + b"," * 10 * 1024 * 1024}, "10 MB"),
    ],
)
def test_a_wrong_file_or_evidence(client: Client, db_session, weekly, changed, said: str) -> None:
    typed = {**EVIDENCE, "file": b"EMAIL,FNAME,LNAME\nada@example.test,Ada,Mode\n", **changed}
    typed["file"] = (io.BytesIO(typed["file"]), "list.csv")
    answer = client.post(f"{home(weekly)}/imports", data=typed)
    assert answer.status_code == 422 and said in answer.text


def test_a_file_can_be_dropped_on_its_page(app: Flask, client: Client, db_session, weekly) -> None:
    file = (io.BytesIO(b"EMAIL,FNAME,LNAME\nada@example.test,Ada,Mode\n"), "list.csv")
    here = location(client.post(f"{home(weekly)}/imports", data={**EVIDENCE, "file": file}))
    tasks.drain(app)
    client.post(here, data={"_method": "DELETE"})
    client.post(here)
    tasks.drain(app)
    assert db_session.scalars(sa.select(Import.state)).all() == ["dropped"]
    assert db_session.scalars(sa.select(Contact)).all() == []
