"""``clozette newsletter import``."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result
from flask import Flask

from clozette import cli
from clozette.newsletters.subscriptions.imports.models import Import
from clozette.newsletters.subscriptions.models import Contact
from tests.factories.newsletters import make_newsletter

FILE = "EMAIL,FNAME,LNAME\nada@example.test,Ada,Mode\nbea@example.test,,Mode\n"
EVIDENCE = ["--source", "The shop", "--date", "2026-03-01", "--wording", "Yes, send it."]


def run(app: Flask, tmp_path: Path, *more: str, text: str = FILE) -> Result:
    file = tmp_path / "list.csv"
    file.write_text(text)
    words = ["newsletter", "import", str(file), "--newsletter", "weekly", *more]
    return CliRunner().invoke(cli.commands, words, obj=lambda: app)


@pytest.mark.requirement(46)
def test_it_looks_and_takes(app: Flask, db_session, tmp_path: Path) -> None:
    make_newsletter("weekly")
    db_session.commit()
    looked = run(app, tmp_path, *EVIDENCE, "--dry-run")
    assert looked.exit_code == 0 and "1 new subscribers" in looked.output and "Nobody was subscribed" in looked.output
    assert "row 3, first_name" in looked.output and "example.test" not in looked.output
    assert db_session.scalars(sa.select(Contact)).all() == []
    db_session.commit()
    taken = run(app, tmp_path, *EVIDENCE)
    assert taken.exit_code == 0 and "1 new subscribers" in taken.output
    assert db_session.scalars(sa.select(Contact.canonical)).all() == ["ada@example.test"]
    db_session.commit()
    again = run(app, tmp_path, *EVIDENCE)
    assert "1 subscribed already" in again.output and "new" not in again.output


@pytest.mark.requirement(46)
@pytest.mark.parametrize("missing", [0, 2, 4])
def test_it_needs_the_evidence(app: Flask, db_session, tmp_path: Path, missing: int) -> None:
    make_newsletter("weekly")
    db_session.commit()
    assert run(app, tmp_path, *EVIDENCE[:missing], *EVIDENCE[missing + 2 :]).exit_code == 2
    assert run(app, tmp_path, *EVIDENCE, text="name\nAda\n").exit_code == 1
    assert db_session.scalars(sa.select(Import)).all() == []
