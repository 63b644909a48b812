"""Votes while the web process, the worker or the database is killed: in the middle of votes, of the close, of the freeze.

What was answered with a yes must be there once; what got no answer is listed as in doubt, and may be there once or not.
"""

import contextlib
import http.client
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report
from benchmarks.faults.core import _kill
from benchmarks.support import polls
from benchmarks.support.polls import Poll
from clozette import create_app
from clozette.contests import facts
from clozette.contests.drawing import verify_draw
from clozette.contests.planning.models import Contest, Fact
from clozette.contests.voting import files
from clozette.contests.voting.models import Vote, Voter
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.tasks import perform
from clozette.settings import ROOT, Settings
from tests.support import postgres, processes

SEED = 20261123
ROUNDS = int(os.environ.get("CLOZETTE_FAULTS_ROUNDS", "12"))
MEMBERS, EACH, ENTRIES, THREADS = 120, 5, 10, 4
WORK = ("contests.turn_due", "contests.release_unanswered", "contests.watch_votes", "contests.freeze_votes")
"""What a worker does by the clock, here without a pause."""
SETTLE_SECONDS = 60


def run() -> Report:
    """Kill, and count what is there."""
    report = Report()
    with postgres.server(durable=True) as server, tempfile.TemporaryDirectory(prefix="clozette-faults-") as name:
        trial = Trial(server, Path(name))
        try:
            trial.go(report)
        finally:
            trial.end()
    return report


class Trial:
    """A site with one web process and one worker, and contests that are voted on one after the other."""

    def __init__(self, server: postgres.Server, folder: Path) -> None:
        self.server, self.folder, self.random = server, folder, random.Random(SEED)
        self.environment = polls.environment(server.url(server.create_database()), folder)
        self.app: Flask = create_app(Settings.from_environment(self.environment))
        self.crowd = polls.gather(self.app, MEMBERS)
        tasks.create_tables(self.app)
        self.port = processes.free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills: Counter[str] = Counter()
        self.found: Counter[str] = Counter()

    def go(self, report: Report) -> None:
        """Let every contest be voted on, closed and frozen under kills; judge."""
        self._start("web")
        self._start("worker")
        for number in range(ROUNDS):
            poll = self._again(lambda number=number: polls.open_poll(self.app, f"round-{number}", ENTRIES, EACH))
            answers = self._vote(poll)
            self._again(lambda poll=poll: self._let_it_end(poll))
            self._settle(poll)
            self._again(lambda poll=poll, answers=answers: self._count(poll, answers))
        report.figures |= {"kills": dict(self.kills), "found": dict(self.found)}
        for name in ("votes-missing", "votes-twice", "votes-off-the-list", "lists-wrong", "contests-not-frozen"):
            report.claim(f"contests-{name}", self.found[name], 0)
        report.claim("contests-kills", sum(self.kills.values()), ROUNDS * 3, at_most=False)

    def end(self) -> None:
        """End what still runs."""
        for process in self.running.values():
            if process.poll() is None:
                _kill(process)
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose()

    def _vote(self, poll: Poll) -> dict[tuple[int, int], int]:
        """Let everybody vote while two things are killed; return the status of each vote, 0 where no answer came."""
        answers: dict[tuple[int, int], int] = {}
        votes = [(voter, (voter + turn) % ENTRIES) for turn in range(EACH) for voter in range(MEMBERS)]
        threads = [
            threading.Thread(target=self._send, args=(poll, votes[first::THREADS], answers)) for first in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        for victim in self.random.sample(("web", "database", "worker"), 2):
            time.sleep(self.random.uniform(0.2, 1.0))
            self._kill(victim)
        for thread in threads:
            thread.join()
        return answers

    def _send(self, poll: Poll, votes: list[tuple[int, int]], answers: dict[tuple[int, int], int]) -> None:
        for voter, choice in votes:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
            try:
                connection.connect()
                connection.sock.sendall(self.crowd.vote(voter, poll, choice))
                response = http.client.HTTPResponse(connection.sock)
                response.begin()
                answers[voter, choice] = response.status
            except (OSError, http.client.HTTPException):
                answers[voter, choice] = 0
                time.sleep(0.05)
            finally:
                connection.close()

    def _let_it_end(self, poll: Poll) -> None:
        """Let the contest's time be over; the worker closes it, fixes its entries and freezes its votes."""
        with self.app.app_context():
            now = clock.now()
            over = {"closes_at": now - timedelta(minutes=4), "votes_until": now - timedelta(minutes=2)}
            db.session.execute(sa.update(Contest).where(Contest.id == poll.contest_id).values(**over))
            db.session.commit()

    def _settle(self, poll: Poll) -> None:
        """Kill the worker and the database at what they do, then wait until the votes are frozen."""
        for victim in ("worker", self.random.choice(("database", "worker"))):
            time.sleep(self.random.uniform(0.0, 0.6))
            self._kill(victim)
        until = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < until:
            with contextlib.suppress(sa.exc.DBAPIError), self.app.app_context():
                if db.session.get_one(Contest, poll.contest_id).votes_frozen_at is not None:
                    return
            time.sleep(0.1)
        self.found["contests-not-frozen"] += 1

    def _count(self, poll: Poll, answers: dict[tuple[int, int], int]) -> None:
        with self.app.app_context():
            kept = Counter(self._kept(poll))
            yes = {vote for vote, status in answers.items() if status == http.client.SEE_OTHER}
            doubted = {vote for vote, status in answers.items() if status == 0}
            used = db.session.scalar(sa.select(sa.func.sum(Voter.used)).where(Voter.contest_id == poll.contest_id))
            document = files.document(db.session.get_one(Contest, poll.contest_id))
            once = sa.select(sa.func.count()).where(Fact.contest_id == poll.contest_id, Fact.kind == "votes")
            said = facts.of(poll.contest_id, "votes")
            wrong = [what for state, what in verify_draw.check(document).lines if state == "WRONG"]
            is_right = not wrong and db.session.scalar(once) == 1 and said is not None
            self.found += Counter(
                {
                    "votes-answered": len(yes),
                    "votes-in-doubt": len(doubted),
                    "votes-in-doubt-that-are-there": len(doubted & kept.keys()),
                    "votes-missing": len(yes - kept.keys()),
                    "votes-twice": sum(count > 1 for count in kept.values()),
                    "votes-off-the-list": abs(len(document["lines"]) - kept.total())
                    + abs(int(used or 0) - kept.total()),
                    "lists-wrong": int(not is_right),
                }
            )

    def _kept(self, poll: Poll) -> list[tuple[int, int]]:
        """Return the votes that are there, as (voter, choice)."""
        rows = db.session.execute(
            sa.select(Voter.member_id, Vote.entry_id)
            .join(Voter, Voter.id == Vote.voter_id)
            .where(Vote.contest_id == poll.contest_id)
        )
        voters = {member: number for number, member in enumerate(self.crowd.members)}
        choices = {entry: number for number, entry in enumerate(poll.entry_ids)}
        return [(voters[member], choices[entry]) for member, entry in rows]

    def _kill(self, victim: str) -> None:
        self.kills[victim] += 1
        if victim == "database":
            self.server.kill()
            time.sleep(self.random.uniform(0, 0.3))
            self.server.start()
        else:
            _kill(self.running[victim])
            self._start(victim)

    def _start(self, name: str) -> None:
        log = self.folder / f"{name}.log"
        given = {**os.environ, **self.environment}
        if name == "worker":
            self.running[name] = processes.start([sys.executable, "-m", __name__], log, env=given, cwd=ROOT)
            return
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", "1"]
        command += ["--factory", "--blocking-threads", "2", "--log-level", "error", "clozette:create_app"]
        self.running[name] = processes.start(command, log, env=given, cwd=ROOT)
        processes.wait_until(lambda: processes.answers(self.port), self.running[name], log)

    def _again(self, deed: Any) -> Any:
        """Do something of the experiment's own, once more if the database had just been killed."""
        for _ in range(20):
            try:
                return deed()
            except sa.exc.DBAPIError:
                time.sleep(0.2)
        return deed()


def work() -> None:
    """Do a worker's tasks over and over, until killed."""
    app = create_app(Settings.from_environment(os.environ))
    while True:
        for name in WORK:
            try:
                perform.perform(app, name, {})
            except sa.exc.DBAPIError:
                time.sleep(0.1)


if __name__ == "__main__":
    work()
