"""The ledger: verifying a million entries against reading and hashing them once, and what recording a consent costs.

1. Verifying: every leaf re-hashed, chained, the tree built, every row held against its leaf, every inner node against the
   leaves, the published heads, the words and what stands now, against: reading the same rows and leaves and hashing the leaves' bytes once.
2. Recording: ``consents.answer`` (entry, words, state, leaf for the tree) and its commit, against inserting and committing
   the same row through the same session.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report, median
from benchmarks.support import sites
from clozette.kernel import clock, migrations
from clozette.kernel.database import db
from clozette.kernel.ids import id_at, new_id
from clozette.privacy import consents, ledger, subjects
from clozette.privacy.ledger import audit, entries
from clozette.privacy.models import Consent, LedgerEntry, Subject
from clozette.privacy.tree import canonical, heads, sequencer
from clozette.privacy.tree.models import Leaf, Waiting
from tests.support import postgres, processes

ENTRIES = 1_000_000
CHUNK = 20_000
ANSWERS = 400
ROUNDS = 5
VERIFY_TIMES = 5.0
RECORD_TIMES = 3.0


def run() -> Report:
    """Measure both on both databases."""
    report = Report()
    for name, database in (("sqlite", _sqlite), ("postgresql", _postgresql)):
        with processes.scratch("ledger") as folder, database(folder) as url:
            app = sites.site(url, folder)
            migrations.upgrade(app)
            with app.app_context():
                _verifying(report, name)
                _recording(report, name)
                for engine in db.engines.values():
                    engine.dispose()
    return report


def _recording(report: Report, name: str) -> None:
    """Take turns, so that what else the machine does falls on both alike."""
    subject = subjects.create(clock.now())
    template = _answer(subject.id)
    db.session.commit()
    bare, whole = [], []
    for _ in range(ROUNDS):
        bare.append(_timed(lambda: _insert_bare(subject.id, template), ANSWERS))
        whole.append(_timed(lambda: _answer(subject.id), ANSWERS))
    report.figures[f"{name}_bare_insert_ms"] = median(bare) * 1000
    report.figures[f"{name}_record_ms"] = median(whole) * 1000
    report.claim(f"record_consent_{name}", median(whole) / median(bare), RECORD_TIMES)


def _timed(deed: Callable[[], object], count: int) -> float:
    """Return the seconds that a deed and its commit take, on average."""
    begun = time.perf_counter()
    for _ in range(count):
        deed()
        db.session.commit()
    return (time.perf_counter() - begun) / count


def _answer(subject_id: int) -> dict[str, Any]:
    entry = consents.answer(
        subject_id,
        "our_news",
        "email",
        "given",
        now=clock.now(),
        method="form:consents",
        circumstances={"address": "203.0.113.0/24", "agent": "Firefox on Linux"},
    )
    return {column.name: getattr(entry, column.name) for column in LedgerEntry.__table__.columns}


def _insert_bare(subject_id: int, template: dict[str, Any]) -> None:
    db.session.add(LedgerEntry(**{**template, "id": new_id()}))
    db.session.flush()


def _verifying(report: Report, name: str) -> None:
    _fill(ENTRIES)
    heads.publish(clock.now())
    once, took = [], []
    for _ in range(2):  # in turns, the better of each: what else the machine does falls on both
        once.append(_read_and_hash())
        took.append(_verify())
    report.figures[f"{name}_read_and_hash_s"] = min(once)
    report.figures[f"{name}_verify_s"] = min(took)
    report.claim(f"verify_a_million_{name}", min(took) / min(once), VERIFY_TIMES)


def _verify() -> float:
    begun = time.perf_counter()
    found = audit.verify_all()
    took = time.perf_counter() - begun
    if not found.is_whole or found.size < ENTRIES:
        raise RuntimeError(f"the ledger should be whole: {found.faults[:3]}")
    return took


def _read_and_hash() -> float:
    """Read every row and every leaf as the driver gives them, and hash the leaves' bytes once."""
    rows = str(sa.select(LedgerEntry.__table__).order_by(LedgerEntry.id))
    leaves = str(sa.select(Leaf.__table__).order_by(Leaf.position))
    begun = time.perf_counter()
    with audit.snapshot() as connection:
        for row in _driver_rows(connection, leaves):
            hashlib.sha256(row[3]).digest()
        for _ in _driver_rows(connection, rows):
            pass
    return time.perf_counter() - begun


def _driver_rows(connection: sa.Connection, statement: str) -> Iterator[Any]:
    connection.execute(sa.text("SELECT 1"))
    driver: Any = connection.connection.driver_connection
    cursor = driver.cursor(name="reading") if connection.dialect.name == "postgresql" else driver.cursor()
    cursor.execute(statement)
    while rows := cursor.fetchmany(5000):
        yield from rows
    cursor.close()


def _fill(count: int) -> None:
    """Write so many entries with their leaves, as the deeds and the sequencer would, without their bookkeeping."""
    people = _people(1000)
    wording = ledger.keep_wording("[ ] Our own news", clock.now())
    db.session.commit()
    start = clock.now() - timedelta(days=300)
    for first in range(0, count, CHUNK):
        rows = [_row(people[number % len(people)], number, start, wording) for number in range(first, first + CHUNK)]
        waiting = [
            {
                "id": row["id"],
                "kind": entries.KIND,
                "row_id": row["id"],
                "data": canonical.leaf(entries.KIND, row["id"], row["subject_id"], entries.payload_of(_Row(row))),
                "at": row["at"],
            }
            for row in rows
        ]
        db.session.execute(sa.insert(LedgerEntry), rows)
        db.session.execute(sa.insert(Waiting), waiting)
        db.session.commit()
        while sequencer.sequence(clock.now()):
            pass
    _keep_states(people, rows)


def _keep_states(people: list[int], rows: list[dict[str, Any]]) -> None:
    """Write what stands after the last rows, in which everybody answered."""
    last = {row["subject_id"]: row for row in rows}
    same = ("subject_id", "purpose", "channel", "action", "at")
    states = [{"id": new_id(), "entry_id": row["id"], **{name: row[name] for name in same}} for row in last.values()]
    db.session.execute(sa.insert(Consent), states)
    db.session.commit()


class _Row:
    def __init__(self, values: dict[str, Any]) -> None:
        self.__dict__ = values


def _people(count: int) -> list[int]:
    now = clock.now()
    rows = [
        {"id": new_id(), "created_at": now, "key": secrets.token_bytes(32), "erased_at": None} for _ in range(count)
    ]
    db.session.execute(sa.insert(Subject), rows)
    return [row["id"] for row in rows]


def _row(subject_id: int, number: int, start: Any, wording: str) -> dict[str, Any]:
    at = start + timedelta(seconds=number * 20, microseconds=number % 1000)
    return {
        "id": id_at(at, number),
        "subject_id": subject_id,
        "at": at,
        "point": "CP5",
        "action": ("given", "withdrawn")[number % 2],
        "purpose": "our_news",
        "channel": "email",
        "wording": wording,
        "policy_version": "2026-11-22",
        "method": "form:consents",
        "actor": "subject",
        "sealed": secrets.token_bytes(90),
        "received_at": at,
        "basis": "consent",
        "policy_sha256": wording,
        "surface": "/privacy/consents",
        "served_id": number or None,
    }


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'clozette.db'}"


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    with postgres.server() as server:
        yield server.url(server.create_database())
