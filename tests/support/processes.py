"""Start a server for the length of a test run, so that it can't outlive the run."""

import ctypes
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_PR_SET_PDEATHSIG = 1
_MARK = "clozette-"
READY_SECONDS = 30


class NotReady(Exception):
    """A server did not come up; the message has the end of its log."""


def dying_with_parent(sign: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """Return a ``preexec_fn`` that has the kernel send ``sign`` to the child when this process dies (Linux)."""
    library = ctypes.CDLL(None) if sys.platform == "linux" else None

    def prepare() -> None:
        if library is not None:
            library.prctl(_PR_SET_PDEATHSIG, sign)

    return prepare


def start(
    command: Sequence[str | Path], log: Path, *, end: signal.Signals = signal.SIGTERM, **options: Any
) -> subprocess.Popen[bytes]:
    """Start ``command`` in a group of its own, its output in ``log``."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=dying_with_parent(end),
            start_new_session=True,
            **options,
        )


def wait_until(
    ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path, seconds: float = READY_SECONDS
) -> None:
    """Wait until ``ready()``; give up when the process ends or the time is over.

    :raises NotReady: with the end of the log.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        if ready():
            return
        time.sleep(0.02)
    tail = log.read_text(errors="replace")[-4000:] if log.exists() else ""
    raise NotReady(f"{process.args!r} is not ready (exit code {process.poll()}):\n{tail}")


def stop(process: subprocess.Popen[bytes], sign: signal.Signals = signal.SIGTERM, seconds: float = 10) -> None:
    """End a process, by force if it does not listen."""
    if process.poll() is None:
        process.send_signal(sign)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(seconds)


def free_port() -> int:
    """Return a port of the loopback address that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def free_ports(number: int) -> int:
    """Return the first of so many neighbouring ports that nobody uses, below those that the kernel gives to whoever calls."""
    while True:
        first = random.randrange(20_000, 30_000)
        if not any(answers(port) for port in range(first, first + number)):
            return first


def answers(port: int) -> bool:
    """Whether somebody listens on a loopback port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """Give a folder for a throwaway server or database; it is gone afterwards, or at the next call if we are killed."""
    root = _scratch_root()
    _sweep(root)
    folder = Path(tempfile.mkdtemp(prefix=f"{_MARK}{os.getpid()}-{name}-", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(root: Path) -> None:
    """Remove what killed runs left."""
    for left in root.glob(f"{_MARK}*"):
        pid = left.name.removeprefix(_MARK).partition("-")[0]
        if pid.isdigit() and not Path(f"/proc/{pid}").exists() and Path("/proc/self").exists():
            shutil.rmtree(left, ignore_errors=True)


def _scratch_root() -> Path:
    """In memory where the machine has room for that; short, because a socket's path may have 107 characters."""
    shared = Path("/dev/shm")
    if shared.is_dir() and os.access(shared, os.W_OK):
        space = os.statvfs(shared)
        if space.f_bavail * space.f_frsize > 2**30:
            return shared
    return Path(tempfile.gettempdir())
