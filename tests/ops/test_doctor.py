"""The doctor beyond the surroundings: schedules, security.txt, the ledger, settings that are allowed and seldom meant."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, Response
from sqlalchemy import orm

from clozette.kernel import checkup, clock, tasks
from clozette.kernel.tasks import schedules, store
from clozette.privacy import consents, subjects
from clozette.privacy.tree import heads, sequencer
from clozette.privacy.tree.models import Leaf
from clozette.settings import Settings
from tests.support.application import Clock


def advice(app: Flask, name: str, **changes: Any) -> str:
    """Return what the doctor says of one thing."""
    changed = replace(app.extensions["clozette.settings"], **changes)
    check = {**checkup.CHECKS, **app.extensions["clozette.checkup"]}[name]
    return check(app, changed)


@pytest.fixture
def agreed(db_session: orm.Session) -> Callable[[], None]:
    """Give a deed that adds an entry to the ledger."""

    def agree() -> None:
        subject = subjects.create(clock.now())
        consents.answer(subject.id, "our_news", "email", "given", now=clock.now(), method="form:test")
        db_session.commit()

    return agree


def test_an_empty_ledger_is_well(app: Flask) -> None:
    assert advice(app, "ledger") == ""


def test_entries_that_nobody_sequences_are_told(app: Flask, agreed: Callable[[], None], stopped_clock: Clock) -> None:
    agreed()
    assert advice(app, "ledger") == ""
    stopped_clock.forward(minutes=2)
    assert "have waited since" in advice(app, "ledger")


def test_heads_are_looked_at(
    app: Flask, agreed: Callable[[], None], stopped_clock: Clock, db_session: orm.Session
) -> None:
    agreed()
    sequencer.sequence(clock.now())
    assert "no published head" in advice(app, "ledger")
    heads.publish(clock.now())
    assert advice(app, "ledger") == ""
    agreed()
    sequencer.sequence(clock.now())
    stopped_clock.forward(minutes=20)
    assert "has grown since" in advice(app, "ledger")
    heads.publish(clock.now())
    assert advice(app, "ledger") == ""
    heads._store().remove(heads.LATEST)
    assert "is not where heads are published" in advice(app, "ledger")
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Leaf)) == 2


def test_a_head_of_another_key_is_told(app: Flask, agreed: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    agreed()
    sequencer.run(clock.now())
    assert advice(app, "ledger") == ""
    settings: Settings = app.extensions["clozette.settings"]
    monkeypatch.setitem(
        app.extensions, "clozette.settings", replace(settings, secret_keys=("another secret that is long enough",))
    )
    assert "not signed by a key of this site" in advice(app, "ledger")


@pytest.mark.engines("sqlite")
def test_schedules_that_no_worker_knows_are_told(app: Flask) -> None:
    assert "no worker knows" in advice(app, "schedules")


@pytest.mark.engines("sqlite")
def test_schedules_that_do_not_run_are_told(app: Flask, stopped_clock: Clock) -> None:
    stop = tasks.launch(app, executor_id="worker-1", beat=0.2)
    try:
        assert advice(app, "schedules") == ""
        fired = clock.now() - timedelta(hours=3)
        store.client_of(app)._sys_db.update_last_fired_at("kernel.sweep_tasks", fired.isoformat())
        found = schedules.faults(app, clock.now())
    finally:
        stop()
    assert len(found) == 1
    assert found[0].startswith("kernel.sweep_tasks last ran on")


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (["Expires: {soon}"], "set a later date"),
        (["Expires: {late}"], "more than a year"),
        (["Expires: {good}"], ""),
        (["Expires: {good}", "Expires: {good}"], "exactly one"),
        (["Contact: mailto:a@b.test"], "exactly one"),
    ],
)
def test_security_txt_ends_in_time(app: Flask, lines: list[str], said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = clock.now()
    dates = {"soon": now + timedelta(days=20), "good": now + timedelta(days=200), "late": now + timedelta(days=500)}
    text = "\n".join(lines).format(**{name: f"{date:%Y-%m-%dT%H:%M:%SZ}" for name, date in dates.items()})

    class Browser:
        def get(self, *_: Any, **__: Any) -> Any:
            answer = Response(text)
            answer.text = text  # type: ignore[attr-defined]
            return answer

    monkeypatch.setattr(app, "test_client", Browser)
    found = advice(app, "security.txt")
    assert (said in found) if said else not found


@pytest.mark.engines("sqlite")
def test_settings_that_are_seldom_meant_are_told(app: Flask, tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    assert "chmod" in advice(app, "settings", var=tmp_path)
    tmp_path.chmod(0o700)
    named = {"controller_name": "Clozette Pte Ltd", "controller_address": "1 High Street, Singapore"}
    assert advice(app, "settings", var=tmp_path, **named) == ""
    assert "CLOZETTE_CONTROLLER_NAME" in advice(app, "settings", var=tmp_path, **{**named, "controller_address": ""})
    said = advice(app, "settings", var=tmp_path, env="production", secret_keys=("a" * 40, "a" * 40))
    assert "CLOZETTE_TRUSTED_PROXIES" in said
    assert "names a key twice" in said


@pytest.mark.engines("sqlite")
def test_too_little_room_is_told(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert advice(app, "room") == ""
    monkeypatch.setattr(checkup, "LEAST_FREE", 2**60)
    assert "make room" in advice(app, "room")


@pytest.mark.engines("sqlite")
def test_a_check_that_breaks_is_a_finding(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any) -> str:
        raise RuntimeError

    monkeypatch.setitem(app.extensions["clozette.checkup"], "broken", breaks)
    found = {finding.name: finding for finding in checkup.examine(app)}
    assert not found["broken"].is_good
    assert len(found) > 8
