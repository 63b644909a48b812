"""The log of hand-overs for the staff: filters, the table without people, an entry with its proof, and reconciliation."""

import csv
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.sponsors import handing, sharing
from clozette.contests.sponsors.models import Fetch
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.privacy import consents
from clozette.privacy.disclosures.models import Departure, Disclosure, Handover
from clozette.privacy.tree import heads, sequencer
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_contest, make_entry, make_sharing, make_sponsor
from tests.support.client import Client

ROOT = Path(__file__).parents[2]


@pytest.fixture
def admin(client: Client, db_session: orm.Session) -> Client:
    sign_in(client, make_member("anna", roles=("admin",)), second_factor=True)
    return client


@pytest.fixture
def ada(db_session: orm.Session) -> Member:
    return make_member("ada")


@pytest.fixture
def entry(ada: Member, db_session: orm.Session) -> Handover:
    """What Ada shared with a sponsor."""
    return handed_over(ada, "=Acme Ltd")


def handed_over(member: Member, name: str) -> Handover:
    sponsor = make_sponsor(legal_name=name)
    contest = make_contest("closed", sponsor=sponsor)
    asked, now = make_sharing(contest, sponsor), clock.now()
    make_entry(contest, member)
    consents.answer(member.subject_id, sharing.purpose_of(asked), "site", "given", now=now, method="form:test")
    staff = make_member().subject_id
    handout = handing.prepare(asked, reason="as agreed", means="file", form="json", by_id=staff, now=now)
    handing.fetch(handout, by_id=staff, now=now)
    return db.session.scalars(sa.select(Handover).order_by(Handover.id.desc()).limit(1)).one()


@pytest.mark.requirement(73, 75)
def test_an_entry_says_everything_and_names_nobody(admin: Client, entry: Handover, ada: Member) -> None:
    page = admin.get(f"/admin/disclosures/{ids.encode(entry.id)}").text
    for words in ("=Acme Ltd", "accounts_members.email", entry.payload_sha256, "90 days", "download"):
        assert words in page
    assert "ada@" not in page and "@ada" not in page
    assert admin.get("/admin/disclosures/0000000000001").status_code == 404
    mark = db.session.scalars(sa.select(Fetch.mark)).one()
    assert ids.encode(entry.id) in admin.get(f"/admin/disclosures?mark={mark}").text
    assert "No hand-over has this mark" in admin.get("/admin/disclosures?mark=2222").text


@pytest.mark.requirement(73)
@pytest.mark.parametrize(
    ("query", "status", "is_there"),
    [
        ("recipient=acme", 200, True),
        ("recipient=bolt", 200, False),
        ("recipient=%25", 200, False),
        ("trigger=contest", 200, True),
        ("trigger=law", 200, False),
        ("means=file", 200, True),
        ("means=webhook", 200, False),
        ("since=2020-01-01", 200, True),
        ("until=2020-01-01", 200, False),
        ("since=yesterday", 422, True),
        ("purpose=our_news", 200, False),
        ("recipient=" + "x" * 300, 422, True),
    ],
)
def test_the_log_is_narrowed_down(admin: Client, entry: Handover, query: str, status: int, is_there: bool) -> None:
    answer = admin.get(f"/admin/disclosures?{query}")
    assert answer.status_code == status
    assert (f"/admin/disclosures/{ids.encode(entry.id)}" in answer.text) is is_there
    if status == 200:
        rows = list(csv.DictReader(io.StringIO(admin.get(f"/admin/disclosures.csv?{query}").text)))
        assert len(rows) == is_there


@pytest.mark.requirement(73)
def test_the_table_calculates_nothing_and_has_no_people(admin: Client, entry: Handover, ada: Member) -> None:
    answer = admin.get("/admin/disclosures.csv")
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["legal_name"] == "'=Acme Ltd"
    assert (row["sha256"], row["people"]) == (entry.payload_sha256, "1")
    assert "ada" not in answer.text.replace("data@", "")


@pytest.mark.requirement(76)
def test_the_proof_of_an_entry_holds_by_the_stand_alone_tool_also_after_an_erasure(
    app: Flask, admin: Client, entry: Handover, ada: Member, db_session: orm.Session, tmp_path: Path
) -> None:
    here = f"/admin/disclosures/{ids.encode(entry.id)}"
    person = db_session.scalars(sa.select(Disclosure.id)).one()
    places = (f"{here}/proof.json", f"{here}/people/{ids.encode(person)}/proof.json")
    assert admin.get(places[0]).status_code == 404, "no signed head covers it yet"
    now = clock.now()
    wish = erasures.ask(ada.subject_id, via="desk", now=now, grace=timedelta(0))
    db_session.commit()
    assert executor.execute(wish.id, now=now, save=db.session.commit)
    db_session.commit()
    sequencer.run(clock.now())
    heads.publish(clock.now())
    for number, place in enumerate(places):
        file = tmp_path / f"{number}.json"
        file.write_bytes(admin.get(place).data)
        assert verified(file), place
        proof = json.loads(file.read_text())
        proof["path"] = [*proof["path"][:-1], "0" * 64]
        file.write_text(json.dumps(proof))
        assert not verified(file)
    assert "an erased person" in admin.get(here).text
    other = handed_over(make_member("bob"), "Bolt Ltd")
    assert (
        admin.get(f"/admin/disclosures/{ids.encode(other.id)}/people/{ids.encode(person)}/proof.json").status_code
        == 404
    )


def verified(file: Path) -> bool:
    tool = [sys.executable, "-I", str(ROOT / "tools" / "verify_ledger.py"), str(file)]
    return subprocess.run(tool, capture_output=True, check=False).returncode == 0


@pytest.mark.requirement(79)
def test_reconciliation_shows_what_left_without_the_log(
    admin: Client, entry: Handover, db_session: orm.Session
) -> None:
    page = admin.get("/admin/reconciliation").text
    assert "All bytes that left are in the log" in page and "download" in page
    planted: list[dict[str, Any]] = [
        {"handover_id": None, "port": "backdoor", "sha256": "0" * 64, "bytes": 7},
        {"handover_id": entry.id, "port": "download", "sha256": "1" * 64, "bytes": entry.payload_bytes},
    ]
    db_session.add_all(Departure(at=clock.now(), **row) for row in planted)
    db_session.flush()
    page = admin.get("/admin/reconciliation").text
    assert "backdoor · in no log" in page and "download · other bytes than the log says" in page
    assert "All bytes that left are in the log" not in page


@pytest.mark.requirement(76)
@pytest.mark.parametrize("table", ["privacy_handovers", "privacy_disclosures", "privacy_departures"])
def test_the_log_is_never_changed(entry: Handover, db_session: orm.Session, table: str) -> None:
    with pytest.raises(sa.exc.DatabaseError, match="append-only"):
        db_session.execute(sa.text(f"DELETE FROM {table}"))
