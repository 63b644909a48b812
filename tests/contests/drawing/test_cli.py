"""``clozette contest draw|verify`` and what the doctor says of draws."""

import json
import random
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import orm

from clozette import cli
from clozette.contests.drawing import checks
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import beacon
from tests.contests.drawing import made
from tests.contests.drawing.conftest import SANDBOX, Made, draw_of, publish_head, signed
from tests.contests.drawing.made import ALTERED, altered


def run(app: Flask, *words: str) -> tuple[int, str]:
    db.session.commit()
    answer = CliRunner().invoke(cli.commands, ["contest", *words], obj=lambda: app)
    db.session.expire_all()
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.exit_code, answer.output


def test_a_draw_by_hand(app: Flask, closed: Made) -> None:
    contest = closed()
    number = draw_of(contest).round
    status, said = run(app, "draw", contest.slug)
    assert status == 1
    assert f"No server answers with round {number}" in said
    app.extensions[beacon.KEY].rounds[(SANDBOX.hash, number)] = signed(number)
    for _time in range(2):
        status, said = run(app, "draw", contest.slug)
        assert (status, said.strip()) == (0, f"Drawn: {' '.join(map(str, draw_of(contest).picked))}")
    publish_head()
    status, said = run(app, "verify", contest.slug)
    assert status == 0, said
    assert "ok: " in said and "WRONG" not in said


def test_a_draw_that_waits_says_for_what(app: Flask, promised: Made) -> None:
    contest = promised()
    status, said = run(app, "draw", contest.slug)
    assert status == 0
    assert said.startswith(f"Waits for round {draw_of(contest).round} of sandbox")
    assert run(app, "verify", contest.slug)[0] == 2
    assert run(app, "draw", "nothing")[0] == 1


@pytest.mark.engines("sqlite")
def test_a_file_is_verified(app: Flask, db_session: orm.Session, tmp_path: Path) -> None:
    document, file = made.rich(random.Random(5)), tmp_path / "draw.json"
    for content, status in ((document, 0), (altered(document, ALTERED["two picks changed places"]), 1), ([], 2)):
        file.write_text(json.dumps(content))
        assert run(app, "verify", str(file))[0] == status


def test_the_doctor_names_draws_that_are_late(app: Flask, closed: Made) -> None:
    contest = closed()

    def said() -> str:
        db.session.commit()
        return checks.draws(app, app.extensions["clozette.settings"])

    assert said() == ""
    with clock.frozen(clock.now() + timedelta(hours=2)):
        assert contest.slug in said() and "CLOZETTE_DRAND_URLS" in said()
    draw_of(contest).seed = b"\0" * 60
    assert "CLOZETTE_SECRET_KEYS" in said()
