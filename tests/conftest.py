"""Options, marks and guards of the whole suite; the fixtures are in ``tests/support``.

``--db sqlite`` or ``--db postgresql`` runs the tests of one database alone.
"""

import gc
import os
import sys
from collections.abc import Iterator

import pytest
import structlog

from tests.support import databases, guard

pytest_plugins = ["tests.support.application", "tests.support.browser", "tests.support.servers"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one database be chosen."""
    parser.addoption("--db", choices=databases.ENGINES, help="run the tests of one database only (default: both)")


def pytest_configure() -> None:
    """Log plainly: the coloured traceback of development takes seconds to draw.

    Keep what is compiled even where the surroundings forbid it: a hundred processes of the site read it again.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    structlog.configure(processors=[structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test that uses the application once for each database; ``@pytest.mark.engines("sqlite")`` narrows that."""
    if "engine" not in metafunc.fixturenames:
        return
    mark = metafunc.definition.get_closest_marker("engines")
    wanted = mark.args if mark else databases.ENGINES
    chosen = metafunc.config.getoption("--db")
    metafunc.parametrize("engine", [name for name in wanted if chosen in (None, name)])


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a browser the time that a busy machine takes; what hangs ends all the same."""
    for item in items:
        if item.get_closest_marker("browser") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(300))


def pytest_collection_finish() -> None:
    """Spare the collector of garbage the program and the tests themselves, which stay to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def _guard_network() -> Iterator[None]:
    with guard.standing():
        yield


@pytest.fixture(autouse=True)
def _nothing_left_the_machine() -> Iterator[None]:
    guard.attempts.clear()
    yield
    assert not guard.attempts, f"the test tried to reach the outside world: {guard.attempts}"
