"""A site under fire: an application of our own to look with, and workers of their own to kill."""

import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.faults import core
from clozette import create_app
from clozette.kernel import migrations, tasks
from clozette.kernel.database import db
from clozette.settings import ROOT, Settings
from tests.support import processes

BEAT = 0.5


class Site:
    """A migrated site on one database, with a folder of its own."""

    def __init__(self, url: str, folder: Path, name: str) -> None:
        self.name, self.folder = name, folder
        self.random = random.Random(core.SEED)
        self.environment = core._environment(url, folder, processes.free_port())
        self.app = create_app(Settings.from_environment(self.environment))
        self._workers = 0
        migrations.upgrade(self.app)
        tasks.create_tables(self.app)

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Do something in a transaction of its own."""
        with self.app.app_context():
            yield
            db.session.commit()

    @contextmanager
    def worker(self) -> Iterator[subprocess.Popen[bytes]]:
        """Give a worker with a name that none had; it is killed at the end."""
        self._workers += 1
        environment = {**self.environment, "CLOZETTE_WORKER_ID": f"worker-{self._workers}"}
        command = [sys.executable, "-m", "clozette", "worker", "--beat", str(BEAT)]
        process = processes.start(command, self.log, env=environment, cwd=ROOT)
        try:
            yield process
        finally:
            if process.poll() is None:
                core._kill(process)

    @property
    def log(self) -> Path:
        """Where the workers write."""
        return self.folder / "worker.log"

    def last_words(self) -> str:
        """Return the end of the workers' log."""
        return self.log.read_text(errors="replace")[-3000:]
