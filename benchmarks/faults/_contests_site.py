"""The site's processes in these experiments: the real application and worker, with a fuse, and the world outside beside it.

``python -m benchmarks.faults._contests_site`` is the worker; ``benchmarks.faults._contests_site:create`` the web
application. The beacon signs by the sandbox's key; mails are written to a file; what the clock does is done without a pause.
"""

import os
import re
import signal
import ssl
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette import create_app
from clozette.kernel import tasks
from clozette.kernel.ports import beacon, links, mail
from clozette.kernel.ports.beacon import Holds, Round
from clozette.kernel.ports.mail import Message
from clozette.kernel.tasks import perform
from clozette.privacy.tree import heads
from clozette.sandbox import drand

FUSE, DIED, MAILS = "FAULTS_FUSE", "FAULTS_DIED", "FAULTS_MAILS"
SPONSOR_PORT, SPONSOR_CA = "FAULTS_SPONSOR_PORT", "FAULTS_SPONSOR_CA"
BEAT = 0.5
CLOCK = (
    "contests.turn_due",
    "contests.release_unanswered",
    "contests.freeze_votes",
    "contests.take_due",
    "contests.tend_prizes",
)
_WRITES = re.compile(r"(INSERT INTO|UPDATE|DELETE FROM) ((?:contests|community|privacy)_\w+)")


class Fuse:
    """Kills its process at one of its next writes: a file says at which one, and is gone once it was read."""

    def __init__(self, path: Path, died: Path) -> None:
        self._path, self._died = path, died
        self._left: int | None = None
        self._lock = threading.Lock()
        self._here = threading.local()

    def watch(self) -> None:
        """Burn at every write and commit of this process."""
        sa.event.listen(sa.Engine, "before_cursor_execute", self._write)
        sa.event.listen(sa.Engine, "commit", self._commit)
        sa.event.listen(orm.Session, "after_commit", self._after)

    def burn(self, where: str) -> None:
        """Come one step nearer to the end."""
        with self._lock:
            self._left = self._read() if self._left is None else self._left - 1
            if self._left != 0:
                return
            with self._died.open("a") as file:
                file.write(f"{where}\n")
            os.killpg(0, signal.SIGKILL)

    def _read(self) -> int | None:
        try:
            found = int(self._path.read_text())
            self._path.unlink()
        except (OSError, ValueError):
            return None
        return found

    def _write(self, connection: sa.Connection, _cursor: Any, statement: str, *_about: Any) -> None:
        if found := _WRITES.match(statement):
            connection.info["faults"] = found[0]
            self.burn(found[0])

    def _commit(self, connection: sa.Connection) -> None:
        if wrote := connection.info.pop("faults", ""):
            self.burn(f"COMMIT after {wrote}")
            self._here.wrote = wrote

    def _after(self, _session: orm.Session) -> None:
        if wrote := self._here.__dict__.pop("wrote", ""):
            self.burn(f"committed {wrote}")


class Signing:
    """A beacon whose rounds are there at their time."""

    def round(self, _chain: str, number: int, holds: Holds) -> Round | None:
        """Sign it."""
        if number > drand.latest(time.time()):
            return None
        said = drand.sign(number)
        found = Round(said["round"], said["randomness"], said["signature"])
        return found if holds(found) else None


class Written:
    """An outbox that always takes what it gets, and writes down to whom it went and what it was about."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        self._file, self._fuse = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), fuse

    def send(self, message: Message) -> None:
        """Take it; the moment after is one in which nobody knows whether it did."""
        self._fuse.burn("before a mail")
        os.write(self._file, f"{message.to}\t{message.subject}\n".encode())
        self._fuse.burn("after a mail")


def create() -> Flask:
    """Build the application as the web process and the worker have it."""
    app, given = create_app(), os.environ
    fuse = Fuse(Path(given[FUSE]), Path(given[DIED]))
    fuse.watch()
    context = ssl.create_default_context(cafile=given[SPONSOR_CA])
    way = links.PublicLinks(port=int(given[SPONSOR_PORT]), context=context, may=lambda one: one.is_loopback)
    app.extensions |= {
        beacon.KEY: Signing(),
        links.KEY: way,
        mail.KEY: Written(Path(given[MAILS]), fuse),
    }
    heads.EVERY = timedelta(seconds=1)
    return app


def work() -> None:
    """Work, until killed."""
    app = create()

    def clock(_now: datetime) -> None:
        for name in CLOCK:
            perform.perform(app, name, {})

    tasks.keep_doing(app, "faults.clock", clock, every=0.1)
    tasks.launch(app, executor_id="faults", beat=BEAT)
    threading.Event().wait()


if __name__ == "__main__":
    work()
