"""The foundation's promises about tasks, on both databases, with processes killed for real.

1. A task asked for in a request that fails never runs.
2. One asked for in a request that was answered well runs, even if the web process is killed right after the answer;
   and killed in mid-request, either everything of it stays or nothing.
3. The work of a worker that is killed for good in mid-task is taken up by a worker of another name.
"""

import contextlib
import http.client
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report, percentile
from benchmarks.faults import _core_site as tracks
from clozette import create_app
from clozette.kernel import tasks
from clozette.kernel.database import Model, db
from clozette.settings import ROOT, Settings
from tests.support import postgres, processes

SEED = 20261122
KILLS = 10
FAILURES = 60
TIMED = 30
START_SECONDS = 0.5  # a person waits for the mail that a task sends
BEAT = 0.5
BAD_ENDS = ("raise", "abort", "refuse", "conflict", "answer")


def run() -> Report:
    """Run every experiment on SQLite and on PostgreSQL."""
    report = Report()
    for database in (_sqlite, _postgresql):
        with processes.scratch("faults") as folder, database(folder) as url:
            site = Site(url, folder, database.__name__.strip("_"))
            try:
                _web_experiments(site, report)
                _worker_experiment(site, report)
            finally:
                site.stop_all()
    return report


class Site:
    """A web process and some workers over one database."""

    def __init__(self, url: str, folder: Path, name: str) -> None:
        self.name, self.folder = name, folder
        self.random = random.Random(SEED)
        self.port = processes.free_port()
        self.environment = _environment(url, folder, self.port)
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)
        self.web: subprocess.Popen[bytes] | None = None
        self.workers: dict[str, subprocess.Popen[bytes]] = {}
        self._numbers = 0
        self._create_tables()

    def number(self) -> int:
        """Return a number that no task had yet."""
        self._numbers += 1
        return self._numbers

    def start_web(self) -> None:
        """Start the web process and wait until it answers."""
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self.port), "--workers", "1"]
        command += [
            "--factory",
            "--blocking-threads",
            "2",
            "--log-level",
            "error",
            "benchmarks.faults._core_site:create",
        ]
        log = self.folder / "web.log"
        self.web = processes.start(command, log, env=self.environment, cwd=ROOT)
        processes.wait_until(lambda: processes.answers(self.port), self.web, log)

    def start_worker(self, name: str) -> None:
        """Start a worker; it is up when it beats."""
        command = [sys.executable, "-m", "benchmarks.faults._core_site", "--beat", str(BEAT)]
        log = self.folder / "worker.log"
        environment = {**self.environment, "CLOZETTE_WORKER_ID": name}
        self.workers[name] = processes.start(command, log, env=environment, cwd=ROOT)
        beats = sa.text("SELECT beats FROM kernel_workers WHERE executor_id = :name AND beats > 1")
        processes.wait_until(lambda: bool(self.rows(beats, name=name)), self.workers[name], log)

    def kill_web(self) -> None:
        """Kill the web process and its children without warning."""
        assert self.web is not None
        _kill(self.web)

    def kill_worker(self, name: str) -> None:
        """Kill a worker for good."""
        _kill(self.workers.pop(name))

    def stop_all(self) -> None:
        """End what still runs."""
        for process in [*self.workers.values(), *([self.web] if self.web else [])]:
            if process.poll() is None:
                _kill(process)

    def ask(self, task: str, number: int, manner: str, after: Callable[[], None] = lambda: None) -> int:
        """Send a request and return its status, 0 where none came; ``after`` runs before the answer is read."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", f"/faults/{task}/{number}/{manner}", headers={"Host": f"localhost:{self.port}"})
            after()
            return connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return 0
        finally:
            connection.close()

    def ask_well(self, task: str, number: int) -> None:
        """Send a request that must be answered well."""
        status = self.ask(task, number, "well")
        if status != 200:
            raise RuntimeError(f"answered {status}:\n{self.log('web')}")

    def log(self, name: str) -> str:
        """Return the end of what the web process or the workers wrote."""
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def rows(self, statement: Any, **values: Any) -> list[Any]:
        """Run a query on a connection of its own."""
        with self.engine.connect() as connection:
            return list(connection.execute(statement, values))

    def numbers(self, table: sa.Table) -> set[int]:
        """Return the numbers in a table of tracks."""
        return {row.number for row in self.rows(sa.select(table.c.number))}

    def settle(self, expected: set[int], seconds: float = 30) -> None:
        """Wait until the expected tasks are done, then a little longer for those that nobody expects."""
        with contextlib.suppress(TimeoutError):
            _wait(lambda: expected <= self.numbers(tracks.done), seconds)
        time.sleep(1.0)

    def _create_tables(self) -> None:
        app = create_app(Settings.from_environment(self.environment))
        with app.app_context(), db.get_engine("write").begin() as connection:
            Model.metadata.create_all(connection)
            tracks.tracks.create_all(connection)
        tasks.create_tables(app)
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def _web_experiments(site: Site, report: Report) -> None:
    site.start_web()
    site.start_worker("steady")
    _time_starts(site, report)
    _fail_requests(site, report)
    _kill_after_answers(site, report)
    _kill_in_flight(site, report)
    site.kill_web()


def _time_starts(site: Site, report: Report) -> None:
    """How long after its request a task begins."""
    asked_at = {}
    for _ in range(TIMED):
        number = site.number()
        site.ask_well("note", number)
        asked_at[number] = time.time()
        time.sleep(site.random.uniform(0.05, 0.3))
    site.settle(set(asked_at))
    waits = [row.at - asked_at[row.number] for row in site.rows(sa.select(tracks.began))]
    report.figures[f"{site.name}_start_seconds"] = sorted(waits)
    report.claim(f"{site.name}-task-starts-within-seconds-p95", percentile(waits, 0.95), START_SECONDS)


def _fail_requests(site: Site, report: Report) -> None:
    """Requests that ask for a task and fail, in every way; and one with the fault planted, which must be noticed."""
    failing = {site.number() for _ in range(FAILURES)}
    for place, number in enumerate(sorted(failing)):
        status = site.ask("note", number, BAD_ENDS[place % len(BAD_ENDS)])
        assert 400 <= status <= 500, status
    planted = site.number()
    site.ask("note", planted, "leak")
    site.settle({planted})
    ran = site.numbers(tracks.done)
    report.claim(f"{site.name}-tasks-of-failed-requests-that-ran", len(ran & failing), 0)
    report.claim(f"{site.name}-planted-leak-noticed", int(planted in ran), 1, at_most=False)


def _kill_after_answers(site: Site, report: Report) -> None:
    """Kill the web process as soon as an answer came; what was answered well must have run."""
    answered = set()
    for _ in range(KILLS):
        for _ in range(site.random.randint(1, 5)):
            number = site.number()
            if site.ask("note", number, "well") == 200:
                answered.add(number)
        site.kill_web()
        site.start_web()
    site.settle(answered)
    lost = answered - site.numbers(tracks.done)
    report.figures[f"{site.name}_answered_before_a_kill"] = len(answered)
    report.claim(f"{site.name}-answered-then-killed-tasks-lost", len(lost), 0)


def _kill_in_flight(site: Site, report: Report) -> None:
    """Kill the web process at a random moment of a request; the row and its task must share their fate."""
    numbers = set()
    for _ in range(KILLS):
        warm, number = site.number(), site.number()
        site.ask("note", warm, "well")  # the first request of a process takes longest
        numbers.add(number)
        wait = site.random.uniform(0, 2 * tracks.IN_FLIGHT_SECONDS)
        site.ask("note", number, "linger", after=lambda wait=wait: (time.sleep(wait), site.kill_web()))
        site.start_web()
    kept = site.numbers(tracks.asked) & numbers
    site.settle(kept)
    ran = site.numbers(tracks.done) & numbers
    report.figures[f"{site.name}_killed_in_flight"] = {"kept": len(kept), "gone": len(numbers - kept)}
    report.claim(f"{site.name}-killed-in-flight-torn-apart", len(kept ^ ran), 0)


def _worker_experiment(site: Site, report: Report) -> None:
    """Kill a worker in mid-task, for good, again and again; each time another one stands beside it."""
    site.start_web()
    victim, orphans, waits = "steady", 0, []
    for round_number in range(KILLS):
        heir = f"heir-{round_number}"
        site.start_worker(heir)
        wanted, begun = _load(site, victim)
        time.sleep(site.random.uniform(0, tracks.SLOW_SECONDS / 2))
        site.kill_worker(victim)
        killed_at = time.monotonic()
        left = begun - site.numbers(tracks.done)
        orphans += len(left)
        site.settle(wanted)
        waits.append(time.monotonic() - killed_at - 1.0)
        victim = heir
    _report_workers(site, report, orphans, waits)


def _load(site: Site, worker: str) -> tuple[set[int], set[int]]:
    """Ask for work until ``worker`` has some in hand (the other may be quicker); return all that was asked, and that."""
    wanted: set[int] = set()
    for _ in range(20):
        for number in [site.number() for _ in range(6)]:
            site.ask_well("work", number)
            wanted.add(number)
        with contextlib.suppress(TimeoutError):
            return wanted, _wait(lambda: _in_hand(site, worker), 1.0)
    raise RuntimeError(f"{worker} takes no work:\n{site.log('worker')}")


def _in_hand(site: Site, worker: str) -> set[int]:
    rows = site.rows(sa.select(tracks.began.c.number).where(tracks.began.c.worker == worker))
    return {row.number for row in rows} - site.numbers(tracks.done)


def _report_workers(site: Site, report: Report, orphans: int, waits: list[float]) -> None:
    starts = site.rows(sa.select(tracks.began.c.number, sa.func.count()).group_by(tracks.began.c.number))
    unfinished = site.numbers(tracks.asked) - site.numbers(tracks.done)
    report.figures[f"{site.name}_workers"] = {
        "kills": KILLS,
        "left_in_mid_task": orphans,
        "seconds_until_all_done": sorted(waits),
        "seconds_between_beats": BEAT,
        "ran_more_than_once": sum(count > 1 for _, count in starts),
    }
    report.claim(f"{site.name}-tasks-left-by-killed-workers", orphans, KILLS, at_most=False)
    report.claim(f"{site.name}-tasks-lost-with-killed-workers", len(unfinished), 0)


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'clozette.db'}"


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    with postgres.server(durable=True) as server:
        yield server.url(server.create_database())


def _environment(url: str, folder: Path, port: int) -> dict[str, str]:
    given = {
        "ENV": "test",
        "BASE_URL": f"http://localhost:{port}",
        "SECRET_KEYS": "for fault experiments alone and long enough",
        "DATABASE_URL": url,
        "MEDIA_URL": f"file://{folder / 'media'}",
        "VAR": str(folder),
        "ADDRESS_LIMIT": "1000000 per second",
        "WORKER_ID": "web",
    }
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CLOZETTE_")}
    return {**plain, **{f"CLOZETTE_{name}": value for name, value in given.items()}}


def _kill(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _wait(until: Callable[[], Any], seconds: float) -> Any:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := until():
            return found
        time.sleep(0.02)
    raise TimeoutError
