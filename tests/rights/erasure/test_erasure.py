"""Erasure through the pages: hidden at once, undone, carried out, and what stays."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock, tasks
from clozette.kernel.database import Model, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.personal import Restriction, Table
from clozette.media import files
from clozette.privacy import ledger, staff_reads
from clozette.privacy.models import StaffRead, Subject
from clozette.privacy.tree.models import Waiting
from clozette.rights import declared
from clozette.rights.bulk import selection
from clozette.rights.bulk.selection import ACTIVE, Filter
from clozette.rights.bulk.uses import USES
from clozette.rights.declared import DeclaredTable
from clozette.rights.erasure import checks, executor, services
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.erasure.models import Erasure, Receipt, Restricted
from clozette.rights.export import services as exports
from clozette.rights.export import vault
from clozette.rights.export.models import Export
from tests.factories import closets, looks
from tests.factories.accounts import PASSWORD, make_member, sign_in
from tests.support.application import Clock
from tests.support.client import Client, location

PAGE = "/privacy/erasure"


@pytest.fixture
def ada(db_session: orm.Session, client: Client) -> Member:
    """Sign Ada in, who has something of everything."""
    member = make_member("ada_lovelace", display_name="Ada Byron")
    sign_in(client, member)
    return member


def everything(member: Member, other: Member) -> dict[str, Any]:
    """Let a member and another one do all that members do with each other."""
    own, theirs = looks.make_look(member), looks.make_look(other)
    item = looks.make_item(member, public=True, styleable=True)
    looks.tag_item(theirs, item)
    looks.make_love(own, [other])
    looks.make_love(theirs, [member])
    looks.make_comment(own, other, "How nice")
    looks.make_comment(theirs, member, "Where did you get that")
    looks.make_comment(theirs, other, "@ada_lovelace at the market")
    return {"own": own.id, "theirs": theirs.id, "item": item.id}


def execute(app: Flask, later: Clock) -> None:
    """Let a fortnight pass and the clockwork run."""
    later.forward(days=14, seconds=1)
    with app.app_context():
        erasure_tasks.execute_due()
        tasks.drain(app)


@pytest.mark.requirement(105, 106)
def test_the_whole_way(app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock) -> None:
    bob = make_member("bob")
    made = everything(ada, bob)
    subject_id, member_id = ada.subject_id, ada.id
    assert location(client.post(PAGE)) == PAGE
    code = db_session.scalars(sa.select(Erasure)).one().code
    assert "Undo it" in client.get(PAGE).text
    execute(app, stopped_clock)
    db_session.expire_all()
    assert db_session.get(Member, member_id) is None
    subject = db_session.get_one(Subject, subject_id)
    assert subject.key is None and subject.erased_at is not None
    receipt = db_session.scalars(sa.select(Receipt)).one()
    assert receipt.counts["accounts_members"] == 1
    assert receipt.counts["looks_looks"] == 1
    assert receipt.counts["looks"] == 1, "one love of another's look was taken back"
    assert db_session.get_one(looks.Look, made["theirs"]).love_count == 0
    page = app.test_client().get(f"{PAGE}/receipts/{code}")
    assert page.status_code == 200
    assert "looks_looks" in page.text
    assert "Ada" not in page.text and "ada_l" not in page.text


@pytest.mark.requirement(112)
def test_the_log_stays_and_the_id_goes(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    """No row anywhere still carries the account's id, and who looked at the record while it stood is not forgotten."""
    staff = make_member("desk_clerk")
    subject_id, member_id = ada.subject_id, ada.id
    everything(ada, make_member("bob"))
    looked: dict[str, Any] = {"subject_id": subject_id, "reader_id": staff.subject_id, "now": clock.now()}
    staff_reads.note(what="record", reason="asked for it", **looked)
    db_session.commit()
    client.post(PAGE)
    assert _carrying(db_session, member_id)
    execute(app, stopped_clock)
    db_session.expire_all()
    assert _carrying(db_session, member_id) == []
    kept = db_session.scalars(sa.select(StaffRead).where(StaffRead.subject_id == subject_id)).one()
    assert (kept.what, kept.reader_id) == ("record", staff.subject_id)


def _carrying(session: orm.Session, number: int) -> list[str]:
    """Return the columns that hold a number anywhere in the database."""
    columns = [
        column
        for table in Model.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, sa.Integer) and not isinstance(column.type, sa.SmallInteger)
    ]
    asked = (sa.select(sa.literal(str(column))).where(column == number).limit(1) for column in columns)
    found = [name for one in asked if (name := session.scalar(one)) is not None]
    session.rollback()
    return found


@pytest.mark.requirement(106)
def test_hidden_at_once_and_back_by_one_click(app: Flask, client: Client, ada: Member, db_session: orm.Session) -> None:
    bob, stranger = make_member("bob"), app.test_client()
    assert isinstance(stranger, Client)
    made = everything(ada, bob)
    sign_in(stranger, bob)
    photo = looks.make_photo(ada, public=True)
    files.store().put(f"photos/{photo.folder[:2]}/{photo.folder}/320.webp", b"RIFF", "image/webp")
    picture = f"/media/{photo.public_token}/320.webp"
    seen = [
        "/@ada_lovelace",
        f"/looks/{look_id(made['own'])}",
        f"/items/{look_id(made['item'])}",
    ]
    seen.append(picture)
    assert [stranger.get(path).status_code for path in seen] == [200] * 4
    client.post(PAGE)
    assert [stranger.get(path).status_code for path in seen] == [404] * 4
    assert "Where did you get that" not in stranger.get(f"/looks/{look_id(made['theirs'])}").text
    assert location(client.get("/closet")) == PAGE, "nothing but undoing"
    assert location(client.post(PAGE, data={"_method": "DELETE"})) == "/privacy"
    assert [stranger.get(path).status_code for path in seen] == [200] * 4
    assert client.get("/closet").status_code == 200


def look_id(number: int) -> str:
    from clozette.kernel import ids

    return ids.encode(number)


@pytest.mark.requirement(106)
def test_who_signed_out_can_sign_in_to_undo(app: Flask, client: Client, ada: Member, db_session: orm.Session) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere, ada)
    client.post(PAGE)
    assert elsewhere.get("/settings").status_code == 303, "every other session ended"
    again = app.test_client()
    assert isinstance(again, Client)
    answer = again.post("/login", data={"email": ada.email, "password": PASSWORD})
    assert answer.status_code == 303
    assert location(again.get("/settings")) == PAGE
    assert location(again.post(PAGE, data={"_method": "DELETE"})) == "/privacy"
    assert again.get("/settings").status_code == 200


@pytest.mark.requirement(106)
def test_nothing_happens_before_its_time(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    client.post(PAGE)
    stopped_clock.forward(days=13, hours=23)
    with app.app_context():
        erasure_tasks.execute_due()
        tasks.drain(app)
    assert db_session.scalars(sa.select(Erasure)).one().begun_at is None
    assert db_session.get(Member, ada.id) is not None


def test_asking_needs_a_fresh_proof(client: Client, db_session: orm.Session, stopped_clock: Clock) -> None:
    sign_in(client, make_member("ada"))
    stopped_clock.forward(minutes=11)
    assert location(client.post(PAGE)).startswith("/verify")
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Erasure)) == 0


def test_asking_twice_is_asking_once(client: Client, ada: Member, db_session: orm.Session) -> None:
    client.post(PAGE)
    client.post(PAGE)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Erasure)) == 1


def test_it_can_be_undone_and_asked_again(client: Client, ada: Member, db_session: orm.Session) -> None:
    client.post(PAGE)
    client.post(PAGE, data={"_method": "DELETE"})
    assert client.post(PAGE, data={"_method": "DELETE"}).status_code == 409
    client.post(PAGE)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Erasure)) == 2
    assert db_session.get_one(Member, ada.id).deactivated_at is not None


def test_what_was_begun_can_not_be_undone(client: Client, ada: Member, db_session: orm.Session) -> None:
    client.post(PAGE)
    db_session.execute(sa.update(Erasure).values(begun_at=clock.now()))
    assert client.post(PAGE, data={"_method": "DELETE"}).status_code == 409
    assert "Undo it" not in client.get(PAGE).text


def test_the_only_admin_stays(client: Client, db_session: orm.Session) -> None:
    admin = make_member("keeper", roles=("admin",))
    sign_in(client, admin)
    assert client.post(PAGE).status_code == 409
    make_member("second", roles=("admin",))
    assert client.post(PAGE).status_code == 303


@pytest.mark.requirement(108)
def test_what_others_wrote_stays_whole(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    bob, reader = make_member("bob"), app.test_client()
    assert isinstance(reader, Client)
    made = everything(ada, bob)
    client.post(PAGE)
    execute(app, stopped_clock)
    db_session.expire_all()
    page = reader.get(f"/looks/{look_id(made['theirs'])}").text
    assert "at the market" in page
    assert "Deleted member" in page
    assert "Where did you get that" not in page
    found = db_session.get_one(looks.Look, made["theirs"])
    assert (found.comment_count, found.love_count) == (2, 0)
    listed = reader.get(f"/looks/{look_id(made['theirs'])}/comments")
    assert listed.status_code == 200


@pytest.mark.requirement(108)
def test_a_handle_is_never_given_again(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    client.post(PAGE)
    execute(app, stopped_clock)
    typed = {
        "email": "eve@example.test",
        "password": "four unrelated wooden words",
        "display_name": "Eve",
        "handle": "ada_lovelace",
        "country": "DE",
        "birth_date": "1990-05-17",
        "terms": "yes",
    }
    answer = app.test_client().post("/register", data=typed)
    assert answer.status_code == 409
    typed |= {"handle": "ada_love1ace"}
    assert app.test_client().post("/register", data=typed).status_code == 409


@pytest.mark.requirement(110)
def test_the_receipt_is_a_leaf_of_the_tree(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    client.post(PAGE)
    stopped_clock.forward(days=15)
    erasure = db_session.scalars(sa.select(Erasure)).one()
    executor.execute(erasure.id, now=clock.now(), save=db_session.commit)
    receipt = db_session.scalars(sa.select(Receipt)).one()
    leaf = db_session.scalars(sa.select(Waiting).where(Waiting.kind == "erasure")).one()
    assert executor.receipt_payload(receipt) in leaf.data
    assert leaf.row_id == receipt.id
    assert ledger.payload({"a": 1}) == b'{"a":1}'


@pytest.mark.requirement(105)
def test_photos_go_with_all_their_files(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    photo = closets.make_photo(ada)
    with app.app_context():
        for name in ("original.jpg", "320.webp", "640.avif"):
            files.store().put(f"photos/{photo.folder[:2]}/{photo.folder}/{name}", b"x", "image/webp")
    db_session.commit()
    client.post(PAGE)
    execute(app, stopped_clock)
    with app.app_context():
        assert [stored.key for stored in files.all_stored()] == []
    assert db_session.scalars(sa.select(Receipt)).one().counts["photos"] == 1


@pytest.mark.requirement(105, 111)
def test_exports_that_run_or_are_kept_go_too(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    """One archive is ready, another is in making when the erasure comes."""
    exports.ask(ada.subject_id, asked_by="page", locale="en", now=clock.now())
    tasks.drain(app)
    client.post(PAGE)
    stopped_clock.forward(days=15)
    exports.ask(ada.subject_id, asked_by="page", locale="en", now=clock.now())
    assert vault.folders()
    erasure_id = db_session.scalars(sa.select(Erasure)).one().id
    executor.execute(erasure_id, now=clock.now(), save=db_session.commit)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Export)) == 0
    assert not vault.folders()
    tasks.drain(app)
    assert not vault.folders(), "the one in making came too late"


@pytest.mark.requirement(111)
def test_a_leaving_member_is_in_no_bulk_export(client: Client, ada: Member, db_session: orm.Session) -> None:
    bob = make_member("bob")
    active = Filter(state=ACTIVE)
    assert set(db_session.scalars(selected(active))) == {ada.id, bob.id}
    client.post(PAGE)
    assert set(db_session.scalars(selected(active))) == {bob.id}


def selected(chosen: Filter) -> sa.Select[int]:
    return sa.select(Member.id).where(*selection.conditions(chosen, USES["security"]))


@pytest.mark.requirement(107)
def test_what_the_law_keeps_moves_apart_and_ends(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock, monkeypatch: Any
) -> None:
    """No table has such a law yet; one is given here to the sign-ins."""
    law = Restriction("§ 147 of a tax code", days=100)
    monkeypatch.setattr("clozette.rights.erasure.executor.personal_tables", lambda: with_law(app, law))
    client.post(PAGE)
    execute(app, stopped_clock)
    (row,) = db_session.scalars(sa.select(Restricted)).all()
    assert (row.source, row.because) == ("accounts_sessions", law.because)
    assert row.content["method"] == "password"
    assert row.row_key == str(row.content["id"])
    again = {column.name: getattr(row, column.name) for column in Restricted.__table__.columns}
    assert not insert_once(Restricted, **again | {"id": new_id()}), "no row is moved twice"
    kept = db_session.scalars(sa.select(Receipt)).one().kept["accounts_sessions"]
    assert kept == {"rows": 1, "because": [law.because], "until": row.until.date().isoformat()}
    until = row.until
    stopped_clock.stop(until - timedelta(seconds=1))
    erasure_tasks.end_restrictions()
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Restricted)) == 1
    stopped_clock.stop(until)
    erasure_tasks.end_restrictions()
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Restricted)) == 0


def with_law(app: Flask, law: Restriction) -> list[DeclaredTable]:
    found = []
    for one in declared.personal_tables():
        said = one.said
        if one.name == "accounts_sessions":
            said = Table(columns=said.columns, subject=said.subject, restricted=law)
        found.append(DeclaredTable(one.room, one.table, said))
    return found


class Killed(Exception):
    """The process is gone."""


@pytest.mark.requirement(105, 106)
@pytest.mark.parametrize("after", [1, 12])
def test_it_goes_on_from_any_crash(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock, after: int
) -> None:
    """Killed before its n-th commit, again and again with everything in between, it ends as if nothing had happened."""
    twin, bob = make_member("twin_lovelace"), make_member("bob")
    sign_in(app.test_client(), twin)
    everything(twin, bob)
    made = everything(ada, bob)
    for member in (twin, ada):
        exports.ask(member.subject_id, asked_by="page", locale="en", now=clock.now())
    tasks.drain(app)
    unharmed = services.ask(twin.subject_id, via="page", now=clock.now()).id
    erasure_id = services.ask(ada.subject_id, via="page", now=clock.now()).id
    stopped_clock.forward(days=15)
    assert executor.execute(unharmed, now=clock.now(), save=db_session.commit)
    left = [after]

    def commit() -> None:
        if left[0] == 0:
            left[0] = after + 1
            db_session.rollback()
            raise Killed
        left[0] -= 1
        db_session.commit()

    for _ in range(400):
        try:
            if executor.execute(erasure_id, now=clock.now(), save=commit):
                break
        except Killed:
            continue
    else:
        raise AssertionError("it never ends")
    receipt, other = (
        db_session.scalars(sa.select(Receipt).where(Receipt.erasure_id == one)).one() for one in (erasure_id, unharmed)
    )
    assert receipt.counts["looks_looks"] == 1
    assert receipt.counts["accounts_members"] == 1
    assert receipt.counts["looks"] == 1
    assert receipt.counts["exports"] == 1
    assert receipt.counts == other.counts, "what was done twice is counted once"
    assert db_session.get_one(looks.Look, made["theirs"]).love_count == 0
    assert not executor.execute(erasure_id, now=clock.now(), save=db_session.commit), "twice is once"


@pytest.mark.requirement(106)
def test_the_doctor_sees_what_is_late(
    app: Flask, client: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    client.post(PAGE)
    settings = app.extensions["clozette.settings"]
    stopped_clock.forward(days=14, hours=1)
    assert checks.erasures(app, settings) == ""
    stopped_clock.forward(hours=3)
    assert "1 erasures are late" in checks.erasures(app, settings)


def test_every_table_is_a_step(app: Flask, ada: Member, db_session: orm.Session) -> None:
    """No declared personal table is left out, and children come before what they point at."""
    erasure = services.ask(ada.subject_id, via="command", now=clock.now())
    names = [step.name for step in executor._steps(erasure)]
    assert {one.name for one in declared.personal_tables()} - set(names) == {"privacy_subjects"}
    assert names.index("looks_comments") < names.index("looks_looks") < names.index("accounts_members")
