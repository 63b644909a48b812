"""Importing subscribers: what a file must have, what becomes of its rows, and that nobody comes back by it."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids, tasks
from clozette.kernel.refusal import Refused
from clozette.newsletters.sending import eligibility
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions.imports import rules, services
from clozette.newsletters.subscriptions.imports.models import Import
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import subjects
from clozette.privacy.models import LedgerEntry, Subject, Wording
from tests.factories.accounts import make_minor
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

HEAD = "EMAIL,FNAME,LNAME\n"
EVIDENCE = {
    "source": "Shop in the High Street",
    "consented_on": date(2026, 3, 1),
    "wording": "Yes, send me The Weekly.",
}


@pytest.fixture
def weekly(db_session: orm.Session) -> Newsletter:
    return make_newsletter("weekly", title="The Weekly")


def begin(newsletter: Newsletter, text: str) -> Import:
    return services.begin(newsletter, text.encode(), **EVIDENCE, made_by_id=None, now=clock.now())


def take(app: Flask, newsletter: Newsletter, text: str) -> Import:
    made = begin(newsletter, text)
    tasks.drain(app)
    sa.orm.object_session(newsletter).expire_all()
    assert made.state == "checked"
    services.go(made)
    tasks.drain(app)
    sa.orm.object_session(newsletter).expire_all()
    return made


def gets(newsletter: Newsletter) -> list[str]:
    reachable = sa.select(Contact.canonical).join(Contact.subscriptions).where(*eligibility.may_get(newsletter))
    return sorted(sa.orm.object_session(newsletter).scalars(reachable))


def test_rows_are_not_looked_at_while_the_page_waits(db_session, weekly, monkeypatch) -> None:
    monkeypatch.setattr(rules, "_row", lambda *args: pytest.fail("a row was looked at"))
    assert begin(weekly, HEAD + "ada@example.test,Ada,Mode\n\nbad,,\n").total == 2


@pytest.mark.requirement(46)
def test_a_dry_run_subscribes_nobody(app: Flask, db_session, weekly) -> None:
    made = begin(weekly, HEAD + "ada@example.test,Ada,Mode\nbea@example.test,Bea,Mode\n")
    tasks.drain(app)
    db_session.expire_all()
    assert (made.state, made.total, made.counts) == ("checked", 2, {"new": 2})
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 0
    assert services.go(made) and not services.go(made)
    tasks.drain(app)
    db_session.expire_all()
    assert (made.state, made.counts, made.content) == ("finished", {"new": 2}, None)
    assert gets(weekly) == ["ada@example.test", "bea@example.test"]
    contact = db_session.scalars(sa.select(Contact).order_by(Contact.canonical)).first()
    assert (contact.first_name, contact.last_name, contact.locale) == ("Ada", "Mode", "en")


@pytest.mark.requirement(46)
def test_the_ledger_has_the_evidence(app: Flask, db_session, weekly) -> None:
    made = take(app, weekly, HEAD + "ada@example.test,Ada,Mode\n")
    entry = db_session.scalars(sa.select(LedgerEntry)).one()
    subscription = db_session.scalars(sa.select(Subscription)).one()
    assert subscription.consent_id == entry.id and subscription.source == "import"
    assert (entry.action, entry.point, entry.method, entry.actor) == ("given", "CP8", "import", "staff")
    assert db_session.get_one(Wording, entry.wording).text == "Yes, send me The Weekly."
    facts = subjects.unseal(db_session.get_one(Subject, entry.subject_id), entry.sealed)
    assert facts == {
        "source": "Shop in the High Street",
        "consented_on": "2026-03-01",
        "file": made.sha256,
        "import": ids.encode(made.id),
    }


@pytest.mark.requirement(4, 46)
def test_each_wrong_row_is_told_and_left_out(app: Flask, db_session, weekly) -> None:
    rows = (
        "ada@example.test,Ada,Mode",
        "bea@example.test,,Mode",
        "cem@example.test,Cem,",
        ",Dora,Mode",
        "no address,Eva,Mode",
        "fay@example.test,Fay,4242 4242 4242 4242",
        "ADA@example.test,Ada,Again",
        "",
        "gil@example.test,Gil",
    )
    made = take(app, weekly, HEAD + "\n".join(rows))
    assert made.counts == {"new": 1, "wrong": 6, "twice": 1}
    told = {(fault["row"], fault["field"]) for fault in made.faults}
    assert told == {
        (3, "first_name"),
        (4, "last_name"),
        (5, "email"),
        (6, "email"),
        (7, "last_name"),
        (10, "last_name"),
    }
    assert "4242" not in str(made.faults) and "example.test" not in str(made.faults)
    assert gets(weekly) == ["ada@example.test"]


@pytest.mark.requirement(45)
def test_nobody_comes_back_by_an_import(app: Flask, db_session, weekly) -> None:
    now, rows = clock.now(), []
    for state in ("confirmed", "pending", "unsubscribed", "bounced", "complained"):
        make_subscription(weekly, make_contact(f"{state}@example.test"), state=state)
        rows.append(f"{state}@example.test,Some,Body")
    gone = make_contact("gone@example.test")
    subscriptions.suppress(gone, "erased", source="erasure", now=now)
    subscriptions.delete_contact(gone.id)
    make_subscription(make_newsletter("other"), make_contact("other@example.test"))
    rows += ["gone@example.test,Gone,Body", "other@example.test,Other,Body", "new@example.test,New,Body"]
    made = take(app, weekly, HEAD + "\n".join(rows))
    assert made.counts == {"already": 1, "waiting": 1, "left": 1, "suppressed": 3, "new": 2}
    assert gets(weekly) == ["confirmed@example.test", "new@example.test", "other@example.test"]
    first = db_session.scalars(sa.select(Contact.first_name).where(Contact.canonical == "other@example.test")).one()
    assert first == "Ada", "the name that its reader gave stays"


@pytest.mark.requirement(46)
def test_the_same_file_again_changes_nothing(app: Flask, db_session, weekly) -> None:
    text = HEAD + "ada@example.test,Ada,Mode\nbea@example.test,Bea,Mode\n"
    take(app, weekly, text)
    subscriptions.leave(db_session.scalars(sa.select(Subscription)).first(), method="page:leave", now=clock.now())
    entries = db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry))
    again = take(app, weekly, text)
    assert again.counts == {"already": 1, "left": 1}
    assert db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == entries
    assert len(gets(weekly)) == 1


@pytest.mark.requirement(46)
def test_killed_in_the_middle_it_goes_on(app: Flask, db_session, weekly, monkeypatch) -> None:
    monkeypatch.setattr(services, "BATCH", 3)
    text = HEAD + "".join(f"reader{number}@example.test,Ada,Mode\n" for number in range(10))
    made = begin(weekly, text)
    services.check(made.id, db_session.commit)
    services.go(made)
    saved = []

    class Killed(Exception):
        pass

    def save() -> None:
        if len(saved) == 2:
            raise Killed
        saved.append(made.done)
        db_session.commit()

    with pytest.raises(Killed):
        services.run(made.id, save, clock.now())
    db_session.rollback()
    assert saved == [3, 6] and len(gets(weekly)) == 6
    services.run(made.id, db_session.commit, clock.now())
    assert (made.state, made.counts) == ("finished", {"new": 10}) and len(gets(weekly)) == 10


def test_a_file_can_be_dropped(app: Flask, db_session, weekly, stopped_clock) -> None:
    made, old = begin(weekly, HEAD + "ada@example.test,Ada,Mode\n"), begin(weekly, HEAD + "b@example.test,Bea,Mode\n")
    tasks.drain(app)
    db_session.expire_all()
    assert b"ada@" not in made.content
    assert services.drop(made, clock.now()) and not services.drop(made, clock.now()) and not services.go(made)
    stopped_clock.forward(days=7)
    services.forget_old(clock.now())
    assert (made.state, old.state, old.content) == ("dropped", "dropped", None) and gets(weekly) == []


@pytest.mark.parametrize("has_contact", [False, True])
def test_a_minor_is_not_subscribed_and_nothing_is_kept(app: Flask, db_session, weekly, has_contact: bool) -> None:
    make_minor("mina")
    if has_contact:
        make_contact("mina@example.test")
    contacts, people = (sa.select(sa.func.count()).select_from(kept) for kept in (Contact, Subject))
    before = [db_session.scalar(count) for count in (contacts, people)]
    made = begin(weekly, HEAD + "mina@example.test,Mina,Mode\n")
    tasks.drain(app)
    db_session.expire_all()
    assert (made.state, made.counts) == ("checked", {"guardian": 1})
    services.go(made)
    tasks.drain(app)
    db_session.expire_all()
    assert (made.state, made.counts) == ("finished", {"guardian": 1})
    assert [db_session.scalar(count) for count in (contacts, people)] == before
    assert gets(weekly) == []


@pytest.mark.requirement(46)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "missing"),
        (b"email,first_name\nada@example.test,Ada\n", "LNAME"),
        ("EMAIL;FNAME;LNAME\nada@example.test;Ad\u00e4;Mode\n".encode("utf-16"), "UTF-8"),
        (b'EMAIL,FNAME,LNAME\n"ada@example.test,Ada,Mode\n', "row"),
        (b"EMAIL,FNAME,LNAME\n" + b"x" * 200_000, "row"),
    ],
)
def test_a_file_that_is_none_is_refused(db_session, weekly, content: bytes, said: str) -> None:
    with pytest.raises(Refused) as refused:
        services.begin(weekly, content, **EVIDENCE, made_by_id=None, now=clock.now())
    assert refused.value.refusal.field == "file" and said in refused.value.refusal.message


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffE-mail;Vorname;First name;Last Name\nada@example.test;x;Ad\u00e4;Mode\n",
        "last_name\tfirst_name\temail\nMode\tAd\u00e4\tada@example.test\n",
        'LNAME,FNAME,EMAIL\r\n"Mode","Ad\u00e4",ada@example.test\r\n',
    ],
)
def test_files_as_programs_write_them(text: str) -> None:
    (row,) = rules.rows_of(text.encode())
    assert (row.number, row.data) == (2, {"email": "ada@example.test", "first_name": "Ad\u00e4", "last_name": "Mode"})
