"""The staff's pages of policies."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock, tasks
from clozette.privacy.policies import versions
from tests.factories.accounts import make_member, sign_in
from tests.support.client import Client, location


@pytest.fixture
def admin(db_session: orm.Session, client: Client) -> Any:
    """Sign an admin in, with a second factor."""
    member = make_member("keeper", roles=("admin",))
    sign_in(client, member, second_factor=True)
    return member


def typed(**changes: Any) -> dict[str, Any]:
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    given = {
        "kind": "policy",
        "edition": "clozette.co",
        "language": "id",
        "text": "# Kebijakan privasi\n\n<b>Baru</b> & jelas.",
        "summary": "Semua baru.",
        "day": day,
        "material": ["our_news"],
        "editorial": ["research"],
        "step": "publish",
    }
    return {**given, **changes}


def test_the_form_begins_with_the_present_text(client: Client, admin: Any) -> None:
    page = client.get("/admin/policies/new?kind=terms&edition=clozette.co.id&language=id").text
    assert "# Ketentuan penggunaan" in page
    assert 'value="terms"' in page
    assert 'value="our_news"' not in page


@pytest.mark.requirement(29)
def test_looking_first_publishes_nothing(client: Client, admin: Any) -> None:
    answer = client.post("/admin/policies/new", data=typed(step="look"))
    assert answer.status_code == 200
    assert "<del>" in answer.text
    assert "&lt;b&gt;Baru&lt;/b&gt;" in answer.text
    assert 'value="publish"' in answer.text
    assert len(versions.every("policy")) == 6


@pytest.mark.requirement(29, 30)
def test_publishing_marks_tells_and_flags_the_other_language(app: Flask, client: Client, admin: Any) -> None:
    assert "drifted apart" not in client.get("/admin/policies").text
    assert location(client.post("/admin/policies/new", data=typed())) == "/admin/policies"
    page = client.get("/admin/policies").text
    assert "Being announced" in page
    tasks.drain(app)
    page = client.get("/admin/policies").text
    assert "Announced" in page
    assert "The languages have drifted apart" in page
    assert "English of clozette.co stayed behind at version 2026-11-22." in page
    made = versions.every("policy")[-1]
    assert (made.material, made.editorial) == ({"our_news"}, {"research"})
    assert made.language == "id"
    assert versions.text_of(made).endswith("jelas.\n")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"day": "tomorrow"}, 422),
        ({"text": ""}, 422),
        ({"kind": "poem"}, 422),
        ({"summary": "x" * 501}, 422),
        ({"material": ["x" * 33]}, 422),
        ({"step": "burn"}, 422),
        ({"unknown": "x"}, 422),
        ({"day": "2020-01-01"}, 409),
        ({"material": ["nonsense"]}, 409),
        ({"text": "No title."}, 409),
        ({"language": "en", "edition": "clozette.co", "material": [], "editorial": []}, 409),
    ],
)
@pytest.mark.parametrize("step", ["look", "publish"])
def test_what_is_refused_keeps_what_was_typed(
    client: Client, admin: Any, changes: dict[str, Any], status: int, step: str
) -> None:
    answer = client.post("/admin/policies/new", data=typed(**{"step": step, **changes}))
    assert answer.status_code == status
    assert len(versions.every("policy")) == 6
    if "summary" not in changes:
        assert "Semua baru." in answer.text
