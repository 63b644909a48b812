"""Exports through the pages: what is asked for, made, told and handed out, and to whom."""

import csv
import hashlib
import io
import json
import re
import secrets
import threading
import tracemalloc
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Block, Member, SignIn
from clozette.accounts.services import tokens
from clozette.closets import services as closets
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY as OUTBOX
from clozette.kernel.tasks.perform import perform
from clozette.media import files
from clozette.media.models import Photo
from clozette.privacy import ledger, subjects
from clozette.privacy.disclosures import silences
from clozette.privacy.disclosures.models import Case
from clozette.rights import declared
from clozette.rights.desk.models import Address, Code
from clozette.rights.export import contents, exporter, making, services, vault
from clozette.rights.export.models import Export
from tests.factories import accounts, looks, photos
from tests.support.client import location

EXPORTS = "/privacy/exports"


@pytest.fixture
def olga(app, client, db_session):
    """A member who is signed in, with an item that has a real photo, looks, loves and comments."""
    member = accounts.make_member("olga", display_name="Olga Önder", bio="<script>alert(1)</script>")
    photo = closets.upload(member, photos.upload(photos.jpeg(420, 310)), now=clock.now())
    facts = {"category": "tops", "brand": "=cmd|'/c calc'!A1", "notes": "+49, „gute“ Hose\nfür Tage", "tags": ["blau"]}
    closets.add(member, facts, [photo], upload_key="one", now=clock.now(), similar_ok=True)
    accounts.sign_in(client, member)
    app.extensions[OUTBOX].clear()
    return member


def asked(client) -> str:
    """Ask for an export and return its page."""
    return location(client.post(EXPORTS))


def fetched(client, app) -> zipfile.ZipFile:
    """Ask for an export, make it, and download it."""
    page = asked(client)
    tasks.drain(app)
    answer = client.post(f"{page}/download")
    assert answer.status_code == 200, answer.text
    return zipfile.ZipFile(io.BytesIO(answer.data))


def rows(archive, name) -> list[dict]:
    """Return the rows of a section."""
    return json.loads(archive.read(f"data/{name}.json"))["rows"]


def mails(app) -> list[str]:
    """Return the subjects of the mails that were sent."""
    return [message.subject for message in app.extensions[OUTBOX].messages]


@pytest.mark.requirement(81, 82, 90)
def test_an_archive_holds_what_is_kept(app, client, olga):
    archive = fetched(client, app)
    assert archive.testzip() is None
    (me,) = rows(archive, "accounts_members")
    assert me["handle"] == "olga"
    assert me["display_name"] == "Olga Önder"
    assert me["id"] == ids.encode(olga.id)
    (item,) = rows(archive, "closets_items")
    assert item["notes"] == "+49, „gute“ Hose\nfür Tage"
    (photo,) = rows(archive, "media_photos")
    original = archive.read(f"media/{photo['id']}.{photo['suffix']}")
    assert hashlib.sha256(original).hexdigest() == photo["sha256"]
    assert rows(archive, "accounts_sessions")[0]["agent"] == "Tests"


@pytest.mark.requirement(82, 90)
def test_the_manifest_names_every_file_with_its_digest_and_count(app, client, olga):
    archive = fetched(client, app)
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["complete"] is True
    assert manifest["missing"] == []
    named = {file["path"]: file for file in manifest["files"]}
    assert {*named, "manifest.json"} == set(archive.namelist())
    for path, file in named.items():
        data = archive.read(path)
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file["bytes"], file["sha256"])
    for name, count in manifest["counts"].items():
        assert len(rows(archive, name)) == count == named[f"data/{name}.json"]["rows"]
        table = list(csv.reader(io.StringIO(archive.read(f"csv/{name}.csv").decode(), newline="")))
        assert len(table) - 1 == count


def test_formulas_sleep_in_csv_and_json_keeps_the_bytes(app, client, olga):
    archive = fetched(client, app)
    (item,) = rows(archive, "closets_items")
    assert item["brand"] == "=cmd|'/c calc'!A1"
    (line,) = csv.DictReader(io.StringIO(archive.read("csv/closets_items.csv").decode(), newline=""))
    assert line["brand"] == "'=cmd|'/c calc'!A1"
    assert line["notes"].startswith("'+49")


@pytest.mark.requirement(82)
def test_the_pages_open_offline(app, client, olga):
    archive = fetched(client, app)
    pages = [name for name in archive.namelist() if name.endswith((".html", ".css"))]
    assert "index.html" in pages
    for name in pages:
        text = archive.read(name).decode()
        assert not re.search(r"""(src|href)=["'](https?:|//|/)|url\(|<script|@import""", text), name
        for link in re.findall(r"""(?:src|href)=["']([^"'#]+)""", text):
            parts = (name.rpartition("/")[0] + "/" + link).lstrip("/").split("/")
            while ".." in parts:
                at = parts.index("..")
                parts = parts[: at - 1] + parts[at + 1 :]
            assert "/".join(parts) in archive.namelist(), (name, link)


@pytest.mark.requirement(84)
def test_what_is_others_own_stays_with_them(app, client, olga, db_session):
    other, enemy = accounts.make_member("petra"), accounts.make_member("feind")
    look = looks.make_look(olga, caption="Mine")
    looks.make_comment(look, other, "From Petra")
    looks.make_love(look, [other, enemy])
    db.session.add(Block(blocker_id=enemy.id, blocked_id=olga.id, at=clock.now()))
    theirs = looks.make_look(other, published=False, visibility="private", caption="Petra's secret draft")
    db.session.flush()
    archive = fetched(client, app)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    (comment,) = rows(archive, "looks_comments.others")
    assert (comment["text"], comment["member_id"]) == ("From Petra", ids.encode(other.id))
    for secret in (other.email, enemy.email, "Petra's secret draft", ids.encode(theirs.id)):
        assert secret.encode() not in everything
    assert rows(archive, "accounts_blocks") == []
    assert "data/accounts_blocks.others.json" not in archive.namelist()
    people = json.loads(archive.read("people.json"))["people"]
    assert [person["handle"] for person in people] == ["petra"]  # who blocks one is not to be seen


@pytest.mark.requirement(81)
def test_what_was_deleted_and_is_still_kept_is_there(app, client, olga, db_session):
    look = looks.make_look(olga)
    comment = looks.make_comment(look, olga, "Oops")
    comment.deleted_at = look.removed_at = clock.now()
    look.feed_key = look.published_at = None
    archive = fetched(client, app)
    assert rows(archive, "looks_comments")[0]["deleted_at"] is not None
    assert rows(archive, "looks_looks")[0]["removed_at"] is not None


def test_no_secret_leaves(app, client, olga):
    archive = fetched(client, app)
    everything = b"".join(archive.read(name) for name in archive.namelist())
    member = db.session.get_one(Member, olga.id)
    session = db.session.scalar(sa.select(SignIn).where(SignIn.member_id == olga.id))
    for secret in (member.password, member.fs_uniquifier, session.digest):
        assert secret.encode() not in everything


@pytest.mark.requirement(87)
def test_the_files_are_encrypted_at_rest(app, client, olga):
    asked(client)
    tasks.drain(app)
    export = db.session.scalar(sa.select(Export))
    kept = [files.store().get(one.key) for one in files.store().stored(vault.ROOT)]
    assert kept
    assert b"olga" not in b"".join(kept)
    assert b"PK\x03\x04" not in b"".join(kept)
    assert export.sealed_key not in b"".join(kept)


@pytest.mark.requirement(86)
def test_an_old_proof_is_not_enough(app, client, olga, stopped_clock):
    page = asked(client)
    tasks.drain(app)
    stopped_clock.forward(minutes=11)
    assert location(client.post(EXPORTS)).startswith("/verify?")
    assert location(client.post(f"{page}/download")).startswith("/verify?")
    assert db.session.scalar(sa.select(Export.downloads)) == 0
    location(client.post("/verify", data={"password": accounts.PASSWORD, "next": page}))
    assert client.post(f"{page}/download").status_code == 200


@pytest.mark.requirement(87)
def test_nobody_else_gets_it(app, client, olga):
    page = asked(client)
    tasks.drain(app)
    stranger = app.test_client()
    accounts.sign_in(stranger, accounts.make_member("stranger"))
    assert stranger.get(page).status_code == 404
    assert stranger.post(f"{page}/download").status_code == 404
    assert stranger.delete(page).status_code == 404
    guest = app.test_client()
    assert guest.get(page).status_code == 303
    assert guest.post(f"{page}/download").status_code == 303


@pytest.mark.requirement(87)
def test_a_download_is_counted_and_there_is_a_last_one(app, client, olga):
    page = asked(client)
    tasks.drain(app)
    for _ in range(3):
        assert client.get(page).status_code == 200
    assert [client.post(f"{page}/download").status_code for _ in range(6)] == [200] * 5 + [409]
    assert db.session.scalar(sa.select(Export.downloads)) == 5


@pytest.mark.requirement(87)
def test_an_export_expires_and_is_removed(app, client, olga, stopped_clock):
    page = asked(client)
    tasks.drain(app)
    session = db.session.scalar(sa.select(SignIn).where(SignIn.member_id == olga.id))
    session.proved_at = session.last_seen_at = stopped_clock.forward(days=7, seconds=1)
    assert client.post(f"{page}/download").status_code == 409
    making.sweep()
    db.session.commit()
    assert not vault.folders()
    export = db.session.scalar(sa.select(Export))
    assert (export.sealed_key, export.folder) == (None, None)
    assert "expired" in client.get(page).text


@pytest.mark.requirement(87)
def test_mails_tell_of_the_request_and_of_the_download(app, client, olga):
    page = asked(client)
    tasks.drain(app)
    assert sorted(mails(app)) == ["A copy of your data was asked for", "The copy of your data is ready"]
    client.post(f"{page}/download")
    tasks.drain(app)
    assert mails(app)[-1] == "The copy of your data was downloaded"
    assert {message.to for message in app.extensions[OUTBOX].messages} == {olga.email}
    assert f"https://localhost{page}" in app.extensions[OUTBOX].messages[-1].text


def test_one_at_a_time(app, client, olga):
    assert asked(client) == asked(client)
    tasks.drain(app)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Export)) == 1


@pytest.mark.requirement(85)
def test_an_archive_that_lacks_a_file_says_so(app, client, olga):
    tasks.drain(app)
    photo = db.session.scalar(sa.select(Photo))
    files.remove(photo.folder)
    page = asked(client)
    tasks.drain(app)
    assert "not complete" in client.get(page).text
    archive = zipfile.ZipFile(io.BytesIO(client.post(f"{page}/download").data))
    manifest = json.loads(archive.read("manifest.json"))
    assert manifest["complete"] is False
    assert manifest["missing"] == [{"path": f"media/{ids.encode(photo.id)}.jpg", "reason": "the file is gone"}]
    assert "not complete" in archive.read("index.html").decode()


@pytest.mark.requirement(85)
@pytest.mark.parametrize("fault", ["lost", "changed", "cut"])
def test_a_damaged_archive_is_not_handed_out(app, client, olga, fault):
    page = asked(client)
    tasks.drain(app)
    (part,) = list(files.store().stored(vault.ROOT))
    data = files.store().get(part.key)
    if fault == "lost":
        files.store().remove(part.key)
    else:
        files.store().put(part.key, data[:-1] if fault == "cut" else data[:-1] + bytes([data[-1] ^ 1]), "x/y")
    if fault == "changed":
        with pytest.raises(vault.Damaged):
            _ = client.post(f"{page}/download").data
    else:
        assert client.post(f"{page}/download").status_code == 409


@pytest.mark.requirement(90)
def test_it_is_one_moment(app, client, olga, monkeypatch):
    """What is added while the archive is written is in none of its files."""
    now = clock.now()
    write, seen = exporter._Writing._originals, []

    def slow(self):
        with db.get_engine("write").begin() as connection:
            table = Member.__table__
            connection.execute(sa.update(table).where(table.c.id == olga_id).values(bio="written meanwhile"))
        seen.append(now)
        write(self)

    olga_id = olga.id
    monkeypatch.setattr(exporter._Writing, "_originals", slow)
    archive = fetched(client, app)
    assert seen
    assert "written meanwhile" not in "".join(
        archive.read(name).decode() for name in archive.namelist() if name.endswith((".json", ".csv", ".html"))
    )


def test_a_try_that_was_interrupted_leaves_nothing(app, client, olga, monkeypatch):
    page = asked(client)

    def dies(self):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(exporter._Writing, "_manifest", dies)
        with pytest.raises(KeyboardInterrupt):
            tasks.drain(app)
    assert not vault.folders()
    export_id = db.session.scalar(sa.select(Export.id))
    db.session.rollback()
    perform(app, "rights.make_export", {"export_id": export_id})
    assert client.post(f"{page}/download").status_code == 200


def test_the_sweep_takes_what_a_killed_worker_left(app, client, olga, stopped_clock):
    asked(client)
    writer = vault.Writer("0" * 32, vault.new_key())
    writer.write(b"half an archive")
    writer.finish()
    making.sweep()
    db.session.commit()
    assert not vault.folders()
    stopped_clock.forward(hours=7)
    making.sweep()
    db.session.commit()
    assert db.session.scalar(sa.select(Export.failed_at)) is not None


def test_of_two_workers_one_finishes(app, client, olga, monkeypatch):
    asked(client)
    export_id = db.session.scalar(sa.select(Export.id))
    manifest, nested = exporter._Writing._manifest, []

    def overtaken(self):
        if not nested:
            nested.append(True)
            perform(app, "rights.make_export", {"export_id": export_id})
        manifest(self)

    db.session.rollback()
    monkeypatch.setattr(exporter._Writing, "_manifest", overtaken)
    perform(app, "rights.make_export", {"export_id": export_id})
    assert nested
    assert len(vault.folders()) == 1
    export = db.session.scalar(sa.select(Export))
    assert vault.is_whole(export.folder, export.parts, export.bytes)


@pytest.mark.requirement(80)
@pytest.mark.engines("sqlite")
def test_every_column_that_leads_to_a_person_is_exported_or_kept_back_with_a_reason(app, db_session):
    """Walk the tables themselves: a foreign key to a person, directly or on the way, must be a declared path."""
    subject = accounts.make_member().subject_id
    given = {}
    for section in contents.sections(subject):
        given.setdefault(section.one.name, set()).update(column.name for column in section.columns)
    for one in declared.tables():
        columns = {column.name for column in one.table.columns}
        if one.said.subject:
            back = contents.kept_back(one)
            assert all(back.values()), one.name
            assert given[one.name] | set(back) >= columns, one.name
        unsaid = set(one.said.also) - set(one.said.second)
        assert not unsaid, f"{one.name}: say in `second` what the person at the end of {unsaid} gets, or why nothing"


@pytest.mark.requirement(87)
def test_removing_it_ends_it(app, client, olga):
    page = asked(client)
    tasks.drain(app)
    assert location(client.post(page, data={"_method": "DELETE"})) == EXPORTS
    assert client.post(f"{page}/download").status_code == 409
    making.sweep()
    assert not vault.folders()
    assert services.remove_all(olga.subject_id, now=clock.now() + timedelta(days=1)) == 0


@pytest.mark.requirement(86, 87)
def test_the_api_wants_a_token_of_the_last_minutes(app, client, olga, stopped_clock):
    token = tokens.make(olga.id, name="Mine", scopes=["privacy:read", "privacy:write"], days=7, now=clock.now())
    mine = {"Authorization": f"Bearer {token}"}
    asked_for = client.post("/api/v1/exports", headers=mine)
    assert asked_for.status_code == 202
    here = f"/api/v1/exports/{asked_for.json['id']}"
    assert client.post(f"{here}/download", headers=mine).status_code == 409
    tasks.drain(app)
    (listed,) = client.get("/api/v1/exports", headers=mine).json
    assert listed == client.get(here, headers=mine).json
    assert listed["state"] == "ready"
    answer = client.post(f"{here}/download", headers=mine)
    assert hashlib.sha256(answer.data).hexdigest() == listed["sha256"]
    stopped_clock.forward(minutes=10)
    assert client.post(f"{here}/download", headers=mine).status_code == 403
    assert client.delete(here, headers=mine).status_code == 204
    assert client.get(here, headers=mine).json["state"] == "removed"


# Columns that name a person whom the row is not about.
NOT_ABOUT = {
    "accounts_roles.given_by_id": "the row is about whoever got the role; who gave it acted for the house",
    "shop_refunds.settled_by_id": "the row is about the buyer's money; who paid it otherwise acted for the house",
}


@pytest.mark.requirement(80)
@pytest.mark.engines("sqlite")
def test_every_way_to_a_person_is_a_declared_path(app, db_session):
    people = {"privacy_subjects", "accounts_members"}
    unsaid = []
    for one in declared.tables():
        paths = {path[0] for path in (one.said.subject, *one.said.also) if path}
        for column in one.table.columns:
            leads = {key.column.table.name for key in column.foreign_keys} & people
            if leads and column.name not in paths and f"{one.name}.{column.name}" not in NOT_ABOUT:
                unsaid.append(f"{one.name}.{column.name}")
    assert not unsaid


@pytest.mark.requirement(80)
@pytest.mark.engines("sqlite")
def test_a_planted_column_is_noticed(app, db_session):
    """A column that nobody speaks of is in no section and in nothing kept back; so the tests above are red."""
    one = next(one for one in declared.personal_tables() if one.name == "closets_items")
    said = {name: what for name, what in one.said.columns.items() if name != "notes"}
    silent = declared.DeclaredTable(one.room, one.table, replace(one.said, columns=said))
    (section,) = contents.of_table(silent, 1)
    given = {column.name for column in section.columns if column.name in said}
    assert {column.name for column in one.table.columns} - given - set(contents.kept_back(silent)) == {"notes"}


KINDS = {"object": dict, "array": list, "string": str, "integer": int, "boolean": bool, "null": type(None)}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def fits(schema, value, path="$"):
    """Yield where a value does not fit a schema; the part of JSON Schema that ours uses."""
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and not any(type(value) is KINDS[kind] for kind in kinds):
        yield f"{path}: {value!r} is no {kinds}"
    if "const" in schema and value != schema["const"]:
        yield f"{path}: {value!r}"
    if isinstance(value, str):
        yield from text_fits(schema, value, path)
    if isinstance(value, dict):
        yield from object_fits(schema, value, path)
    if isinstance(value, list) and "items" in schema:
        for number, inner in enumerate(value):
            yield from fits(schema["items"], inner, f"{path}[{number}]")


def text_fits(schema, value, path):
    if "pattern" in schema and not re.search(schema["pattern"], value):
        yield f"{path}: {value!r} has another pattern"
    if len(value) > schema.get("maxLength", len(value)):
        yield f"{path}: too long"
    if schema.get("format") == "date-time" and not MOMENT.fullmatch(value):
        yield f"{path}: {value!r} is no moment in UTC"


def object_fits(schema, value, path):
    yield from (f"{path}: no {name}" for name in schema.get("required", ()) if name not in value)
    for name, inner in value.items():
        if name in schema.get("properties", {}):
            yield from fits(schema["properties"][name], inner, f"{path}.{name}")
        elif schema.get("additionalProperties", True) is False:
            yield f"{path}: {name} is not in the schema"


@pytest.mark.requirement(82)
def test_the_data_fits_its_schema(app, client, olga):
    looks.make_comment(looks.make_look(olga, published=False, visibility="private"), olga)
    archive = fetched(client, app)
    schema = json.loads(archive.read("schema.json"))
    tables = [name for name in archive.namelist() if name.startswith("data/")]
    assert len(tables) == len(schema["$defs"])
    for path in tables:
        name = path.removeprefix("data/").removesuffix(".json")
        assert not list(fits(schema["$defs"][name], json.loads(archive.read(path)))), name
    assert schema["x-kept-back"]["accounts_members"]["password"]
    assert "password" not in schema["$defs"]["accounts_members"]["properties"]["rows"]["items"]["properties"]


@pytest.mark.requirement(23)
def test_receipts_with_their_words_and_proofs_are_in_it(app, client, olga):
    entry = ledger.record(
        subject_id=olga.subject_id,
        point="CP2",
        action="acknowledged",
        method="form:x",
        now=clock.now(),
        wording="Words.",
    )
    archive = fetched(client, app)
    receipt = json.loads(archive.read(f"receipts/{ids.encode(entry.id)}.json"))
    assert receipt["entry"]["wording"] == "Words."
    assert receipt["entry"]["action"] == "acknowledged"
    assert "proof" in receipt
    assert archive.read(f"receipts/wordings/{hashlib.sha256(b'Words.').hexdigest()}.txt") == b"Words."
    assert ids.encode(entry.id) in archive.read("receipts/index.html").decode()


@pytest.mark.requirement(77)
def test_what_the_law_keeps_from_the_person_is_not_in_it(app, client, olga):
    now, reader = clock.now(), accounts.make_member("reader")
    told, secret = (
        Case(
            subject_id=olga.subject_id,
            reader_id=reader.subject_id,
            opened_at=now,
            closes_at=now,
            reference=reference,
            reason="A letter",
        )
        for reference in ("open", "secret")
    )
    db.session.add_all([told, secret])
    db.session.flush()
    silences.silence(until=now + timedelta(days=30), because="case 47 of the court", now=now, case_id=secret.id)
    archive = fetched(client, app)
    assert [row["reference"] for row in rows(archive, "privacy_cases")] == ["open"]
    assert b"case 47 of the court" not in b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.requirement(82)
def test_the_shapes_of_the_data_transfer_project_are_in_it(app, client, olga):
    look = looks.make_look(olga, caption="With my best hat")
    looks.make_look(olga, published=False, visibility="private", caption="Not out")
    looks.make_comment(look, olga, "I love it myself")
    archive = fetched(client, app)
    both = json.loads(archive.read("dtp/photos.json"))
    assert [album["id"] for album in both["albums"]] == ["closet", "looks"]
    (photo,) = both["photos"]  # those of the looks have no file in this test
    assert hashlib.sha1(archive.read(photo["fetchableUrl"]), usedforsecurity=False).hexdigest() == photo["sha1"]
    assert photo["albumId"] == "closet"
    assert photo["mediaType"] == "image/jpeg"
    post, note = json.loads(archive.read("dtp/social.json"))["activities"]
    assert (post["type"], post["content"], len(post["attachments"])) == ("POST", "With my best hat", 1)
    assert (note["type"], note["content"]) == ("NOTE", "I love it myself")


@pytest.mark.requirement(86)
def test_people_without_an_account_get_theirs(app, client, db_session):
    now = clock.now()
    subject = subjects.create(now)
    db.session.add(
        Address(subject_id=subject.id, address="ida@example.test", canonical="ida@example.test", made_at=now)
    )
    code = Code(subject_id=subject.id, address="ida@example.test", locale="en", opens="subject", made_at=now)
    code.expires_at = code.used_at = now
    db.session.add(code)
    db.session.flush()
    with client.session_transaction() as session:
        session["proved_address"] = ids.encode(code.id)
    archive = fetched(client, app)
    (address,) = rows(archive, "rights_addresses")
    assert address["address"] == "ida@example.test"
    assert rows(archive, "accounts_members") == []
    assert {message.to for message in app.extensions[OUTBOX].messages} >= {"ida@example.test"}


@pytest.mark.requirement(85)
@pytest.mark.engines("sqlite")
def test_it_takes_little_memory_however_much_there_is(app, olga, monkeypatch):
    """Three hundred megabytes of photos, at most a tenth of that in memory."""
    photo = db.session.scalar(sa.select(Photo))
    table, large = Photo.__table__, secrets.token_bytes(5 * 1024 * 1024)
    digest = hashlib.sha256(large).hexdigest()
    facts = {column.name: getattr(photo, column.name) for column in table.columns} | {"sha256": digest}
    copies = [{**facts, "id": number, "folder": f"{number:032x}", "public_token": None} for number in range(1, 61)]
    db.session.execute(sa.insert(table), copies)
    subject_id = olga.subject_id
    db.session.commit()
    monkeypatch.setattr(files, "original", lambda folder, suffix: bytes(bytearray(large)))
    writer = vault.Writer("f" * 32, vault.new_key())
    tracemalloc.start()
    exporter.write(writer, subject_id)
    writer.finish()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert writer.size > 60 * len(large)
    assert peak < 30 * 1024 * 1024


@pytest.mark.requirement(85)
@pytest.mark.engines("sqlite")
def test_what_outgrows_the_old_format_is_zip64(app, client, olga, monkeypatch):
    monkeypatch.setattr(zipfile, "ZIP64_LIMIT", 1000)
    monkeypatch.setattr(zipfile, "ZIP_FILECOUNT_LIMIT", 10)
    archive = fetched(client, app)
    assert archive.testzip() is None
    archive.fp.seek(0)
    assert b"PK\x06\x06" in archive.fp.read()  # the end record of ZIP64


def test_an_export_that_ends_while_somebody_asks_again_is_given(client, app, olga, monkeypatch):
    page = asked(client)
    tasks.drain(app)
    monkeypatch.setattr(services, "insert_once", lambda *_, **__: False)  # it was in making a moment ago
    assert asked(client) == page


def at_once(deed, number=8) -> Counter:
    """Do something in threads that start together; return how often each status came."""
    db.session.commit()
    gate, statuses = threading.Barrier(number), []

    def one(place):
        gate.wait()
        statuses.append(deed(place).status_code)

    threads = [threading.Thread(target=one, args=(place,)) for place in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(statuses)


def browsers(app, member, number=8) -> list:
    """Return browsers that are signed in as one member."""
    made = [app.test_client() for _ in range(number)]
    for browser in made:
        accounts.sign_in(browser, member)
        browser.csrf_token()
    return made


def test_six_who_ask_at_once_get_one(app, client, olga):
    """As many as may ask in a day: none of them knows of the others yet."""
    olgas = browsers(app, olga, 6)
    assert at_once(lambda place: olgas[place].post(EXPORTS), 6) == {303: 6}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Export)) == 1


@pytest.mark.requirement(87)
def test_of_eight_downloads_at_once_five_go_through(app, client, olga):
    olgas = browsers(app, olga)
    page = asked(client)
    tasks.drain(app)
    assert at_once(lambda place: olgas[place].post(f"{page}/download")) == {200: 5, 409: 3}
    assert db.session.scalar(sa.select(Export.downloads)) == 5
