"""``clozette export members``: the page's rules, on the command line."""

import csv
import hashlib
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, ids
from clozette.rights.bulk import rows, services
from clozette.rights.bulk.models import BulkDownload, BulkExport, BulkFile
from clozette.rights.cli import export
from tests.factories.accounts import make_member
from tests.factories.bulk import make_export

ASKED = ("--as", "anna", "--use", "service", "--reason", "The terms change", "--columns", "handle,email")


@pytest.fixture
def run(app: Flask, db_session: orm.Session) -> Callable[..., Result]:
    make_member("anna", roles=("admin",))

    def ran(*words: Any) -> Result:
        db_session.commit()
        answer = CliRunner().invoke(export, ["members", *map(str, words)], obj=lambda: app)
        db_session.expire_all()
        return answer

    return ran


@pytest.mark.requirement(89)
def test_the_file_is_whole_and_ours_alone(run: Callable[..., Result], tmp_path: Path, db_session: orm.Session) -> None:
    make_member("ada")
    out = tmp_path / "members.csv"
    answer = run(*ASKED, "--out", out)
    assert answer.exit_code == 0, answer.output
    with out.open(newline="") as file:
        assert {row["handle"] for row in csv.DictReader(file)} == {"anna", "ada"}
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    file = db_session.scalars(sa.select(BulkFile)).one()
    assert (file.people, file.sha256) == (2, hashlib.sha256(out.read_bytes()).hexdigest())
    assert file.sha256 in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["members.csv"]


def test_standard_output_has_the_file_alone(run: Callable[..., Result]) -> None:
    answer = run(*ASKED, "--format", "jsonl")
    assert answer.stdout.startswith('{"handle":"anna","email":"anna@example.test","export":"')
    assert answer.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--as", "anna"), "--use, --reason, --columns"),
        ((*ASKED[:-1], "password"), "no column password"),
        ((*ASKED[:-1], "birth_date"), "all of these columns"),
        ((*ASKED, "--country", "NZ"), "No member fits"),
        (("--as", "nobody", *ASKED[2:]), "no admin"),
        (("--as", "ada", *ASKED[2:]), "no admin"),
        (("--as", "anna", "--export", "abcd"), "no such export"),
        (("--as", "anna", "--export", "!"), "no such export"),
    ],
)
def test_what_is_not_allowed_leaves_nothing(
    run: Callable[..., Result], db_session: orm.Session, words: tuple[str, ...], said: str
) -> None:
    make_member("ada")
    answer = run(*words)
    assert answer.exit_code
    assert said in answer.output
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkExport)) == 0


@pytest.mark.requirement(89)
def test_a_large_one_waits_for_a_second_person(
    run: Callable[..., Result], tmp_path: Path, db_session: orm.Session
) -> None:
    large = make_export(make_member("ada", roles=("admin",)), counted=2, limit=1)
    words = ("--as", "ada", "--export", ids.encode(large.id), "--out", tmp_path / "m.csv")
    answer = run(*words)
    assert "waits for a second person" in answer.output
    assert not list(tmp_path.iterdir())
    anna = make_member("berta", roles=("admin",))
    services.decide(
        db_session.get_one(BulkExport, large.id), by_id=anna.subject_id, verdict="approved", now=clock.now()
    )
    assert run(*words).exit_code == 1  # berta is a third member, and two were agreed to
    assert "No" not in answer.output
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkDownload)) == 0


def test_what_broke_off_has_no_name(
    run: Callable[..., Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, db_session: orm.Session
) -> None:
    def breaking(*_: Any) -> Any:
        yield rows.Chunk(b"half", 1)
        raise rows.Broken("the database went away")

    monkeypatch.setattr(rows, "chunks", breaking)
    assert run(*ASKED, "--out", tmp_path / "m.csv").exit_code == 1
    assert not (tmp_path / "m.csv").exists()
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkDownload)) == 1
    assert db_session.scalar(sa.select(sa.func.count()).select_from(BulkFile)) == 0
