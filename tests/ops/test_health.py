"""Operations' own pages, and logs that name nobody."""

import io
import json
import logging as stdlib_logging
import sys
from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy.exc import OperationalError

from clozette.kernel import logging
from clozette.kernel.database import db
from tests.support.client import Client


def test_the_process_says_that_it_is_up_and_ready(client: Client) -> None:
    for path in ("/healthz", "/readyz"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_ready_no_more_when_the_database_is_gone(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*ignored: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("gone"))

    with app.app_context():
        monkeypatch.setattr(db.get_engine(), "connect", gone)
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("address", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("127.0.0.1", {"X-Forwarded-For": "198.51.100.7"}, 404),
        ("198.51.100.7", {}, 404),
        ("198.51.100.7", {"Authorization": "Bearer wrong"}, 404),
        ("198.51.100.7", {"Authorization": "Bearer "}, 404),
    ],
)
def test_numbers_are_for_this_machine(client: Client, address: str, headers: dict[str, str], status: int) -> None:
    answer = client.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": address})
    assert answer.status_code == status
    assert ("clozette_tasks_waiting 0" in answer.text) is (status == 200)


@pytest.mark.engines("sqlite")
def test_every_answer_names_its_request(client: Client) -> None:
    first, second = client.get("/healthz"), client.get("/no-such-page")
    assert first.headers["X-Request-ID"] != second.headers["X-Request-ID"]
    assert len(second.headers["X-Request-ID"]) == 16


@pytest.fixture
def log_lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give the lines that a process in production writes."""
    lines = io.StringIO()
    monkeypatch.setattr(sys, "stderr", lines)
    before = list(stdlib_logging.root.handlers)
    logging.configure("production")
    yield lines
    structlog.reset_defaults()
    stdlib_logging.basicConfig(handlers=before, force=True)


def test_errors_are_logged_without_their_texts(log_lines: io.StringIO) -> None:
    try:
        raise ValueError("Key (email)=(anna@example.org) already exists")
    except ValueError:
        structlog.get_logger().exception("unexpected", endpoint="home")
        stdlib_logging.getLogger("a.library").exception("it failed for ben@example.org")
    ours, theirs = (json.loads(line) for line in log_lines.getvalue().splitlines())
    assert (ours["event"], ours["error"], ours["level"]) == ("unexpected", "ValueError", "error")
    assert "test_errors_are_logged" in ours["where"][-1]
    assert theirs["event"] == "it failed for [address]"
    assert "example.org" not in log_lines.getvalue()
    assert "email" not in log_lines.getvalue()
