"""The command: says what is wrong before anything runs, and the doctor says how to mend it."""

import os
import stat
import sys
from pathlib import Path

import pytest
from flask import Flask

from clozette import cli, create_app
from clozette.kernel import checkup, tasks
from clozette.kernel.database import db
from tests.support import processes
from tests.support.application import test_settings as settings_for
from tests.support.mail import Sink


def _advice(app: Flask) -> dict[str, str]:
    return {finding.name: finding.advice for finding in checkup.examine(app)}


def test_faults_of_the_settings_are_told_one_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("CLOZETTE_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("CLOZETTE_ENV", "production")
    monkeypatch.setenv("CLOZETTE_BASE_URL", "http://clozette.example")
    monkeypatch.setattr(sys, "argv", ["clozette", "doctor"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    lines = capsys.readouterr().err.strip().splitlines()
    assert [line.split(":")[0] for line in lines] == [
        "CLOZETTE_SECRET_KEYS",
        "CLOZETTE_BASE_URL",
        "CLOZETTE_SMTP_URL",
        "CLOZETTE_CONTROLLER_NAME",
        "CLOZETTE_CONTROLLER_ADDRESS",
    ]


def test_every_command_can_be_named() -> None:
    context = cli.commands.make_context("clozette", [], resilient_parsing=True)
    names = cli.commands.list_commands(context)
    assert {"serve", "worker", "sandbox", "db", "doctor", "demo", "members"} <= set(names)
    assert all(cli.commands.get_command(context, name) is not None for name in names)


@pytest.mark.engines("sqlite")
def test_the_doctor_finds_nothing_where_all_is_well(app: Flask, smtp: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = settings_for(
        app.extensions["clozette.settings"].database_url,
        Path(app.extensions["clozette.settings"].var),
        smtp_url=smtp.url,
    )
    well = create_app(settings)
    stop = tasks.launch(well, executor_id="worker-1", beat=0.2)
    try:
        advice = _advice(well)
    finally:
        stop()
        _dispose(well)
    assert advice["certificate"].startswith("Nobody answers at https://localhost")  # no site is served in this test
    assert {name for name, text in advice.items() if text} <= {"certificate", "tables"}


def test_the_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    locked.write_text("a file where a folder should be")
    settings = settings_for(
        f"sqlite:///{tmp_path / 'empty.db'}",
        tmp_path,
        media_url=f"file://{locked}/media",
        smtp_url=f"smtp://127.0.0.1:{processes.free_port()}",
        base_url=f"https://localhost:{processes.free_port()}",
    )
    app = create_app(settings)
    advice = _advice(app)
    _dispose(app)
    assert "db upgrade" in advice["tasks"]
    assert "can't be written" in advice["media"]
    assert "CLOZETTE_SMTP_URL" in advice["mail"]
    assert "start the site" in advice["certificate"]


def test_a_database_that_is_away_is_said_so(tmp_path: Path) -> None:
    app = create_app(settings_for(f"postgresql+psycopg://nobody@/none?host={tmp_path}", tmp_path))
    advice = _advice(app)
    _dispose(app)
    assert "does not answer" in advice["database"]
    assert advice["tables"]


def _dispose(app: Flask) -> None:
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def test_ci_is_a_script_that_runs() -> None:
    script = Path(cli.__file__).parents[1] / ".ci" / "run"
    assert script.stat().st_mode & stat.S_IXUSR
