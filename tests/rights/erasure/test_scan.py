"""After an erasure nothing of a person is found: in the database, in its raw files, in the media store."""

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import orm

from clozette import cli
from clozette.accounts.models import Member
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.media import files
from clozette.media import services as media
from clozette.media.models import Photo
from clozette.privacy.models import Subject
from clozette.rights.erasure import executor, scan
from clozette.rights.erasure.models import Erasure, Receipt
from tests.factories import looks, photos
from tests.factories.accounts import make_member
from tests.support.application import Site


def run(app: Flask, *arguments: str) -> Any:
    answer = CliRunner().invoke(cli.commands, ["erase", *arguments], obj=lambda: app)
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer


@pytest.fixture
def ada(app: Flask, db_session: orm.Session) -> Member:
    """Add a member with a real photo, who has spoken with others."""
    member = make_member(
        "zephyrine_q", display_name="Zephyrine Quill", bio="Quillwork since 1990", email="quill@example.test"
    )
    bob = make_member("bob")
    theirs = looks.make_look(bob)
    looks.make_comment(theirs, member, "Zephyrine was here")
    looks.make_comment(theirs, bob, "@zephyrine_q indeed")
    media.add_photo(member.subject_id, photos.upload(), clock.now())
    db_session.commit()
    tasks.drain(app)
    return member


@pytest.mark.requirement(105, 110)
def test_nothing_but_the_listed_exceptions_is_found(
    app: Flask, site: Site, ada: Member, db_session: orm.Session, tmp_path: Path, engine: str
) -> None:
    db_session.rollback()
    written = tmp_path / "facts.json"
    written.write_text(run(app, "facts", "zephyrine_q").stdout)
    known = scan.Facts.from_json(written.read_text())
    assert {"quill@example.test", "Zephyrine Quill", "zephyrine_q", "Quillwork since 1990"} <= set(known.words)
    assert len(known.digests) > 2
    before = run(app, "scan", str(written))
    assert before.exit_code == 1
    assert "FOUND  accounts_members.email: quill@example.test" in before.stdout
    assert "digest of a photo's file" in before.stdout
    assert run(app, "member", "zephyrine_q", "--now").exit_code == 0
    tasks.drain(app)
    raw = [str(path) for path in site.folder.glob("clozette.db*")] if engine == "sqlite" else []
    db_session.close()
    after = run(app, "scan", str(written))
    assert after.exit_code == 0, after.stdout
    places = {line.split()[1].rstrip(":") for line in after.stdout.splitlines() if line.startswith("listed")}
    assert places == {"accounts_handles.skeleton", "looks_comments.text"}
    for file in raw:
        left = {find.fact for find in scan.scan_folder(Path(file), known)}
        assert left <= {"zephyrine_q", "zephyrlne_q"}, f"{file}: {left}"


@pytest.mark.requirement(105)
def test_a_restored_backup_is_erased_again(app: Flask, ada: Member, db_session: orm.Session) -> None:
    """The note of an erasure lies outside the database; here the database is set back, and the note stays."""
    subject_id = ada.subject_id
    db_session.rollback()
    run(app, "member", "zephyrine_q", "--now")
    db_session.expire_all()
    assert db_session.scalars(sa.select(Receipt)).one()
    db_session.execute(sa.text("DELETE FROM accounts_handles WHERE member_id IS NULL"))
    db_session.execute(sa.update(Erasure).values(undone_at=clock.now()))
    db_session.execute(sa.update(Subject).where(Subject.id == subject_id).values(erased_at=None, key=b"k" * 32))
    again = make_member("zephyrine_q", display_name="Zephyrine Quill")
    again_id = again.subject_id = subject_id
    db_session.commit()
    assert "1 erased again" in run(app, "replay").stdout
    db_session.expire_all()
    assert db_session.get_one(Subject, again_id).erased_at is not None
    assert db_session.scalar(sa.select(Member.id).where(Member.handle == "zephyrine_q")) is None
    db_session.rollback()
    assert "0 erased again" in run(app, "replay").stdout
    with app.app_context():
        assert list(files.store().stored("erasures/"))


@pytest.mark.requirement(106)
def test_the_command_asks_lists_undoes_and_runs(app: Flask, ada: Member, db_session: orm.Session) -> None:
    db_session.rollback()
    assert "Hidden; to be erased on" in run(app, "member", "zephyrine_q").stdout
    assert "due" in run(app, "list").stdout
    assert "0 carried out" in run(app, "run").stdout
    assert run(app, "undo", "zephyrine_q").exit_code == 0
    assert "undone" in run(app, "list").stdout
    assert run(app, "undo", "zephyrine_q").exit_code == 1
    assert run(app, "member", "nobody_at_all").exit_code == 1


@pytest.mark.requirement(105)
def test_one_who_can_not_be_erased_again_stops_nobody(
    app: Flask, db_session: orm.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backup knows of one admin alone, of one whose erasure fails, and of one more."""
    people = [make_member("keeper", roles=("admin",)), make_member("bad"), make_member("good")]
    keeper, bad, good = (one.subject_id for one in people)
    db_session.commit()
    for subject_id in (bad, keeper, good):
        files.store().put(f"erasures/{ids.encode(subject_id)}.txt", b"", "text/plain")
    execute = executor.execute

    def failing(erasure_id: int, **more: Any) -> bool:
        if db.session.get_one(Erasure, erasure_id).subject_id == bad:
            raise OSError
        return execute(erasure_id, **more)

    monkeypatch.setattr(executor, "execute", failing)
    db_session.rollback()
    answer = run(app, "replay")
    assert answer.exit_code == 1
    assert "2 erased again" in answer.stdout
    assert f"NOT ERASED {ids.encode(bad)}: OSError" in answer.output
    db_session.expire_all()
    left = db_session.scalars(sa.select(Subject.id).where(Subject.erased_at.is_(None))).all()
    assert bad in left and keeper not in left and good not in left


@pytest.mark.requirement(110)
def test_only_words_of_others_are_excused(app: Flask, ada: Member, db_session: orm.Session) -> None:
    """What is left of the person themself is a fault, and so is a photo's digest wherever it stands."""
    bob = db_session.scalars(sa.select(Member).where(Member.handle == "bob")).one()
    look = looks.make_look(bob, caption="like Zephyrine Quill")
    nobodys = looks.make_comment(look, bob, "signed: Zephyrine Quill")
    nobodys.member_id = None
    looks.make_look(ada, caption="I am Zephyrine Quill")
    digest = db_session.scalars(sa.select(Photo.sha256).where(Photo.subject_id == ada.subject_id)).first() or ""
    looks.make_comment(look, bob, digest)
    known = scan.facts_of(ada.subject_id)
    db_session.commit()
    found = {(find.place, find.fact, bool(find.why)) for find in scan.scan_database(known)}
    assert ("looks_looks.caption", "Zephyrine Quill", True) in found, "bob's"
    assert ("looks_looks.caption", "Zephyrine Quill", False) in found, "hers"
    assert ("looks_comments.text", "Zephyrine Quill", False) in found, "what should have been emptied"
    for place in ("media_photos.sha256", "looks_comments.text"):
        assert (place, "digest of a photo's file", False) in found
        assert (place, "digest of a photo's file", True) not in found
