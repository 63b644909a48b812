"""``make run`` step by step: what it refuses, what it starts over, what it leaves alone."""

import socket
from pathlib import Path

import pytest

from clozette.development import run
from tests.support import processes


@pytest.mark.parametrize("given", ["http", "0", "70000", "-1"])
def test_a_bad_port_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("PORT", given)
    with pytest.raises(SystemExit, match="PORT"):
        run._port()


def test_a_taken_port_is_named() -> None:
    port = processes.free_port()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(SystemExit, match=f"Port {port} is in use"):
            run._check_ports(port)


def test_two_starts_do_not_share_a_state(tmp_path: Path) -> None:
    with run._alone(tmp_path), pytest.raises(SystemExit, match="running already"), run._alone(tmp_path):
        pass
    with run._alone(tmp_path):
        pass


def _half_a_demo(var: Path) -> Path:
    (var / "media").mkdir()
    for name in ("clozette.db", "clozette.db-wal", run.DEMO_BEGUN, "development.env"):
        (var / name).touch()
    return var / run.DEMO_BEGUN


def test_half_a_demo_is_forgotten(tmp_path: Path) -> None:
    _half_a_demo(tmp_path)
    run._forget_half_a_demo(tmp_path, {})
    assert [path.name for path in tmp_path.iterdir()] == ["development.env"]


def test_nothing_else_is_ever_forgotten(tmp_path: Path) -> None:
    begun = _half_a_demo(tmp_path)
    with pytest.raises(SystemExit, match="your own database"):
        run._forget_half_a_demo(tmp_path, {"CLOZETTE_DATABASE_URL": "postgresql:///mine"})
    begun.rename(tmp_path / run.DEMO_DONE)
    run._forget_half_a_demo(tmp_path, {})
    assert (tmp_path / "clozette.db").exists()
    assert (tmp_path / "media").exists()
