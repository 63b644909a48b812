"""Entering over the pages: who may, what is asked, what is written down."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace

import pytest
import sqlalchemy as sa
from flask import Flask

from clozette.accounts.models import Member
from clozette.accounts.services import tokens
from clozette.contests import facts
from clozette.contests.entering import freezing, queries, services
from clozette.contests.entering import photos as entry_photos
from clozette.contests.entering.models import Entry, Snapshot
from clozette.contests.entering.services import Sent
from clozette.contests.planning import life
from clozette.contests.planning import queries as contests
from clozette.contests.planning.models import Contest, Rules
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY
from clozette.kernel.refusal import Refused
from clozette.looks.models import Look
from clozette.media import services as media
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry, Wording
from tests.factories import photos
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.factories.contests import make_contest, make_entry, make_judge, make_sharing, make_sponsor
from tests.factories.looks import make_look
from tests.support.client import Client, location
from tests.support.races import at_once


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


@pytest.fixture
def program(client: Client, stage):
    """Give a function that calls the API as Ada."""
    token = tokens.make(stage.ada.id, name="t", scopes=("contests:read", "contests:write"), days=1, now=clock.now())

    def call(method: str, path: str, **options):
        return client.open(f"/api/v1{path}", method=method, headers={"Authorization": f"Bearer {token}"}, **options)

    return call


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


def test_the_form_names_the_zone_of_the_close(client: Client, db_session, stage) -> None:
    closes = datetime(2099, 5, 1, 3, 4, 36, tzinfo=UTC)
    stage.contest.time_zone, stage.contest.closes_at = "Asia/Tokyo", closes
    stage.contest.draw_at = stage.contest.announce_at = closes + timedelta(days=1)
    page = client.get("/contests/coats/entries/new").text.replace("\u202f", " ")
    assert "until the contest closes, May 1, 2099, 12:04 PM (Asia/Tokyo)." in page


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


@pytest.mark.requirement(6, 74)
def test_what_is_not_ticked_is_refused_and_the_entry_counts(client: Client, db_session, stage) -> None:
    assert enter(client).status_code == 303
    assert [entry.state for entry in entries(db_session)] == ["entered"]
    purpose = consents.about("sponsor", stage.sharing.id)
    assert acts(db_session)[-1] == ("refused", purpose)
    assert not consents.stands(stage.ada.subject_id, purpose, "site")


@pytest.mark.requirement(4)
def test_what_is_optional_may_be_left_out(client: Client, db_session, stage) -> None:
    assert enter(client, statement=None).status_code == 303
    assert entries(db_session)[0].statement == ""


@pytest.mark.requirement(4)
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accept", None),
        ("accept", "false"),
        ("rules", None),
        ("rules", "f" * 65),
        ("form_key", None),
        ("look", "!"),
        ("share", "nothing-we-know"),
        ("statement", "x" * 501),
        ("statement", "4111 1111 1111 1111"),
        ("unknown", "1"),
    ],
)
def test_bad_input(client: Client, db_session, stage, field: str, value: str | None) -> None:
    answer = enter(client, **{field: value})
    assert answer.status_code == 422 and "4111" not in answer.text
    assert entries(db_session) == [] and acts(db_session) == []
    assert "Woolmark Ltd" in answer.text  # the form again, with what it asks


def make_rules(contest: Contest) -> None:
    words = {"language": "en", "content": {}, "text": "Other rules", "sha256": "1" * 64, "made_at": clock.now()}
    made = Rules(contest_id=contest.id, number=2, **words)
    db.session.add(made)
    db.session.flush()
    contest.rules_id = made.id


REFUSALS = {
    "country": lambda stage: setattr(stage.ada, "country", "US"),
    "age": lambda stage: setattr(stage.contest, "min_age", 90),
    "account_age": lambda stage: setattr(stage.contest, "min_account_days", 31),
    "judge": lambda stage: make_judge(stage.contest, stage.ada),
    "sponsors": lambda stage: setattr(stage.sponsor, "domains", [stage.ada.email.rpartition("@")[2]]),
    "entered": lambda stage: make_entry(stage.contest, stage.ada),
    "early": lambda stage: setattr(stage.contest, "state", "published"),
    "late": lambda stage: setattr(stage.contest, "closes_at", clock.now()),
    "over": lambda stage: setattr(stage.contest, "state", "closed"),
    "look_hidden": lambda stage: setattr(stage.look, "visibility", "followers"),
    "rules_changed": lambda stage: make_rules(stage.contest),
    "sharing_needed": lambda stage: setattr(stage.sharing, "is_required", True),
}


@pytest.mark.requirement(73, 74)
@pytest.mark.parametrize("reason", REFUSALS)
def test_refused_over_the_page_and_the_api(client: Client, db_session, stage, program, reason: str) -> None:
    typed, form = filled(client), program("GET", "/contests/coats/entries/new").json
    REFUSALS[reason](stage)
    db_session.commit()
    if reason == "sharing_needed":  # the form says so, so that another was shown
        typed, form = filled(client), program("GET", "/contests/coats/entries/new").json
    asked = {"rules": form["rules"], "notice": form["notice"], "accept": True, "form_key": "my-own-key"}
    before = len(entries(db_session))
    answer = client.post("/contests/coats/entries", data=typed)
    assert answer.status_code == 409
    by_program = program("POST", "/contests/coats/entries", json={**asked, "look": ids.encode(stage.look.id)})
    assert by_program.status_code == 409
    assert by_program.json["code"] == {"late": "closed", "over": "closed"}.get(reason, reason)
    assert len(entries(db_session)) == before and acts(db_session) == []
    assert db_session.get_one(Contest, stage.contest.id).rules_locked_at is None


def test_staff_children_and_the_unconfirmed_can_not(client: Client, db_session, stage) -> None:
    typed = filled(client)
    moe, mina = make_member("moe", roles=("moderator",), country="DE"), make_minor("mina", country="DE")
    for member, why in ((moe, "Staff of this site"), (mina, "18 or older")):
        look = make_look(member)
        db_session.commit()
        sign_in(client, member)
        answer = client.post("/contests/coats/entries", data={**typed, "look": ids.encode(look.id)})
        assert answer.status_code == 409 and why in answer.text
        assert why in client.get("/contests/coats/entries/new").text
    sign_in(client, make_member("una", confirmed=False))
    assert location(client.post("/contests/coats/entries", data=typed)) == "/confirm"
    assert entries(db_session) == []


@pytest.mark.requirement(24)
def test_a_minor_is_not_asked_to_share(client: Client, db_session, stage) -> None:
    stage.contest.min_age = 16
    mina = make_minor("mina", country="DE")
    make_look(mina)
    db_session.commit()
    sign_in(client, mina)
    page = client.get("/contests/coats/entries/new").text
    assert 'name="share"' not in page and "parent or guardian" in page
    assert enter(client, share=ids.encode(stage.sharing.id)).status_code == 409
    assert entries(db_session) == []
    assert enter(client).status_code == 303
    assert acts(db_session) == [("served", None), ("acknowledged", None)]
    stage.sharing.is_required = True
    db_session.query(Entry).delete()
    db_session.commit()
    assert enter(client).status_code == 409 and entries(db_session) == []


@pytest.mark.requirement(74)
def test_another_sponsor_on_the_form_than_now_is_shown_again(client: Client, db_session, stage) -> None:
    typed = filled(client, share=ids.encode(stage.sharing.id))
    stage.sharing.replaced_at = clock.now()
    other = make_sharing(stage.contest, make_sponsor(legal_name="Linen GmbH"))
    db_session.commit()
    answer = client.post("/contests/coats/entries", data=typed)
    assert answer.status_code == 409 and "Linen GmbH" in answer.text and acts(db_session) == []
    typed.pop("share")  # nobody can say no to whom they were not shown either
    assert client.post("/contests/coats/entries", data=typed).status_code == 409 and acts(db_session) == []
    assert enter(client, share=ids.encode(other.id)).status_code == 303
    assert acts(db_session)[-1] == ("given", consents.about("sponsor", other.id))


def test_rules_that_change_at_the_same_moment(db_session, stage, monkeypatch) -> None:
    agreed = contests.rules_of(stage.contest)
    make_rules(stage.contest)
    db_session.commit()
    monkeypatch.setattr(contests, "rules_of", lambda contest: agreed)
    with pytest.raises(Refused, match="rules_changed"):
        services.enter(stage.contest, stage.ada, Sent("0" * 64, "key-00001", stage.look), now=clock.now())
    assert entries(db_session) == []


def test_a_form_without_its_notice_counts_for_nothing(client: Client, db_session, stage) -> None:
    for notice in (None, "not-ours"):
        assert enter(client, _notice=notice).status_code == 409
    assert entries(db_session) == []


def test_a_form_sent_twice_makes_one_entry(client: Client, db_session, stage) -> None:
    typed = filled(client)
    first, second = (client.post("/contests/coats/entries", data=typed) for _ in range(2))
    assert location(first) == location(second) and len(entries(db_session)) == 1
    assert location(client.get("/contests/coats/entries/new")) == location(first)


def test_a_look_of_somebody_else_is_not_there(client: Client, db_session, stage) -> None:
    other = make_look(make_member("bea"))
    db_session.commit()
    assert enter(client, look=ids.encode(other.id)).status_code == 404
    assert entries(db_session) == []


@pytest.mark.requirement(114)
def test_a_yes_after_the_signal_of_the_browser_counts(client: Client, db_session, stage) -> None:
    client.get("/contests", headers={"Sec-GPC": "1"})
    enter(client, share=ids.encode(stage.sharing.id))
    purpose = consents.about("sponsor", stage.sharing.id)
    assert consents.stands(stage.ada.subject_id, purpose, "site")


def test_photos_for_the_contest_alone(app: Flask, client: Client, db_session, stage) -> None:
    stage.contest.entry_kind = "photos"
    db_session.commit()
    two = [(photos.upload().stream, f"{number}.jpg") for number in range(2)]
    none = enter(client, look=None)
    assert none.status_code == 409 and "Send one to 4 photos" in none.text
    wrong = enter(client, look=None, photos=(photos.upload(b"no photo").stream, "1.jpg"))
    assert wrong.status_code == 422 and entries(db_session) == []
    answer = enter(client, look=None, photos=two, alts="Blue")
    assert answer.status_code == 303
    shots = entry_photos.of([entries(db_session)[0].id])[entries(db_session)[0].id]
    assert [shot.alt for shot in shots] == ["Blue", ""] and all(shot.photo.public_token is None for shot in shots)
    snapshot = db_session.scalars(sa.select(Snapshot)).one()
    assert snapshot.photos == [shot.photo.sha256 for shot in shots] and snapshot.look_version is None


def test_no_room_for_the_copies(app: Flask, client: Client, db_session, stage, monkeypatch) -> None:
    monkeypatch.setattr(media, "_quota", lambda: 1500)
    answer = enter(client)
    assert answer.status_code == 409 and "take up all" in answer.text
    assert entries(db_session) == [] and acts(db_session) == []


def test_nothing_but_a_press(client: Client, db_session, stage) -> None:
    stage.contest.entry_kind = "none"
    db_session.commit()
    assert (
        enter(client, look=ids.encode(stage.look.id)).status_code == 303
    )  # what it doesn't ask for counts for nothing
    assert entries(db_session)[0].look_id is None and entry_photos.of([entries(db_session)[0].id]) == {}
    sign_in(client, make_member("bea"))
    assert "Ada" not in client.get("/contests/coats/entries").text  # who takes part is nobody's business


def entering(stage, *, now):
    """Return a deed that enters Ada with a form of a given key, and leaves no transaction open meanwhile."""
    who, what, which = stage.ada.id, stage.contest.id, stage.look.id
    db.session.commit()

    def enter_with(key: str) -> None:
        contest, member, look = db.session.get_one(Contest, what), db.session.get_one(Member, who), which
        services.enter(contest, member, Sent("0" * 64, key, db.session.get_one(Look, look)), now=now)

    return enter_with


def test_twenty_at_once_make_one_entry(app: Flask, db_session, stage) -> None:
    enter_with, purpose = entering(stage, now=clock.now()), consents.about("sponsor", stage.sharing.id)
    db_session.commit()
    raised = at_once(app, *(partial(enter_with, f"key-{number % 10:08}") for number in range(20)))
    assert {type(error) for error in raised} <= {Refused}
    (entry,) = entries(db_session)
    assert entry.number == db_session.scalar(sa.select(Contest.last_number)) == 1
    assert acts(db_session) == [("acknowledged", None), ("refused", purpose)]


def test_an_entry_against_the_close(app: Flask, db_session, stage) -> None:
    """Whatever comes first: what is in the list was entered before it was made."""
    now, contest_id = clock.now(), stage.contest.id
    stage.contest.closes_at = now + timedelta(hours=1)
    enter_with = entering(stage, now=now)

    def close() -> None:
        life.move(db.session.get_one(Contest, contest_id), "closed", now=now + timedelta(hours=2))
        freezing.freeze(contest_id, now=now + timedelta(hours=2), save=db.session.commit)

    raised = at_once(app, partial(enter_with, "key-00001"), close)
    assert {type(error) for error in raised} <= {Refused}
    listed = facts.of(contest_id, "entries")
    assert listed is not None
    assert listed.content["count"] == len(queries.frozen(contest_id)) == len(entries(db_session)) == 1 - len(raised)
