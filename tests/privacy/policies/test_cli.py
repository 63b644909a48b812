"""``clozette policy publish|list|diff``."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.privacy import policies
from clozette.privacy.policies import versions
from clozette.privacy.policies.cli import policy


@pytest.fixture
def run(app: Flask, db_session: orm.Session) -> Callable[..., Result]:
    def ran(*words: Any) -> Result:
        db_session.commit()
        return CliRunner().invoke(policy, [str(word) for word in words], obj=lambda: app)

    return ran


def test_the_list_names_every_version(run: Callable[..., Result]) -> None:
    answer = run("list")
    assert answer.exit_code == 0
    lines = answer.stdout.splitlines()
    assert len(lines) == 6
    assert lines[0].startswith("2012-10-03.co.en       past ")
    assert sum(" in force " in line for line in lines) == 4
    assert "terms" not in answer.stdout.split()[0]
    assert len(run("list", "--kind", "terms").stdout.splitlines()) == 4


def test_what_changed_is_marked(run: Callable[..., Result]) -> None:
    answer = run("diff", "2012-10-03", "2017-12-12")
    assert answer.exit_code == 0
    assert "## {+5. Newsletters+}" in answer.stdout
    assert "[-info-]{+hello+}@clozette.co" in answer.stdout
    assert run("diff", "2012-10-03", "2012-10-03").stdout == ""
    assert run("diff", "2012-10-03", "1999-01-01").exit_code == 1


@pytest.mark.requirement(27)
def test_a_file_is_published_under_the_same_rules(run: Callable[..., Result], tmp_path: Path) -> None:
    now = clock.now()
    file = tmp_path / "policy.md"
    file.write_text("# Privacy policy\r\n\r\nAll is new.\r\n", encoding="utf-8")
    words = ("publish", file, "--summary", "All is new.", "--material", "our_news", "--day")
    early = run(*words, (now + timedelta(days=3)).date())
    assert early.exit_code == 1
    assert "notice before it takes effect" in early.output
    day = (now + timedelta(days=20)).date()
    done = run(*words, day)
    assert done.exit_code == 0, done.output
    slug, digest = done.stdout.split()
    assert slug == f"{day}.co.en"
    made = versions.find("policy", digest.removeprefix("sha256:"))
    assert made is not None
    assert policies.text_of(made) == "# Privacy policy\n\nAll is new.\n"
    assert "stayed behind" in run("list").stderr
    file.write_bytes(b"\xff\xfe")
    assert run(*words, day).exit_code == 1
