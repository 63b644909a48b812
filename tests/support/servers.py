"""Fixtures of the other servers: Redis, mail."""

from collections.abc import Iterator

import pytest

from tests.support import mail, valkey


@pytest.fixture(scope="session")
def _valkey() -> Iterator[valkey.Server]:
    with valkey.server() as server:
        yield server


@pytest.fixture
def redis_server(_valkey: valkey.Server) -> valkey.Server:
    """Give an empty, real Redis; its ``url`` is what the setting ``REDIS_URL`` takes."""
    _valkey.flush()
    return _valkey


@pytest.fixture
def smtp() -> Iterator[mail.Sink]:
    """Give a mail server that keeps what it gets; its ``url`` is what the setting ``SMTP_URL`` takes."""
    with mail.sink() as sink:
        yield sink
