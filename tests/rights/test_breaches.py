"""The breach register: clocks, the list of people out of the access log, mails to them, the alarm."""

import csv
import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.mail import KEY, MemoryOutbox, Message
from clozette.privacy import staff_reads
from clozette.privacy.models import StaffRead
from clozette.rights.desk import breaches, rules
from clozette.rights.desk import tasks as desk_tasks
from clozette.rights.desk.models import Breach, BreachPerson
from tests.factories.accounts import make_member, sign_in
from tests.factories.desk import make_breach
from tests.support.application import Clock
from tests.support.client import Client


def mails(app: Flask, to: str) -> list[Message]:
    """Return what an address got so far."""
    tasks.drain(app)
    outbox: MemoryOutbox = app.extensions[KEY]
    return [message for message in outbox.messages if message.to == to]


@pytest.fixture(autouse=True)
def _empty_outbox(app: Flask) -> None:
    app.extensions[KEY].clear()


@pytest.fixture
def admin(db_session: orm.Session, client: Client, stopped_clock: Clock) -> Member:
    """Sign an admin in, with a second factor."""
    member = make_member("keeper", roles=("admin",))
    sign_in(client, member, second_factor=True)
    return member


def do(client: Client, breach: Breach, deed: str, **typed: str):
    return client.post(f"/admin/breaches/{ids.encode(breach.id)}/{deed}", data=typed)


def utc(moment) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M")


FACTS = {"title": "A lost laptop", "what": "It was left in a train.", "laws": ["ID", "EU"], "risk": "some"}


@pytest.mark.requirement(134)
def test_entering_a_breach_starts_its_clocks(client: Client, db_session: orm.Session, admin: Member) -> None:
    noticed = clock.now().replace(second=0, microsecond=0) - timedelta(hours=2)
    answer = client.post("/admin/breaches", data={**FACTS, "noticed_at": utc(noticed)})
    assert answer.status_code == 303
    made = db_session.scalars(sa.select(Breach)).one()
    dues = {duty.clock.id: duty.due_at for duty in breaches.duties(made, clock.now())}
    assert dues == dict.fromkeys(("ID:authority", "ID:people", "EU:authority"), noticed + timedelta(hours=72))
    page = client.get(answer.headers["Location"]).text
    assert "UU PDP 27/2022 art. 46" in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"noticed_at": ""},
        {"noticed_at": "yesterday"},
        {"noticed_at": "2999-01-01T00:00"},
        {"laws": []},
        {"laws": ["XX"]},
        {"risk": "none at all"},
        {"title": ""},
        {"what": "x" * 4001},
    ],
)
def test_what_does_not_fit_is_422(client: Client, db_session: orm.Session, admin: Member, wrong: dict) -> None:
    given = {**FACTS, "noticed_at": utc(clock.now() - timedelta(hours=1)), **wrong}
    assert client.post("/admin/breaches", data=given).status_code == 422
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Breach)) == 0


@pytest.mark.requirement(8, 134)
def test_the_list_of_people_comes_from_the_access_log(
    client: Client, db_session: orm.Session, admin: Member, stopped_clock: Clock
) -> None:
    other = make_member("other", roles=("admin",))
    ada, bo, kim = (make_member(name) for name in ("ada", "bo", "kim"))
    for reader, read in ((other, ada), (other, ada), (admin, bo), (other, kim)):
        if read is kim:
            stopped_clock.forward(days=2)
        staff_reads.note(
            subject_id=read.subject_id, reader_id=reader.subject_id, what="record", reason="a reason", now=clock.now()
        )
    made = make_breach(admin)
    span = {"since": utc(clock.now() - timedelta(days=3)), "until": utc(clock.now() - timedelta(days=1))}
    for _ in range(2):
        assert do(client, made, "log", **span, handle="other").status_code == 303
    listed = do(client, made, "people.csv")
    rows = list(csv.DictReader(io.StringIO(listed.text)))
    assert [(row["handle"], row["mail"], row["why"]) for row in rows] == [("ada", "ada@example.test", "access log")]
    taken = sa.select(sa.func.count()).where(
        StaffRead.what == "list of a breach", StaffRead.subject_id == ada.subject_id
    )
    assert db_session.scalar(taken) == 1
    assert do(client, made, "log", **span).status_code == 303
    assert breaches.count_people(made.id) == 2
    assert do(client, made, "log", **span, handle="nobody").status_code == 409


@pytest.mark.requirement(134)
def test_people_are_told_once_each(app: Flask, client: Client, db_session: orm.Session, admin: Member) -> None:
    made = make_breach(admin)
    make_member("ada")
    make_member("bo")
    assert do(client, made, "names", text="@ada, bo").status_code == 303
    assert do(client, made, "names", text="ada nobody").status_code == 409
    for _ in range(2):
        assert do(client, made, "words", text="Your address was on a lost laptop.").status_code == 303
        tasks.drain(app)
    (mail,) = mails(app, "ada@example.test")
    assert "Your address was on a lost laptop." in mail.text
    assert db_session.scalar(sa.select(sa.func.count()).where(BreachPerson.told_at.is_not(None))) == 2


@pytest.mark.requirement(134)
def test_a_duty_done_is_done_and_a_late_one_is_late(
    client: Client, db_session: orm.Session, admin: Member, stopped_clock: Clock
) -> None:
    made = make_breach(admin, laws=["ID"])
    assert do(client, made, "duty", clock="ID:authority", text="Reported.", evidence="no. 5").status_code == 303
    stopped_clock.forward(hours=73)
    sign_in(client, admin, second_factor=True)
    assert do(client, made, "duty", clock="ID:people", text="Mailed.").status_code == 303
    assert {duty.clock.id: duty.standing for duty in breaches.duties(made, clock.now())} == {
        "ID:authority": "done",
        "ID:people": "late",
    }


@pytest.mark.requirement(134)
def test_the_alarm_names_what_runs_out(
    app: Flask, client: Client, db_session: orm.Session, admin: Member, stopped_clock: Clock
) -> None:
    made = make_breach(admin, laws=["EU"])
    stopped_clock.forward(hours=73)
    for _ in range(2):
        tasks.enqueue(desk_tasks.watch_clocks)
        db_session.commit()
        tasks.drain(app)
    (mail,) = mails(app, admin.email)
    assert f"{ids.encode(made.id)} EU:authority" in mail.text


@pytest.mark.requirement(134)
def test_singapore_waits_for_the_assessment(client: Client, db_session: orm.Session, admin: Member) -> None:
    made = make_breach(admin, laws=["SG"], risk="high")
    assert {duty.standing for duty in breaches.duties(made, clock.now())} == {"waits"}
    assert do(client, made, "assessment", risk="high", text="Identity numbers.").status_code == 303
    db_session.refresh(made)
    dues = {duty.due_at for duty in breaches.duties(made, clock.now())}
    assert dues == {clock.now() + timedelta(days=3)}


@pytest.mark.requirement(134)
def test_an_assessment_that_found_nothing_starts_no_clock(
    client: Client, db_session: orm.Session, admin: Member, stopped_clock: Clock
) -> None:
    made = make_breach(admin, laws=["SG"], risk="none")
    do(client, made, "assessment", risk="none", text="Nothing was read.")
    stopped_clock.forward(days=10)
    do(client, made, "assessment", risk="high", text="Identity numbers after all.")
    db_session.refresh(made)
    dues = {duty.due_at for duty in breaches.duties(made, clock.now())}
    assert dues == {clock.now() + timedelta(days=3)}


@pytest.mark.requirement(134)
def test_five_hundred_people_start_singapores_clock(
    admin: Member, stopped_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MANY", 2)
    now = stopped_clock.stop()
    made = make_breach(admin, laws=["SG"], risk="some")
    breaches.add_people(made, [make_member().subject_id], why="test", now=now)
    assert breaches.duties(made, now) == []
    breaches.add_people(made, [make_member().subject_id], why="test", now=now)
    assert [duty.due_at for duty in breaches.duties(made, now)] == [now + timedelta(days=3)]


@pytest.mark.requirement(134)
def test_an_assessment_that_stays_out_is_brought_up_once(admin: Member, stopped_clock: Clock) -> None:
    stopped_clock.stop()
    make_breach(admin, laws=["SG"], risk="high")
    assert breaches.alarms(clock.now()) == ([], [])
    stopped_clock.forward(days=7)
    overdue, soon = breaches.alarms(clock.now())
    assert (overdue, len(soon)) == ([], 2)
    assert breaches.alarms(clock.now()) == ([], [])


def test_no_other_deed(client: Client, admin: Member) -> None:
    assert do(client, make_breach(admin), "mischief").status_code == 404


@pytest.mark.parametrize("deed", ["facts", "assessment", "duty", "log", "names", "words", "closing"])
def test_every_form_opens_and_an_empty_one_is_422(client: Client, admin: Member, deed: str) -> None:
    made = make_breach(admin)
    assert client.get(f"/admin/breaches/{ids.encode(made.id)}?do={deed}").status_code == 200
    assert do(client, made, deed).status_code == 422
