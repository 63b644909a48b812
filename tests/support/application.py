"""Fixtures around the application: one app a worker and database, its rows gone after each test."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette import create_app
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.settings import Settings
from tests.support import databases, processes
from tests.support.client import ORIGIN, Client

SECRET = "for tests alone and long enough to be taken"


def test_settings(database_url: str, folder: Path, **changes: Any) -> Settings:
    """Return the settings of a site under test, its state under ``folder``."""
    given: dict[str, Any] = {
        "env": "test",
        "base_url": ORIGIN,
        "secret_keys": (SECRET,),
        "database_url": database_url,
        "media_url": f"file://{folder / 'media'}",
        "controller_name": "Clozette Pte Ltd",
        "controller_address": "1 High Street, Singapore",
        "var": folder,
    }
    return Settings(**{**given, **changes})


test_settings.__test__ = False  # type: ignore[attr-defined]


@dataclass
class Site:
    """An application, its database, and the state it had when it was new."""

    app: Flask
    database: databases.Database
    folder: Path
    config: dict[str, Any] = field(default_factory=dict)

    def reset(self) -> None:
        """Undo what a test did."""
        self.app.config.clear()
        self.app.config.update(self.config)
        self.database.restore()
        self.app.extensions["clozette.limits"].reset()
        for forget in self.app.extensions["clozette.test_resets"]:  # what the in-memory ports were given
            forget()
        for state in ("media", "ledger"):
            shutil.rmtree(self.folder / state, ignore_errors=True)


@pytest.fixture(scope="session")
def sites() -> Iterator[Callable[[str], Site]]:
    """Give ``site(engine)``: the worker's one application for each database, made when first asked for."""
    made: dict[str, Site] = {}
    with ExitStack() as stack:

        def site(engine: str) -> Site:
            if engine not in made:
                made[engine] = stack.enter_context(open_site(engine))
            return made[engine]

        yield site


@pytest.fixture
def site(engine: str, sites: Callable[[str], Site]) -> Iterator[Site]:
    """Give the site of the test's database (``engine`` is parametrised by the conftest)."""
    found = sites(engine)
    yield found
    found.reset()


@pytest.fixture
def app(site: Site) -> Flask:
    """Give the application, on an empty database; a test that uses it runs once for each kind of database."""
    return site.app


@pytest.fixture
def client(app: Flask) -> Client:
    """Give a browser-like client at https://localhost. More of them: ``app.test_client()``."""
    made = app.test_client()
    assert isinstance(made, Client)
    return made


@pytest.fixture
def db_session(app: Flask) -> Iterator[orm.Session]:
    """Give a writing session in an application context; the client's requests see what it did (see ``Client``)."""
    with app.app_context():
        yield db.session
        db.session.rollback()


class Clock:
    """Stops and moves the application's clock."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    def stop(self, at: datetime | None = None) -> datetime:
        """Stop the clock at a moment, now by default."""
        at = (at or clock.now()).astimezone(UTC)
        self._stack.enter_context(clock.frozen(at))
        return at

    def forward(self, **span: float) -> datetime:
        """Stop it so much later than it stands: ``forward(minutes=5)``."""
        return self.stop(clock.now() + timedelta(**span))

    def run(self) -> None:
        """Let it run again."""
        self._stack.close()


@pytest.fixture
def stopped_clock() -> Iterator[Clock]:
    """Give a clock that stands still at this moment and can be moved."""
    moving = Clock()
    moving.stop()
    yield moving
    moving.run()


@pytest.fixture
def query_counter(app: Flask) -> Callable[[], Any]:
    """Give ``with query_counter() as statements: …``, a list of the SQL that ran, without BEGIN and COMMIT."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
                statements.append(statement)

        with app.app_context():
            engines = list(db.engines.values())
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            for engine in engines:
                sa.event.remove(engine, "before_cursor_execute", note)

    return counting


@contextmanager
def open_site(engine: str) -> Iterator[Site]:
    with processes.scratch(engine) as folder, databases.open_database(engine, folder) as database:
        app = create_app(test_settings(database.url, folder), TESTING=True, PROPAGATE_EXCEPTIONS=True)
        app.test_client_class = Client
        databases.create_schema(app)
        database.remember()
        yield Site(app, database, folder, dict(app.config))
        with app.app_context():
            for one in db.engines.values():
                one.dispose()
