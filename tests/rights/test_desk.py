"""The desk as staff use it: opening, proof, replies, time, outcomes; the alarm; the figures."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.mail import KEY, MemoryOutbox, Message
from clozette.privacy.models import StaffRead
from clozette.rights.desk import checks, queries, services
from clozette.rights.desk import tasks as desk_tasks
from clozette.rights.desk.models import Event, Request
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.erasure.models import Erasure
from clozette.rights.export.models import Export
from tests.factories.accounts import make_member, sign_in
from tests.factories.desk import ask
from tests.support.application import Clock
from tests.support.client import Client, location


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


@pytest.fixture
def asked(db_session: orm.Session, client: Client, admin: Member) -> Request:
    """A correction that a member in Germany asked for, opened by the admin."""
    made = ask(make_member("ada"))
    assert do(client, made, "opening").status_code == 303
    return made


def path(request: Request) -> str:
    return f"/admin/requests/{ids.encode(request.id)}"


def do(client: Client, request: Request, deed: str, **typed: str):
    return client.post(f"{path(request)}/{deed}", data=typed)


def events_of(session: orm.Session, request: Request) -> list[str]:
    return list(session.scalars(sa.select(Event.what).where(Event.request_id == request.id).order_by(Event.id)))


@pytest.mark.requirement(8)
def test_what_was_written_is_shown_only_to_who_opened_it_and_that_is_written_down(
    client: Client, db_session: orm.Session, admin: Member
) -> None:
    made = ask(make_member("ada"), text="My secret is blue.")
    assert "My secret is blue." not in client.get(path(made)).text
    assert "blue" not in client.get("/admin/requests").text
    assert location(do(client, made, "reply", text="Hello")) == path(made)
    assert events_of(db_session, made) == ["received"]
    for _ in range(2):
        do(client, made, "opening")
    assert "My secret is blue." in client.get(path(made)).text
    (read,) = db_session.scalars(sa.select(StaffRead)).all()
    assert (read.subject_id, read.reader_id) == (made.subject_id, admin.subject_id)


@pytest.mark.requirement(8)
def test_each_of_the_staff_opens_a_request_for_themself(
    client: Client, db_session: orm.Session, asked: Request
) -> None:
    other = client.application.test_client()
    sign_in(other, make_member("other", roles=("admin",)), second_factor=True)
    assert asked.text not in other.get(path(asked)).text
    assert asked.text in client.get(path(asked)).text


@pytest.mark.requirement(133)
def test_a_template_reply_reaches_the_person(app: Flask, client: Client, asked: Request, admin: Member) -> None:
    page = client.get(f"{path(asked)}?do=reply&with=corrected").text
    assert "told everybody who had received the old version" in page
    assert do(client, asked, "reply", text="We are at it.", evidence="note 7").status_code == 303
    mail = mails(app, "ada@example.test")[-1]
    assert "We are at it." in mail.text
    assert "note 7" not in mail.text


@pytest.mark.requirement(91, 133)
def test_an_outcome_closes_with_words_and_evidence_once(
    app: Flask, client: Client, db_session: orm.Session, asked: Request
) -> None:
    done = {"outcome": "done", "text": "It is mended.", "evidence": "change 12"}
    assert do(client, asked, "outcome", **done).status_code == 303
    assert do(client, asked, "outcome", **done).status_code == 409
    db_session.refresh(asked)
    assert (asked.outcome, asked.closed_at) == ("done", clock.now())
    assert events_of(db_session, asked) == ["received", "closed"]
    assert "It is mended." in mails(app, "ada@example.test")[-1].text


@pytest.mark.requirement(91)
def test_a_correction_that_is_done_is_told_to_recipients(
    client: Client, asked: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = []
    monkeypatch.setattr(services, "tell_recipients", lambda subject_id, **more: told.append((subject_id, more["kind"])))
    do(client, asked, "outcome", outcome="refused", text="It is right as it is.")
    assert told == []
    other = ask(make_member("bo"))
    do(client, other, "opening")
    do(client, other, "outcome", outcome="done", text="It is mended.")
    assert told == [(other.subject_id, "correction")]


@pytest.mark.requirement(133)
@pytest.mark.parametrize(("kind", "table"), [("access", Export), ("export", Export), ("erasure", Erasure)])
def test_what_is_promised_is_done(
    client: Client, db_session: orm.Session, admin: Member, kind: str, table: type[Export] | type[Erasure]
) -> None:
    made = ask(make_member("ada"), kind=kind)
    do(client, made, "opening")
    assert do(client, made, "outcome", outcome="done", text="Here it is.").status_code == 303
    assert db_session.scalars(sa.select(table.subject_id)).all() == [made.subject_id]


def test_an_erasure_in_part_is_not_a_whole_one(client: Client, db_session: orm.Session, admin: Member) -> None:
    made = ask(make_member("ada"), kind="erasure")
    do(client, made, "opening")
    assert "gone after 14 days" in client.get(f"{path(made)}?do=outcome").text
    assert do(client, made, "outcome", outcome="part", text="The photos.").status_code == 303
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Erasure)) == 0


def test_an_erasure_that_is_refused_leaves_the_request_open(
    client: Client, db_session: orm.Session, admin: Member
) -> None:
    made = ask(admin, kind="erasure")
    do(client, made, "opening")
    assert do(client, made, "outcome", outcome="done", text="Gone.").status_code == 409
    db_session.refresh(made)
    assert (made.closed_at, db_session.scalar(sa.select(sa.func.count()).select_from(Erasure))) == (None, 0)


@pytest.mark.requirement(105)
def test_an_erasure_empties_what_was_asked_and_leaves_that_it_was_answered(
    app: Flask, client: Client, db_session: orm.Session, asked: Request, stopped_clock: Clock
) -> None:
    do(client, asked, "outcome", outcome="done", text="It is mended, Ada.")
    erasures.ask(asked.subject_id, via="desk", now=clock.now())
    db_session.commit()
    stopped_clock.forward(days=15)
    erasure_tasks.execute_due()
    db_session.commit()
    tasks.drain(app)
    db_session.expire_all()
    left = db_session.scalars(sa.select(Request)).one()
    assert (left.kind, left.outcome, left.name, left.address, left.text) == ("correction", "done", "", "", "")
    assert set(db_session.scalars(sa.select(Event.text))) == {""}


@pytest.mark.requirement(88, 133)
def test_more_time_as_far_as_the_law_lets_it(
    app: Flask, client: Client, db_session: orm.Session, asked: Request, stopped_clock: Clock
) -> None:
    due = asked.due_at
    far = (due.date().replace(year=due.year + 1)).isoformat()
    assert do(client, asked, "extension", until=far, text="Much to search.").status_code == 409
    assert do(client, asked, "extension", until="soon", text="Much to search.").status_code == 422
    later = (due.date().replace(day=28)).isoformat() if due.day < 28 else None
    stopped_clock.forward(days=1)
    until = later or (services.rules.months_later(due, 1)).date().isoformat()
    assert do(client, asked, "extension", until=until, text="Much to search.").status_code == 303
    db_session.refresh(asked)
    assert asked.due_at.date().isoformat() == until
    assert "Much to search." in mails(app, "ada@example.test")[-1].text
    assert do(client, asked, "extension", until=until, text="Again.").status_code == 409


@pytest.mark.requirement(88)
def test_indonesia_gives_no_more_time(client: Client, db_session: orm.Session, admin: Member) -> None:
    made = ask(make_member("ada", country="ID"))
    do(client, made, "opening")
    assert (made.due_at - made.received_at).total_seconds() == 72 * 3600
    answer = do(client, made, "extension", until="2030-01-01", text="Please.")
    assert answer.status_code == 409


@pytest.mark.requirement(86, 133)
def test_who_wrote_from_elsewhere_is_checked_by_staff(client: Client, db_session: orm.Session, admin: Member) -> None:
    member = make_member("ada")
    app_client = client.application.test_client()
    app_client.post("/contact", data={"email": "old@example.test", "kind": "access", "text": "It is me, Ada."})
    made = db_session.scalars(sa.select(Request)).one()
    do(client, made, "opening")
    assert do(client, made, "outcome", outcome="done", text="Here.").status_code == 409
    assert do(client, made, "identity", evidence="", handle="ada").status_code == 422
    assert do(client, made, "identity", evidence="rang back", handle="nobody").status_code == 409
    assert do(client, made, "identity", evidence="rang back", handle="@Ada").status_code == 303
    db_session.refresh(made)
    assert (made.subject_id, made.identified_how, made.paused_at) == (member.subject_id, "staff", None)


@pytest.mark.requirement(88)
def test_the_clock_stands_still_only_for_a_proof(client: Client, db_session: orm.Session, asked: Request) -> None:
    assert do(client, asked, "proof", text="Who are you?").status_code == 409


def test_sorting_anew_counts_from_the_beginning(
    client: Client, db_session: orm.Session, admin: Member, stopped_clock: Clock
) -> None:
    made = ask(make_member("ada"), kind="contact")
    do(client, made, "opening")
    stopped_clock.forward(hours=10)
    assert do(client, made, "sorting", kind="access", law="ID").status_code == 303
    db_session.refresh(made)
    assert (made.kind, (made.due_at - made.received_at).total_seconds()) == ("access", 72 * 3600)


@pytest.mark.requirement(88, 133)
def test_the_alarm_sounds_once_before_and_once_after(
    app: Flask, client: Client, db_session: orm.Session, admin: Member, stopped_clock: Clock
) -> None:
    made = ask(make_member("ada", country="ID"))
    number = ids.encode(made.id)
    db_session.commit()

    def watch() -> list[str]:
        tasks.enqueue(desk_tasks.watch_clocks)
        db_session.commit()
        found = [message.text for message in mails(app, admin.email)]
        app.extensions[KEY].clear()
        db_session.expire_all()
        return found

    assert watch() == []
    stopped_clock.forward(hours=49)
    (text,) = watch()
    assert "Due within a day" in text
    assert number in text
    assert watch() == []
    stopped_clock.forward(hours=24)
    (text,) = watch()
    assert "Overdue" in text
    assert watch() == []
    sign_in(client, admin, second_factor=True)
    assert "Overdue" in client.get("/admin/requests").text
    assert events_of(db_session, made) == ["received", "soon", "overdue"]
    assert queries.figures().overdue == 1


@pytest.mark.requirement(133)
def test_the_figures_say_how_times_are_kept(
    client: Client, db_session: orm.Session, asked: Request, stopped_clock: Clock
) -> None:
    stopped_clock.forward(hours=10)
    do(client, asked, "outcome", outcome="done", text="Mended.")
    late = ask(make_member("bo", country="ID"))
    stopped_clock.forward(hours=80)
    services.close(late, outcome="refused", text="No.", actor_id=None, now=clock.now())
    figures = queries.figures()
    assert (figures.answered, figures.in_time, figures.hours) == (2, 1, 45.0)


def test_the_doctor_names_what_is_overdue(
    app: Flask, db_session: orm.Session, asked: Request, stopped_clock: Clock
) -> None:
    db_session.commit()
    settings = app.extensions["clozette.settings"]
    assert checks.clocks(app, settings) == ""
    stopped_clock.forward(days=40)
    assert "1 requests are overdue" in checks.clocks(app, settings)


@pytest.mark.parametrize("deed", ["reply", "proof", "identity", "extension", "outcome", "sorting"])
def test_every_form_opens_and_an_empty_one_is_422(client: Client, asked: Request, deed: str) -> None:
    assert client.get(f"{path(asked)}?do={deed}").status_code == 200
    assert do(client, asked, deed).status_code == 422
