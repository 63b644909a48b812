"""Buying while everybody wants the same thing, and while processes are killed; on SQLite and on PostgreSQL.

All of it over TLS, against ``clozette serve`` and ``clozette worker`` as they are, and the sandbox's payment service.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.claims import Report
from benchmarks.faults.checkout import rush, stories
from benchmarks.faults.checkout.site import Site
from tests.support import postgres, processes, stripe_sandbox


def run() -> Report:
    """Let everything happen on each database, and judge."""
    report = Report()
    for name, database in _DATABASES.items():
        with processes.scratch("faults") as folder, database(folder) as url:
            (folder / "certs").mkdir()
            with stripe_sandbox.running(folder / "certs") as sandbox:
                site = Site(name, url, folder, sandbox)
                try:
                    rush.run(site, report)
                    stories.run(site, report)
                    site.judge(report)
                finally:
                    site.end()
    return report


@contextmanager
def _sqlite(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'clozette.db'}"


@contextmanager
def _postgresql(_folder: Path) -> Iterator[str]:
    with postgres.server(durable=True) as server:
        yield server.url(server.create_database())


_DATABASES: dict[str, Callable[[Path], AbstractContextManager[str]]] = {"sqlite": _sqlite, "postgresql": _postgresql}
