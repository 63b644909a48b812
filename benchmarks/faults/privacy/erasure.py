"""Erasures and workers that are killed in mid-work, on both databases.

Whatever the moment: another worker goes on, the receipt counts every row and file once, a look of somebody else's is loved
by exactly those who are left, and nothing that identifies the person is found afterwards but the listed exceptions.
"""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.faults import core
from benchmarks.faults.privacy.site import Site
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.looks.models import Look, Love
from clozette.media import files
from clozette.media.models import Photo
from clozette.rights.erasure import scan, services
from clozette.rights.erasure.models import Erasure, Receipt
from clozette.rights.erasure.tasks import execute
from tests.factories import accounts
from tests.support import processes

KILLS = 6
MOST_KILLS = 24
"""A quick machine is often done before the kill comes: then one more is killed, until half of ``KILLS`` hit the middle."""
LOOKS = 1000
PHOTOS = 500
LOVES = 1200
PATIENCE = 120


@dataclass(frozen=True)
class _Victim:
    """Somebody to erase, and what there was of them."""

    erasure_id: int
    facts: scan.Facts
    folders: list[str]


def run(report: Report) -> None:
    """Run it on SQLite and on PostgreSQL."""
    for database in (core._sqlite, core._postgresql):
        with processes.scratch("erasure") as folder, database(folder) as url:
            _experiment(_Site(url, folder, database.__name__.strip("_")), report)


class _Site(Site):
    """With what the experiment needs."""

    def __init__(self, url: str, folder: Path, name: str) -> None:
        super().__init__(url, folder, name)
        with self.inside():
            self.others = _others()

    def steps(self, erasure_id: int) -> int:
        """Return how many steps are done; all of them and one more when it is over."""
        with self.app.app_context():
            row = db.session.execute(
                sa.select(Erasure.steps, Erasure.begun_at, Erasure.executed_at).where(Erasure.id == erasure_id)
            ).one()
            db.session.rollback()
        if row.executed_at:
            return 1000
        return len(row.steps) + bool(row.begun_at)

    def wait(self, erasure_id: int, steps: int) -> None:
        """Wait until so many steps are done.

        :raises TimeoutError: with the end of the workers' log.
        """
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.steps(erasure_id) >= steps:
                return
            time.sleep(0.005)
        raise TimeoutError(self.last_words())


def _experiment(site: _Site, report: Report) -> None:
    found = {"in_mid_work": 0, "not_done": 0, "miscounted": 0, "found_afterwards": 0, "loves_off": 0}
    kills = 0
    for number in range(MOST_KILLS):
        if number >= KILLS and found["in_mid_work"] >= KILLS // 2:
            break
        with site.inside():
            victim = _victim(site, number)
        with site.worker() as worker:
            site.wait(victim.erasure_id, site.random.randint(1, 6))
            time.sleep(site.random.choice((0, 0.01, 0.05)))
            core._kill(worker)
        kills += 1
        found["in_mid_work"] += site.steps(victim.erasure_id) < 1000
        with site.worker():
            try:
                site.wait(victim.erasure_id, 1000)
            except TimeoutError as error:
                report.figures[f"{site.name}_erasure_log"] = str(error)
                found["not_done"] += 1
                continue
        with site.inside():
            found["miscounted"] += not _counts_are_right(victim)
            found["found_afterwards"] += len(_left_of(victim))
            found["loves_off"] += _loves_off()
    report.figures[f"{site.name}_erasure"] = {**found, "kills": kills}
    _claim(site, report, found)


def _claim(site: _Site, report: Report, found: dict[str, int]) -> None:
    report.claim(f"{site.name}-erasures-killed-in-mid-work", found["in_mid_work"], KILLS // 2, at_most=False)
    report.claim(f"{site.name}-erasures-not-carried-out", found["not_done"], 0)
    report.claim(f"{site.name}-receipts-that-miscount", found["miscounted"], 0)
    report.claim(f"{site.name}-finds-beyond-the-exceptions", found["found_afterwards"], 0)
    report.claim(f"{site.name}-counts-of-others-that-are-off", found["loves_off"], 0)


def _others() -> list[int]:
    """Add somebody whose looks are loved by everybody who comes; return the looks."""
    bob = accounts.make_member("bob_the_author")
    return _looks(bob.id, LOVES)


def _victim(site: _Site, number: int) -> _Victim:
    """Add somebody with a lot of everything, whose erasure is due; return what identifies them."""
    member = accounts.make_member(f"quillwork_{number}", display_name=f"Zephyrine Quill {number}")
    _looks(member.id, LOOKS)
    folders = [_photo(member.subject_id) for _ in range(PHOTOS)]
    now = clock.now()
    loved = [{"look_id": look_id, "member_id": member.id, "at": now} for look_id in site.others]
    db.session.execute(sa.insert(Love), loved)
    db.session.execute(sa.update(Look).where(Look.id.in_(site.others)).values(love_count=Look.love_count + 1))
    facts = scan.facts_of(member.subject_id)
    erasure = services.ask(member.subject_id, via="command", now=now, grace=timedelta(0))
    tasks.enqueue(execute, erasure_id=erasure.id)
    return _Victim(erasure.id, facts, folders)


def _looks(member_id: int, count: int) -> list[int]:
    now = clock.now()
    rows = [Look(member_id=member_id, caption="Quillwork", created_at=now, changed_at=now) for _ in range(count)]
    db.session.add_all(rows)
    db.session.flush()
    return [row.id for row in rows]


def _photo(subject_id: int) -> str:
    folder = secrets.token_hex(16)
    for name in ("original.jpg", "320.webp", "640.webp"):
        files.store().put(f"photos/{folder[:2]}/{folder}/{name}", secrets.token_bytes(2000), "image/webp")
    db.session.add(
        Photo(
            subject_id=subject_id,
            created_at=clock.now(),
            sha256=secrets.token_hex(32),
            bytes=6000,
            width=900,
            height=1200,
            placeholder="",
            colours=[],
            dhash=secrets.randbits(62),
            variants=[320, 640],
            avif=[],
            folder=folder,
            suffix="jpg",
        )
    )
    return folder


def _counts_are_right(victim: _Victim) -> bool:
    counts = db.session.scalars(sa.select(Receipt.counts).where(Receipt.erasure_id == victim.erasure_id)).one()
    expected = {"photos": PHOTOS, "looks": LOVES, "looks_looks": LOOKS, "accounts_members": 1}
    return {name: counts.get(name) for name in expected} == expected


def _left_of(victim: _Victim) -> list[str]:
    """Return what is found beyond the exceptions, and files that stayed."""
    found = [find.place for find in scan.scan_database(victim.facts) if not find.why]
    found += [find.place for find in scan.scan_store(victim.facts) if not find.why]
    for folder in victim.folders:
        found += [stored.key for stored in files.store().stored(f"photos/{folder[:2]}/{folder}/")]
    return found


def _loves_off() -> int:
    loved = sa.select(sa.func.count()).where(Love.look_id == Look.id).scalar_subquery()
    return db.session.scalar(sa.select(sa.func.count()).select_from(Look).where(Look.love_count != loved)) or 0
