"""A granian server and the processor time that its workers use, from ``/proc``."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clozette.settings import ROOT
from tests.support import processes

_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A running server: its port, and its processes."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time used so far by the server and its workers."""
        return sum(_cpu_seconds(pid) for pid in [self.pid, *_children(self.pid)])


@contextmanager
def running(
    target: str, folder: Path, *, workers: int, factory: bool = False, environment: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Give a server for ``target`` (``module:attribute``) with the flags that ``clozette serve`` uses."""
    port = processes.free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", "2", "--no-access-log", "--log-level", "warning"]
    command += ["--factory"] if factory else []
    log = folder / f"{target.partition(':')[0]}.log"
    process = processes.start([*command, target], log, env={**os.environ, **(environment or {})}, cwd=ROOT)
    try:
        processes.wait_until(lambda: processes.answers(port), process, log)
        yield Server(port, process.pid)
    finally:
        processes.stop(process)


def _children(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in children]


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS
