"""A site with one web process and one worker that are killed, over a database that is killed too."""

import contextlib
import http.client
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from flask import Flask

from benchmarks.claims import Report
from benchmarks.faults import _contests_site as process
from benchmarks.faults.contests.sponsor import Server
from benchmarks.faults.core import _kill
from benchmarks.support import polls
from clozette import create_app
from clozette.accounts.models import Role, SignIn
from clozette.community.models import Notification
from clozette.contests.planning.models import Fact
from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.privacy.ledger import audit
from clozette.privacy.tree.models import Leaf, Waiting
from clozette.sandbox import drand
from clozette.settings import ROOT, Settings
from tests.support import postgres, processes

SEED = 20261123
MEMBERS = 120
SETTLE_SECONDS = 90
HARMS = ("fuse worker", "fuse worker", "fuse worker", "worker", "database")
BURNS_SECONDS = 2.5
"""How long a fuse may burn: a process that has nothing to write is left alone then."""
LONGEST_FUSE = 25
LEAST_DEATHS = 60
"""Of how many processes at a write of their own this run is to tell."""
_PROCESSES = ("web", "worker")
Found = TypeVar("Found")


class Site:
    """All of it. ``found`` counts what must not be, ``kills`` what was killed from outside."""

    def __init__(self, server: postgres.Server, folder: Path) -> None:
        self.server, self.folder, self.random = server, folder, random.Random(SEED)
        self.sponsor = Server(folder)
        self.died, self.mails = folder / "died", folder / "mails"
        self.mails.touch()
        url = server.url(server.create_database())
        self.environment = polls.environment(url, folder) | {
            "CLOZETTE_DRAND_CHAIN": json.dumps(drand.info()),
            "CLOZETTE_EXPORT_APPROVAL_ABOVE": "10",
        }
        self.app: Flask = create_app(Settings.from_environment(self.environment))
        self.crowd = polls.gather(self.app, MEMBERS)
        tasks.create_tables(self.app)
        self.port = processes.free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.kills: Counter[str] = Counter()
        for name in _PROCESSES:
            self._start(name)

    def again(self, deed: Callable[[], Found]) -> Found:
        """Do something of the experiment's own in one transaction, once more if the database had just been killed."""
        for turn in range(30):
            with self.app.app_context():
                try:
                    done = deed()
                    db.session.commit()
                    return done
                except sa.exc.DBAPIError:
                    if turn == 29:
                        raise
                    db.session.rollback()
            time.sleep(0.2)
        raise AssertionError

    def staff(self, index: int, *roles: str) -> None:
        """Let somebody of the crowd be staff, or anybody with a second factor."""
        member_id, now = self.crowd.members[index], clock.now()

        def give() -> None:
            mine = sa.update(SignIn).where(SignIn.member_id == member_id)
            db.session.execute(mine.values(second_factor_at=now, proved_at=now, method="password+totp"))
            have = set(db.session.scalars(sa.select(Role.name).where(Role.member_id == member_id)))
            db.session.add_all(Role(member_id=member_id, name=name, given_at=now) for name in set(roles) - have)

        self.again(give)

    def post(self, index: int, path: str, values: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Send a form of somebody's; return the status and the body, 0 where no whole answer came."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.connect()
            connection.sock.sendall(self.crowd.form(index, path, values or {}))
            response = http.client.HTTPResponse(connection.sock)
            response.begin()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()
            self.mend()

    def fuse(self, name: str, most: int = LONGEST_FUSE) -> None:
        """Let a process kill itself at one of its next writes."""
        longest = self.random.choice((2, 6, most))
        (self.folder / f"fuse-{name}").write_text(str(self.random.randrange(longest)))

    def harm(self, harms: tuple[str, ...] = HARMS) -> None:
        """Kill something once, or let it kill itself, and start it again."""
        what, _blank, name = self.random.choice(harms).rpartition(" ")
        time.sleep(self.random.uniform(0, 0.5))
        if what == "fuse":
            self.fuse(name)
            until = time.monotonic() + BURNS_SECONDS
            while self.running[name].poll() is None and time.monotonic() < until:
                time.sleep(0.02)
            (self.folder / f"fuse-{name}").unlink(missing_ok=True)
        elif name == "database":
            self.kills[name] += 1
            self.server.kill()
            time.sleep(self.random.uniform(0, 0.3))
            self.server.start()
        else:
            self.kills[name] += 1
            _kill(self.running[name])
        self.mend()

    def mend(self) -> None:
        """Start again what has killed itself."""
        for name in _PROCESSES:
            if self.running[name].poll() is not None:
                with contextlib.suppress(ProcessLookupError):
                    _kill(self.running[name])
                self._start(name)

    def until(self, is_over: Callable[[], Any], kills: int = 0, harms: tuple[str, ...] = HARMS) -> bool:
        """Kill so many times, or until it is over; then wait until it is. Say whether it came to that."""
        for _ in range(kills):
            if self.again(is_over):
                return True
            self.harm(harms)
        end = time.monotonic() + SETTLE_SECONDS
        while time.monotonic() < end:
            self.mend()
            if self.again(is_over):
                return True
            time.sleep(0.1)
        return False

    def quiet(self) -> None:
        """Wait until no task waits or runs, and everything is in the tree."""

        def is_quiet() -> bool:
            left = tasks.standing(self.app)
            waits = db.session.scalar(sa.select(sa.exists().where(Waiting.id.is_not(None))))
            return not (left.waiting or left.running or waits)

        if not self.until(is_quiet):
            raise TimeoutError("tasks are left: " + self.log("worker"))

    def log(self, name: str) -> str:
        """Return the end of what a process wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def deaths(self) -> list[str]:
        """Return where processes killed themselves."""
        return self.died.read_text().splitlines() if self.died.exists() else []

    def judge(self, report: Report) -> None:
        """Look at what holds of everything: the ledger, the facts' leaves, and what was told."""
        self.quiet()
        deaths = self.deaths()
        report.figures |= {"kills_from_outside": dict(self.kills), "killed_at": dict(Counter(deaths).most_common())}
        self.again(lambda: self._judge(report))
        report.claim("contests-kills-within-deeds", len(deaths), LEAST_DEATHS, at_most=False)

    def _judge(self, report: Report) -> None:
        leaves = sa.select(sa.func.count()).where(Leaf.kind == "contest_fact", Leaf.row_id == Fact.id).scalar_subquery()
        torn = db.session.scalar(sa.select(sa.func.count()).select_from(Fact).where(leaves != 1))
        told = (Notification.member_id, Notification.kind, Notification.deed_id)
        often = sa.select(*told).group_by(*told).having(sa.func.count() > 1).subquery()
        twice = db.session.scalar(sa.select(sa.func.count()).select_from(often))
        verified = audit.verify_all()
        report.figures |= {"leaves": verified.size, "ledger_faults": [str(one) for one in verified.faults]}
        report.claim("contests-tasks-given-up", tasks.standing(self.app).failed, 0)
        report.claim("contests-ledger-faults", len(verified.faults), 0)
        report.claim("contests-facts-without-one-leaf", torn or 0, 0)
        report.claim("contests-notices-twice", twice or 0, 0)

    def end(self) -> None:
        """End what still runs."""
        self.sponsor.end()
        for one in self.running.values():
            if one.poll() is None:
                _kill(one)
        with self.app.app_context():
            for engine in db.engines.values():
                engine.dispose()

    def _start(self, name: str) -> None:
        log = self.folder / f"{name}.log"
        given = {**os.environ, **self.environment, **self.sponsor.environment}
        given |= {process.DIED: str(self.died), process.MAILS: str(self.mails)}
        given |= {process.FUSE: str(self.folder / f"fuse-{name}")}
        if name == "worker":
            command = [sys.executable, "-m", process.__name__]
            self.running[name] = processes.start(command, log, env=given, cwd=ROOT)
            return
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", "1"]
        command += ["--factory", "--blocking-threads", "2", "--log-level", "error", f"{process.__name__}:create"]
        self.running[name] = processes.start(command, log, env=given, cwd=ROOT)
        processes.wait_until(lambda: processes.answers(self.port), self.running[name], log)
