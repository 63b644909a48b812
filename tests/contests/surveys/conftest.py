"""Surveys as a browser fills them in."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.contests.surveys import schemas
from clozette.contests.surveys.models import Question, Survey
from clozette.kernel import ids
from tests.factories.accounts import make_member, sign_in
from tests.support.client import Client

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)">')


def field(question: Question) -> str:
    """Return the name of a question's field."""
    return schemas.field_of(question)


def hidden_of(shown: str) -> dict[str, list[str]]:
    """Return the hidden fields of a page's form, with the notice's stamp."""
    form = shown[shown.index('<form class="form"') :]
    found: dict[str, list[str]] = {}
    for name, value in HIDDEN.findall(form[: form.index("</form>")]):
        found.setdefault(name, []).append(html.unescape(value))
    found.pop("csrf_token", None)
    return found


def send(client: Client, survey: Survey, shown: str, do: str = "send", *, address: str = "", **answers: Any) -> Any:
    """Press a button of a page as it stands, with what is filled in."""
    return client.post(address or f"/surveys/{survey.slug}", data={**hidden_of(shown), "do": do, **answers})


@pytest.fixture
def staff(app: Flask, db_session: orm.Session) -> Client:
    """Somebody of marketing, in a browser of their own."""
    browser = app.test_client()
    sign_in(browser, make_member("mark", roles=("marketing",)), second_factor=True)
    db_session.commit()
    assert isinstance(browser, Client)
    return browser


def address_of(survey: Survey) -> str:
    """Return where marketing works on a survey."""
    return f"/marketing/surveys/{ids.encode(survey.id)}"
