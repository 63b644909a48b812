"""Newsletters while a worker, the database or the mail server is killed at random moments (PostgreSQL).

What arrived is what the mail server wrote down before it answered. Nobody may get two; nobody may be lost; what is in
doubt is listed as such, and is at most one letter for each open connection and round.
"""

import contextlib
import itertools
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report
from benchmarks.faults.core import _kill
from benchmarks.support import letters
from clozette import create_app
from clozette.kernel.database import db
from clozette.newsletters.sending.names import read_verp
from clozette.settings import ROOT, Settings
from tests.support import postgres, processes

SEED = 20261123
ROUNDS = int(os.environ.get("CLOZETTE_FAULTS_ROUNDS", "50"))
READERS = 2000
WORKERS, CONNECTIONS = 2, 8
RATE = 400
VICTIMS = ("worker", "worker", "mail server", "database")
SETTLE_SECONDS = 120
SWEEP = "tests/newsletters/leaving/test_mails.py::test_looking_at_every_link_of_many_mails_leaves_all_subscribed"


def run() -> Report:
    """Kill, and count what arrived."""
    report = Report()
    with (
        postgres.server(durable=True) as server,
        tempfile.TemporaryDirectory(prefix="clozette-faults-") as name,
    ):
        trial = Trial(server, Path(name))
        try:
            trial.go(report)
        finally:
            trial.end()
    _sweep(report)
    return report


def _sweep(report: Report) -> None:
    """Look at every link of a thousand mails in every way; the test's own run looks at fewer, and most in one."""
    command = [sys.executable, "-m", "pytest", "-q", "--db", "sqlite", "-p", "no:cacheprovider", SWEEP]
    many = {**os.environ, "CLOZETTE_SWEEP_MAILS": "1000", "CLOZETTE_SWEEP_EVERY": "1"}
    swept = subprocess.run(command, cwd=ROOT, env=many, stdout=sys.stderr, check=False)
    report.claim("newsletters-left-by-looking-at-links", swept.returncode, 0)


class Trial:
    """A site, its workers and its mail server."""

    def __init__(self, server: postgres.Server, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.random = random.Random(SEED)
        self.port = processes.free_port()
        self.taken = folder / "taken"
        url = server.url(server.create_database())
        self.environment = letters.environment(url, folder, self.port, key=None, connections=CONNECTIONS)
        self.environment["CLOZETTE_NEWS_LIMITS"] += f" all={RATE}/s"
        self.app: Flask = create_app(Settings.from_environment(self.environment))
        self.newsletter_id = letters.fill(self.app, READERS)
        self.campaigns: list[int] = []
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self.mail: subprocess.Popen[bytes] | None = None
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)

    def go(self, report: Report) -> None:
        """Let it run through all the kills, then come to rest; judge."""
        self._start_mail()
        for number in range(WORKERS):
            self._start_worker(f"faults-{number}")
        doubts, kills = [0], Counter[str]()
        for _ in range(ROUNDS):
            self._keep_busy()
            time.sleep(self.random.uniform(0.3, 1.5))
            victim = self.random.choice(VICTIMS)
            kills[victim] += 1
            self._kill(victim)
            self._wait_for_doubts()
            doubts.append(self._count("uncertain"))
        self._settle()
        report.figures["kills"] = dict(kills)
        report.figures["uncertain_by_round"] = [after - before for before, after in itertools.pairwise(doubts)]
        self._judge(report)

    def end(self) -> None:
        """End what still runs."""
        for process in [*self.workers.values(), *([self.mail] if self.mail else [])]:
            if process.poll() is None:
                _kill(process)
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose()

    def _keep_busy(self) -> None:
        states = self._rows("SELECT state FROM newsletters_campaigns WHERE state IN ('queueing', 'running')")
        if not states:
            self.campaigns.append(letters.start_campaign(self.app, self.newsletter_id))
            with contextlib.suppress(TimeoutError):
                _wait(lambda: self._count("sent", self.campaigns[-1]), 20)

    def _kill(self, victim: str) -> None:
        if victim == "worker":
            name = self.random.choice(sorted(self.workers))
            _kill(self.workers[name])
            self._start_worker(name)
        elif victim == "mail server":
            assert self.mail is not None
            _kill(self.mail)
            self._start_mail()
        else:
            self.server.kill()
            time.sleep(self.random.uniform(0, 0.5))
            self.server.start()

    def _start_mail(self) -> None:
        command = [sys.executable, "-m", "benchmarks.faults._smtp_server", str(self.port), str(self.taken)]
        log = self.folder / "mail.log"
        self.mail = processes.start(command, log, cwd=ROOT)
        processes.wait_until(lambda: processes.answers(self.port), self.mail, log)

    def _start_worker(self, name: str) -> None:
        given = {**os.environ, **self.environment, "CLOZETTE_WORKER_ID": name}
        command = [sys.executable, "-m", "clozette", "worker", "--beat", "1"]
        self.workers[name] = processes.start(command, self.folder / "worker.log", env=given, cwd=ROOT)

    def _wait_for_doubts(self) -> None:
        """Wait until both workers beat again, so that what the dead one left is looked after."""
        beating = "SELECT name FROM newsletters_senders WHERE seen_at > now() - interval '4 s' AND name LIKE 'faults-%'"
        with contextlib.suppress(TimeoutError):
            _wait(lambda: len(self._rows(beating)) == WORKERS, 30)
        time.sleep(2.5)

    def _settle(self) -> None:
        left = "SELECT 1 FROM newsletters_campaigns WHERE state IN ('queueing', 'running') LIMIT 1"
        with contextlib.suppress(TimeoutError):
            _wait(lambda: not self._rows(left), SETTLE_SECONDS)

    def _judge(self, report: Report) -> None:
        arrived = self._arrived()
        kept = {
            (row[0], row[1]): row[2]
            for row in self._rows("SELECT campaign_id, contact_id, state FROM newsletters_sendings")
        }
        twice = sum(count > 1 for count in arrived.values())
        lost = [one for one, state in kept.items() if state not in {"sent", "uncertain"}]
        untrue = [one for one, state in kept.items() if state == "sent" and one not in arrived]
        unlisted = [one for one in arrived if kept.get(one) not in {"sent", "uncertain"}]
        doubts = sum(state == "uncertain" for state in kept.values())
        states = Counter(row[0] for row in self._rows("SELECT state FROM newsletters_campaigns"))
        report.figures |= {
            "campaigns": dict(states),
            "sendings": dict(Counter(kept.values())),
            "uncertain_that_arrived": sum(one in arrived for one, state in kept.items() if state == "uncertain"),
        }
        report.claim("newsletters-readers-who-got-two", twice, 0)
        report.claim("newsletters-readers-lost", len(lost), 0)
        report.claim("newsletters-called-sent-but-not-there", len(untrue), 0)
        report.claim("newsletters-arrived-but-not-known", len(unlisted), 0)
        report.claim("newsletters-uncertain-a-round", doubts / ROUNDS, CONNECTIONS)
        report.claim("newsletters-uncertain-in-one-round", max(report.figures["uncertain_by_round"]), CONNECTIONS)
        report.claim("newsletters-campaigns-finished", states["finished"], len(self.campaigns), at_most=False)
        report.claim("newsletters-kills", ROUNDS, ROUNDS, at_most=False)

    def _arrived(self) -> Counter[tuple[int, int]]:
        with self.app.app_context():
            named = (read_verp(line) for line in self.taken.read_text().split("\n") if line)
            return Counter(one for one in named if one is not None)

    def _count(self, state: str, campaign_id: int | None = None) -> int:
        which = f" AND campaign_id = {campaign_id}" if campaign_id else ""
        return int(self._rows(f"SELECT count(*) FROM newsletters_sendings WHERE state = '{state}'{which}")[0][0])

    def _rows(self, statement: str) -> list[sa.Row[tuple[object, ...]]]:
        with self.engine.connect() as connection:
            return list(connection.execute(sa.text(statement)))


def _wait(until: object, seconds: float) -> None:
    end = time.monotonic() + seconds
    while not until():  # type: ignore[operator]
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.1)
