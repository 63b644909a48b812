"""Versions of the policy and the terms: their addresses, what holds when, and what changed between two."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel.database import Model
from clozette.privacy import policies
from clozette.privacy.policies import difference, models, reading, versions
from clozette.settings import ROOT
from tests.support.client import Client, location

TEXTS = sorted((ROOT / "clozette" / "privacy" / "policies" / "texts").glob("*.md"))
SEEDS = (("2012-10-03", "clozette.co"), ("2017-12-12", "clozette.co.id"))


@pytest.mark.requirement(26)
def test_every_text_is_there_byte_for_byte_under_its_digest(client: Client, db_session: orm.Session) -> None:
    rows = db_session.scalars(sa.select(models.Policy)).all()
    assert len(rows) == len(TEXTS) >= 10
    assert {row.text for row in rows} == {path.read_text(encoding="utf-8") for path in TEXTS}
    for row in rows:
        assert row.sha256 == hashlib.sha256(row.text.encode()).hexdigest()
        page = client.get(f"/{row.kind}/{row.sha256}")
        assert page.status_code == 200
        assert row.sha256 in page.text
        assert reading.title(row.text) in page.text


def test_a_database_made_without_migrations_begins_with_them_too(tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'made.db'}")
    with engine.begin() as connection:
        Model.metadata.create_all(connection)
        made = connection.execute(
            sa.select(models.Policy.sha256).join(models.Announcement, models.Announcement.policy_id == models.Policy.id)
        )
        assert {row.sha256 for row in made} == {hashlib.sha256(path.read_bytes()).hexdigest() for path in TEXTS}
    engine.dispose()


@pytest.mark.requirement(26)
@pytest.mark.parametrize("table", models.APPEND_ONLY)
@pytest.mark.parametrize("statement", ["UPDATE {t} SET {k} = {k}", "DELETE FROM {t}"])
def test_a_version_can_not_be_altered(db_session: orm.Session, table: str, statement: str) -> None:
    if table == "privacy_policy_changes":
        policy_id = db_session.scalar(sa.select(sa.func.min(models.Policy.id)))
        db_session.add(models.PolicyChange(policy_id=policy_id, purpose="promote", weight="material"))
        db_session.flush()
    with pytest.raises(sa.exc.IntegrityError, match="append-only"), db_session.begin_nested():
        db_session.execute(sa.text(statement.format(t=table, k=models.APPEND_ONLY[table])))


@pytest.mark.requirement(26)
@pytest.mark.parametrize(("day", "edition"), SEEDS)
def test_the_seeds_days_have_pages(client: Client, day: str, edition: str) -> None:
    page = client.get(f"/policy/{day}")
    assert page.status_code == 200
    assert f"Version {day} for {edition}" in page.text
    assert "No longer in force" in page.text or edition == "clozette.co.id"


def test_what_holds_depends_on_the_day_the_edition_and_the_language(app: Flask, db_session: orm.Session) -> None:
    def held(edition: str, language: str, *day: int) -> str:
        return policies.in_force(edition, language, datetime(*day, tzinfo=UTC)).slug  # type: ignore[arg-type]

    assert held("clozette.co", "en", 2016, 1, 1) == "2012-10-03.co.en"
    assert held("clozette.co", "en", 2026, 11, 21) == "2012-10-03.co.en"
    assert held("clozette.co", "en", 2026, 11, 22) == "2026-11-22.co.en"
    assert held("clozette.co", "id", 2027, 1, 1) == "2026-11-22.co.id"
    assert held("clozette.co", "fr", 2027, 1, 1) == "2026-11-22.co.en"
    assert held("clozette.co.id", "id", 2018, 1, 1) == "2017-12-12.co-id.en"
    assert held("clozette.co.id", "fr", 2027, 1, 1) == "2026-11-22.co-id.id"
    assert held("clozette.co", "en", 2001, 1, 1) == "2012-10-03.co.en"
    with app.test_request_context():
        assert policies.here(datetime(2027, 1, 1, tzinfo=UTC), "terms").slug == "2026-11-22.co.en"


@pytest.mark.requirement(26)
def test_the_difference_of_the_seeds_tells_the_history(client: Client) -> None:
    page = client.get("/policy/2012-10-03...2017-12-12").text
    gone = " ".join(part.split("</del>")[0] for part in page.split("<del>")[1:])
    new = " ".join(part.split("</ins>")[0] for part in page.split("<ins>")[1:])
    assert "the App" in new
    assert "Newsletters" in new
    assert "Unsubscribing" in new
    assert "Where applicable" in new
    assert "info" in gone
    assert "hello" in new


@pytest.mark.parametrize("kind", ["policy", "terms"])
def test_any_two_versions_can_be_compared(client: Client, db_session: orm.Session, kind: str) -> None:
    slugs = [one.slug for one in versions.every(kind)]
    for before in slugs:
        for after in slugs:
            page = client.get(f"/{kind}/{before}...{after}")
            assert page.status_code == 200
            assert ("word for word" in page.text) == (before == after)


def test_the_form_leads_to_the_difference(client: Client) -> None:
    answer = client.get("/policy?from=2012-10-03&to=2026-11-22")
    assert location(answer) == "/policy/2012-10-03.co.en...2026-11-22.co.en"


@pytest.mark.parametrize(
    "name",
    ["1999-01-01", "x", "2012-10-03.co.id", "2012-10-03.xx.en", "0" * 64, "2012-10-03...", "...", "2012-10-03...x"],
)
def test_what_is_no_version_is_not_found(client: Client, name: str) -> None:
    assert client.get(f"/policy/{name}").status_code == 404


def test_the_page_of_today_shows_the_list_that_the_program_works_by(client: Client) -> None:
    page = client.get("/policy").text
    assert "never taken as agreement" in page
    assert "Joining as a member" in page
    assert "Joining as a member" not in client.get("/policy/2012-10-03").text


class TestDifference:
    def test_words_that_went_and_came(self) -> None:
        (passage,) = difference.between("We keep it for one year.", "We keep it for two years.")
        assert passage.mark == "changed"
        assert passage.words == (
            ("same", "We keep it for "),
            ("gone", "one"),
            ("new", "two"),
            ("same", " "),
            ("gone", "year"),
            ("new", "years"),
            ("same", "."),
        )

    def test_whole_blocks(self) -> None:
        passages = difference.between("# A\n\nSame.\n\n- gone at last", "# A\n\nSame.\n\n## 2. Something else")
        assert [(one.kind, one.mark) for one in passages] == [
            ("title", "same"),
            ("paragraph", "same"),
            ("heading", "new"),
            ("item", "gone"),
        ]

    @pytest.mark.timeout(20)
    def test_a_text_made_to_take_long_does_not(self) -> None:
        one, other = "# A\n" + "a b " * 25_000, "# A\n" + "b a " * 25_000
        assert [passage.mark for passage in difference.between(one, other)] == ["same", "changed"]
        many = ["# A\n" + "\n".join(f"- {word}{n} a b c" for n in range(1000)) for word in "xy"]
        assert len(difference.between(*many)) == 1001

    def test_nothing_is_lost(self) -> None:
        """Both texts can be read back from what stayed, went and came."""
        for before in TEXTS:
            for after in TEXTS:
                passages = difference.between(before.read_text(), after.read_text())
                for text, mine in ((before, "gone"), (after, "new")):
                    read = ["".join(words for mark, words in one.words if mark in {"same", mine}) for one in passages]
                    assert [words for words in read if words] == [one.text for one in reading.blocks(text.read_text())]


def test_paragraphs_and_items_are_told_apart() -> None:
    text = "# Title\n\nOne line\nand another.\n- a\n- b\n\n## 3. Third\nEnd"
    assert [(one.kind, one.text, one.anchor) for one in reading.blocks(text)] == [
        ("title", "Title", ""),
        ("paragraph", "One line and another.", ""),
        ("item", "a", ""),
        ("item", "b", ""),
        ("heading", "3. Third", "clause-3"),
        ("paragraph", "End", ""),
    ]
