"""Bulk exports through the pages: what for, which columns, whom, who agreed, and what is written down."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import exc, orm
from werkzeug.test import TestResponse

from clozette.accounts.models import Member
from clozette.accounts.personal_data import TABLES
from clozette.kernel import clock, ids, tasks
from clozette.kernel.personal import Personal
from clozette.privacy import consents
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Departure, Disclosure, Handover
from clozette.privacy.models import StaffRead
from clozette.rights.bulk import reads, rules, selection, services, stream
from clozette.rights.bulk.models import BulkBlock, BulkDecision, BulkDownload, BulkExport, BulkFile
from clozette.rights.bulk.tasks import note_bulk_reads
from clozette.rights.bulk.uses import USES
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.factories.bulk import REASON, make_export
from tests.support.application import Clock
from tests.support.client import Client, location


@pytest.fixture
def admin(db_session: orm.Session, client: Client) -> Member:
    """Sign an admin in, with a second factor."""
    member = make_member("keeper", roles=("admin",))
    sign_in(client, member, second_factor=True)
    return member


@pytest.fixture
def second(app: Flask, db_session: orm.Session) -> Client:
    """Give the browser of another admin."""
    browser = app.test_client()
    assert isinstance(browser, Client)
    sign_in(browser, make_member("second", roles=("admin",)), second_factor=True)
    return browser


def _ask(client: Client, **changes: Any) -> TestResponse:
    form = {"use": "service", "reason": REASON, "columns": ["handle", "email"], "format": "csv"} | changes
    return client.post("/admin/exports", data=form)


def _file(client: Client, page: str) -> TestResponse:
    return client.post(f"{page}/file")


def _rows(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.get_data().decode(), newline="")))


def _answer(member: Member, purpose: str, channel: str, action: consents.ledger.Action) -> None:
    consents.answer(member.subject_id, purpose, channel, action, now=clock.now(), method="form:test", guardian="mother")


def _few(monkeypatch: pytest.MonkeyPatch, app: Flask, size: int) -> None:
    settings = app.extensions["clozette.settings"]
    changed = type(settings)(**{**vars(settings), "export_approval_above": size})
    monkeypatch.setitem(app.extensions, "clozette.settings", changed)


@pytest.mark.requirement(89)
def test_an_export_goes_from_asking_to_its_digest(client: Client, admin: Member, db_session: orm.Session) -> None:
    make_member("ada", display_name='=HYPERLINK("x")')
    make_member("una", confirmed=False)
    page = location(_ask(client, columns=["display_name", "handle"]))
    answer = _file(client, page)
    rows = _rows(answer)
    assert {row["handle"] for row in rows} == {"ada", "keeper"}
    assert next(row for row in rows if row["handle"] == "ada")["display_name"] == '\'=HYPERLINK("x")'
    (export,) = db_session.scalars(sa.select(BulkExport))
    (download,) = export.downloads
    assert (export.asked_by_id, export.reason, export.counted) == (admin.subject_id, REASON, 2)
    assert {row["export"] for row in rows} == {download.mark}
    assert download.file is not None
    assert (download.file.people, download.file.bytes) == (2, len(answer.data))
    assert download.file.sha256 == hashlib.sha256(answer.data).hexdigest()
    shown = client.get(page).text
    assert download.file.sha256 in shown
    assert REASON in shown


def test_the_answer_is_a_file_that_no_cache_keeps(client: Client, admin: Member) -> None:
    answer = _file(client, location(_ask(client)))
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="members-')


@pytest.mark.requirement(89)
def test_json_lines_keep_exact_texts(client: Client, admin: Member) -> None:
    make_member("ada", display_name="=1+1", bio='a "quote"\nand \\ more')
    answer = _file(client, location(_ask(client, use="law", columns=["handle", "display_name", "bio"], format="jsonl")))
    rows = {row["handle"]: row for row in map(json.loads, answer.text.splitlines())}
    assert (rows["ada"]["display_name"], rows["ada"]["bio"]) == ("=1+1", 'a "quote"\nand \\ more')


@pytest.mark.requirement(89)
def test_a_zip_brings_its_manifest(client: Client, admin: Member) -> None:
    answer = _file(client, location(_ask(client, format="zip")))
    with zipfile.ZipFile(io.BytesIO(answer.data)) as pack:
        assert pack.testzip() is None
        rows, manifest = pack.read("members.csv"), json.loads(pack.read("manifest.json"))
    assert manifest["files"]["members.csv"] == {
        "people": 1,
        "bytes": len(rows),
        "sha256": hashlib.sha256(rows).hexdigest(),
    }
    assert (manifest["reason"], manifest["columns"], manifest["use"]) == (REASON, ["handle", "email"], "service")


@pytest.mark.requirement(89)
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"reason": ""}, 422),
        ({"reason": "because"}, 422),
        ({"columns": []}, 422),
        ({"columns": ["password"]}, 422),
        ({"columns": ["tf_totp_secret"]}, 422),
        ({"use": "everything"}, 422),
        ({"use": ""}, 422),
        ({"format": "xlsx"}, 422),
        ({"country": "XX"}, 422),
        ({"joined_from": "soon"}, 422),
        ({"state": "dead"}, 422),
        ({"locale": "e;"}, 422),
        ({"columns": ["birth_date"]}, 409),
        ({"use": "statistics", "columns": ["email"]}, 409),
        ({"country": "NZ"}, 409),
        ({"joined_before": "1999-01-01"}, 409),
    ],
)
def test_what_is_wrong_or_not_allowed_leaves_nothing(
    client: Client, admin: Member, db_session: orm.Session, changes: dict[str, Any], status: int
) -> None:
    assert _ask(client, **changes).status_code == status
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkExport)) == 0


@pytest.mark.requirement(89)
def test_above_the_set_size_a_second_person_decides(
    app: Flask, client: Client, second: Client, admin: Member, monkeypatch: pytest.MonkeyPatch, db_session: orm.Session
) -> None:
    _few(monkeypatch, app, 2)
    make_member("ada")
    page = location(_ask(client))
    assert _file(client, page).status_code == 409
    assert client.post(f"{page}/decision", data={"verdict": "approved"}).status_code == 409  # not one's own
    assert _file(second, page).status_code == 409
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkDownload)) == 0
    assert second.post(f"{page}/decision", data={"verdict": "approved"}).status_code == 303
    assert second.post(f"{page}/decision", data={"verdict": "refused"}).status_code == 409
    assert _file(second, page).status_code == 409  # who agreed does not get it
    assert len(_rows(_file(client, page))) == 3


@pytest.mark.requirement(89)
def test_a_refused_export_stays_refused(
    app: Flask, client: Client, second: Client, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    _few(monkeypatch, app, 1)
    page = location(_ask(client))
    assert second.post(f"{page}/decision", data={"verdict": "refused"}).status_code == 303
    assert second.post(f"{page}/decision", data={"verdict": "approved"}).status_code == 409
    assert _file(client, page).status_code == 409


@pytest.mark.requirement(89)
def test_nobody_slips_in_after_the_count(
    app: Flask, client: Client, second: Client, admin: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was approved for three is not approved for four, and what was small has to stay small."""
    _few(monkeypatch, app, 2)
    small = location(_ask(client, country="DE"))
    make_member("ada")
    large = location(_ask(client))
    second.post(f"{large}/decision", data={"verdict": "approved"})
    assert _file(client, large).status_code == 200
    make_member("bea")
    assert _file(client, large).status_code == 409
    assert _file(client, small).status_code == 409


@pytest.mark.requirement(89)
def test_a_large_export_can_not_be_cut_into_small_ones(
    app: Flask,
    client: Client,
    second: Client,
    admin: Member,
    monkeypatch: pytest.MonkeyPatch,
    stopped_clock: Clock,
    db_session: orm.Session,
) -> None:
    """What somebody had alone in 30 days counts; what a second person agreed to does not, nor what others had."""
    _few(monkeypatch, app, 3)
    make_member("ada", country="SG")
    make_member("bea", country="ID")
    assert len(_rows(_file(client, location(_ask(client, country="SG"))))) == 1
    assert len(_rows(_file(client, location(_ask(client, country="ID"))))) == 1
    last = location(_ask(client, state="active"))
    assert _file(client, last).status_code == 409
    assert second.post(f"{last}/decision", data={"verdict": "approved"}).status_code == 303
    assert len(_rows(_file(client, last))) == 4
    assert _file(client, location(_ask(client, country="SG"))).status_code == 200  # the third of three
    assert _file(client, location(_ask(client, country="SG"))).status_code == 409
    assert _file(second, location(_ask(second, country="SG"))).status_code == 200
    stopped_clock.forward(days=30)
    sign_in(client, admin, second_factor=True)
    assert _file(client, location(_ask(client, country="SG"))).status_code == 200


@pytest.mark.requirement(89)
def test_a_small_export_stays_as_small_as_it_was_counted(
    client: Client, admin: Member, db_session: orm.Session
) -> None:
    """Else many that were counted as one person each would each have a hundred in them later."""
    page = location(_ask(client))
    make_member("ada")
    assert _file(client, page).status_code == 409


@pytest.mark.requirement(89)
def test_an_export_is_used_up_after_some_downloads(client: Client, admin: Member) -> None:
    page = location(_ask(client))
    for _ in range(rules.MOST_DOWNLOADS):
        assert _file(client, page).status_code == 200
    answer = _file(client, page)
    assert answer.status_code == 409
    assert "as often as it may be" in answer.text
    assert f'action="{page}/file"' not in client.get(page).text


@pytest.mark.requirement(8, 89)
def test_nobody_is_sent_whom_the_access_log_lacks(app: Flask, admin: Member, db_session: orm.Session) -> None:
    """Whoever comes to fit the filter between the log and the stream is in neither."""
    swapped, ada = make_member("swapped", country="ID"), make_member("ada", country="SG")
    export = make_export(admin, columns=["handle"], filter={"state": "active", "country": "SG"})
    order = services.download(export, by_id=admin.subject_id, now=clock.now())
    swapped.country, ada.country = "SG", "ID"
    db_session.commit()
    assert b"swapped" not in b"".join(stream.pieces(order))
    noted = db_session.scalars(sa.select(StaffRead.subject_id).where(StaffRead.what == reads.WHAT)).all()
    assert noted == [ada.subject_id]


def test_a_stream_that_grew_meanwhile_sends_nothing(
    app: Flask, admin: Member, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reads, "SOME", 1)
    make_member("ada")
    export = make_export(admin, counted=2, limit=2)
    order = services.download(export, by_id=admin.subject_id, now=clock.now())
    make_member("bea")
    db_session.commit()
    with pytest.raises(stream.Grown):
        next(stream.pieces(order))
    for table in (BulkFile, BulkBlock):
        assert db_session.scalar(sa.select(sa.func.count()).select_from(table)) == 0


def test_a_download_that_broke_off_is_not_finished(app: Flask, admin: Member, client: Client) -> None:
    page = location(_ask(client))
    answer = client.post(f"{page}/file", buffered=False)
    next(answer.iter_encoded())
    answer.close()
    assert "broke off" in client.get(page).text


def test_an_export_ends(client: Client, admin: Member, stopped_clock: Clock) -> None:
    export = make_export(admin)
    page = f"/admin/exports/{ids.encode(export.id)}"
    stopped_clock.stop(export.expires_at - timedelta(seconds=1))
    sign_in(client, admin, second_factor=True)
    assert _file(client, page).status_code == 200
    stopped_clock.forward(seconds=1)
    assert _file(client, page).status_code == 409


def test_downloading_wants_a_recent_proof(client: Client, admin: Member, stopped_clock: Clock) -> None:
    export = make_export(admin)
    stopped_clock.forward(minutes=20)
    assert location(_file(client, f"/admin/exports/{ids.encode(export.id)}")).startswith("/verify?")


@pytest.mark.requirement(89)
def test_marketing_leaves_out_whoever_did_not_agree(
    app: Flask, client: Client, admin: Member, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {
        name: make_member(name) for name in ("yes", "no", "silent", "withdrew", "again", "sms", "bounced", "gone")
    }
    people["child"] = make_minor("child")
    for name in ("yes", "withdrew", "again", "bounced", "gone", "child"):
        _answer(people[name], "our_news", "email", "given")
    _answer(people["no"], "our_news", "email", "refused")
    _answer(people["withdrew"], "our_news", "email", "withdrawn")
    _answer(people["again"], "our_news", "email", "withdrawn")
    _answer(people["again"], "our_news", "email", "given")
    _answer(people["sms"], "our_news", "sms", "given")
    people["gone"].deactivated_at = clock.now()
    monkeypatch.setitem(app.extensions, selection._LEFT_OUT, [])
    selection.left_out_of_marketing(app, "email", lambda: Member.handle == "bounced")
    db_session.flush()
    rows = _rows(_file(client, location(_ask(client, use="our_news", columns=["email"], state="all"))))
    assert {row["email"] for row in rows} == {"yes@example.test", "again@example.test"}


@pytest.mark.requirement(89)
@pytest.mark.parametrize("table", [BulkExport, BulkDecision, BulkDownload, BulkFile])
@pytest.mark.parametrize("verb", ["UPDATE {} SET id = id + 1", "DELETE FROM {}"])
def test_the_log_can_not_be_changed(
    client: Client, second: Client, admin: Member, db_session: orm.Session, table: type, verb: str
) -> None:
    export = make_export(admin, counted=1, limit=0)
    page = f"/admin/exports/{ids.encode(export.id)}"
    second.post(f"{page}/decision", data={"verdict": "refused"})
    db_session.add(BulkDownload(export_id=export.id, by_id=admin.subject_id, at=clock.now(), mark="m"))
    db_session.flush()
    download = db_session.scalars(sa.select(BulkDownload)).one()
    db_session.add(BulkFile(download_id=download.id, finished_at=clock.now(), people=1, bytes=1, sha256=""))
    db_session.commit()
    with pytest.raises(exc.DatabaseError, match="append-only"):
        db_session.execute(sa.text(verb.format(table.__tablename__)))


@pytest.mark.requirement(89)
def test_no_use_may_have_a_secret(app: Flask) -> None:
    """What a person's own export hides, no bulk export shows; and a column serves the purposes it was collected for."""
    declared = TABLES["accounts_members"].columns
    for use in USES.values():
        for name in use.columns:
            said = declared[name]
            assert isinstance(said, Personal)
            assert said.export
            assert set(said.purposes) & set(use.purposes), f"{use.id}: {name}"


@pytest.mark.requirement(89)
def test_a_mark_leads_to_the_download(client: Client, admin: Member) -> None:
    page = location(_ask(client))
    mark = _rows(_file(client, page))[0]["export"]
    assert page in client.get("/admin/exports", query_string={"mark": mark}).text
    assert "No download has this mark." in client.get("/admin/exports", query_string={"mark": "none"}).text


@pytest.mark.requirement(8, 89)
@pytest.mark.parametrize("some", [1, 100])
def test_everybody_in_it_can_see_that(
    app: Flask, client: Client, admin: Member, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch, some: int
) -> None:
    """At once where they are few, by a task that can be broken off and run twice where they are many."""
    monkeypatch.setattr(reads, "SOME", some)
    ada, una = make_member("ada"), make_member("una", confirmed=False)
    assert _file(client, location(_ask(client))).status_code == 200
    tasks.drain(app)
    (download,) = db_session.scalars(sa.select(BulkDownload))
    tasks.enqueue(note_bulk_reads, download_id=download.id)
    db_session.commit()
    tasks.drain(app)
    noted = db_session.scalars(sa.select(StaffRead).where(StaffRead.what == reads.WHAT)).all()
    assert sorted(read.subject_id for read in noted) == sorted([admin.subject_id, ada.subject_id])
    assert {(read.reader_id, read.reason) for read in noted} == {(admin.subject_id, REASON)}
    assert noted[0].fields == ["handle", "email"]
    assert una.subject_id not in {read.subject_id for read in noted}
    assert "@ada" not in client.get("/admin/audit").text  # the export has a list of its own


def _noted(session: orm.Session) -> list[int]:
    session.expire_all()
    return sorted(session.scalars(sa.select(StaffRead.subject_id).where(StaffRead.what == reads.WHAT)))


def _begin_large(admin: Member, session: orm.Session, monkeypatch: pytest.MonkeyPatch) -> stream.Order:
    monkeypatch.setattr(reads, "SOME", 2)
    export = make_export(admin, columns=["handle"], filter={"state": "active", "country": "SG"}, counted=6, limit=6)
    order = services.download(export, by_id=admin.subject_id, now=clock.now())
    session.commit()
    return order


@pytest.mark.requirement(8, 89)
def test_of_a_large_one_exactly_those_are_noted_who_were_sent(
    app: Flask, admin: Member, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever comes to fit the filter, or does not any more, while it is sent or before the task runs."""
    sent = [make_member(f"sent_{number}", country="SG") for number in range(5)]
    late = make_member("late", country="ID")
    order = _begin_large(admin, db_session, monkeypatch)
    pieces = stream.pieces(order)
    first = next(pieces)
    for member in sent:
        member.country = "ID"
    late.country = "SG"
    db_session.commit()
    written = (first + b"".join(pieces)).decode()
    assert sorted(row["handle"] for row in csv.DictReader(io.StringIO(written))) == [one.handle for one in sent]
    tasks.drain(app)
    assert _noted(db_session) == sorted(one.subject_id for one in sent)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkBlock)) == 0


@pytest.mark.requirement(8, 89)
def test_who_may_have_been_sent_is_noted_whatever_breaks_off(
    app: Flask, admin: Member, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All is in the database before the first byte: nothing is left to do for a process that is killed after it."""
    sent = [make_member(f"sent_{number}", country="SG") for number in range(5)]
    pieces = stream.pieces(_begin_large(admin, db_session, monkeypatch))
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkBlock)) == 0
    db_session.commit()
    next(pieces)
    tasks.drain(app)  # while the file is on its way
    assert _noted(db_session) == sorted(one.subject_id for one in sent)
    db_session.commit()
    pieces.close()  # type: ignore[attr-defined]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkFile)) == 0


@pytest.mark.requirement(8, 89)
def test_a_log_that_was_broken_off_is_taken_up_again(
    app: Flask, client: Client, admin: Member, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = [make_member(f"sent_{number}", country="SG") for number in range(5)]
    order = _begin_large(admin, db_session, monkeypatch)
    b"".join(stream.pieces(order))
    download = db_session.get_one(BulkDownload, order.download_id)
    page = f"/admin/exports/{ids.encode(download.export_id)}"
    assert reads.note_block(download)
    db_session.rollback()  # killed in the middle of a block
    assert reads.note_block(db_session.get_one(BulkDownload, order.download_id))
    db_session.commit()
    assert len(_noted(db_session)) == 2
    assert "not all of them are in the access log yet" in client.get(page).text
    tasks.enqueue(note_bulk_reads, download_id=order.download_id)
    tasks.drain(app)
    assert _noted(db_session) == sorted(one.subject_id for one in sent)
    assert "not all of them" not in client.get(page).text


@pytest.mark.requirement(89, 105)
@pytest.mark.parametrize(
    ("use", "found"), [("service", False), ("statistics", False), ("security", True), ("law", True)]
)
def test_who_is_leaving_is_left_out_but_where_it_counts(client: Client, admin: Member, use: str, found: bool) -> None:
    now = clock.now()
    make_member("ada", country="SG", leaving_at=now, deactivated_at=now)
    make_member("bea", country="ID", deactivated_at=now)
    rows = _rows(_file(client, location(_ask(client, use=use, columns=["country"], state="all"))))
    assert ("SG" in {row["country"] for row in rows}) is found
    assert "ID" in {row["country"] for row in rows}


OUTSIDER = {
    "recipient_name": "Court of Appeal",
    "recipient_address": "1 Supreme Court Lane",
    "recipient_country": "SG",
    "recipient_contact": "registry@court.example.test",
}
FOR_A_COURT = {"use": "law", "reason": "Order 12/2026 of the court", "columns": ["handle", "birth_date"], **OUTSIDER}


@pytest.mark.requirement(73, 89)
def test_what_leaves_the_house_is_disclosed(
    client: Client, second: Client, admin: Member, db_session: orm.Session
) -> None:
    ada = make_member("ada", country="SG")
    page = location(_ask(client, **FOR_A_COURT, country="SG"))
    assert _file(client, page).status_code == 409  # about one person, and still a second one decides
    second.post(f"{page}/decision", data={"verdict": "approved"})
    answer = _file(client, page)
    (row,) = json.loads(answer.data)
    assert row["accounts_members.handle"] == "ada"
    assert set(row) == {"reference", "accounts_members.handle", "accounts_members.birth_date"}
    (handover,) = db_session.scalars(sa.select(Handover).options(orm.joinedload(Handover.recipient)))
    assert handover.payload_sha256 == hashlib.sha256(answer.data).hexdigest()
    assert (handover.recipient.legal_name, handover.basis, handover.duty, handover.actor_id) == (
        "Court of Appeal",
        "law",
        "Order 12/2026 of the court",
        admin.subject_id,
    )
    (person,) = db_session.scalars(sa.select(Disclosure))
    assert (person.subject_id, person.handover_id) == (ada.subject_id, handover.id)
    (download,) = db_session.scalars(sa.select(BulkDownload))
    assert download.handover_id == handover.id
    assert download.file is not None
    assert (download.file.people, download.file.sha256) == (1, handover.payload_sha256)
    assert departures.waiting() == []
    assert departures.faults() == []
    (departure,) = db_session.scalars(sa.select(Departure))
    assert (departure.handover_id, departure.port, departure.bytes) == (handover.id, "download", len(answer.data))


@pytest.mark.requirement(89)
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"recipient_address": ""}, 422),
        ({"recipient_contact": ""}, 422),
        ({"recipient_country": ""}, 422),
        ({"recipient_name": ""}, 422),
        ({"recipient_country": "XX"}, 422),
        ({"use": "service", "columns": ["handle"]}, 409),
        ({"use": "our_news", "columns": ["email"]}, 409),
    ],
)
def test_nothing_leaves_without_a_ground_and_a_name(
    client: Client, admin: Member, db_session: orm.Session, changes: dict[str, Any], status: int
) -> None:
    _answer(make_member("ada"), "our_news", "email", "given")
    assert _ask(client, **FOR_A_COURT | changes).status_code == status
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkExport)) == 0


def test_a_hand_over_has_an_end(client: Client, admin: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    make_member("ada")
    monkeypatch.setattr(rules, "HANDED_OVER_AT_ONCE", 1)
    answer = _ask(client, **FOR_A_COURT)
    assert answer.status_code == 409
    assert "Narrow it down" in answer.text


@pytest.mark.parametrize("use", list(USES))
def test_every_use_has_its_form(client: Client, admin: Member, use: str) -> None:
    page = client.get("/admin/exports/new", query_string={"use": use})
    assert page.status_code == 200
    assert all(f'value="{name}"' in page.text for name in USES[use].columns)
    assert 'value="password"' not in page.text


def test_an_unknown_export_is_404(client: Client, admin: Member) -> None:
    assert client.get("/admin/exports/abcd").status_code == 404
    assert _file(client, "/admin/exports/abcd").status_code == 404
    assert client.post("/admin/exports/abcd/decision", data={"verdict": "approved"}).status_code == 404
