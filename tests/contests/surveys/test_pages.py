"""Surveys over HTTP: made by staff, answered once, read as tables."""

import csv
import io
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from clozette.contests.surveys.models import Answer, Question, Response, Survey, Taker
from clozette.kernel.database import db
from tests.contests.surveys.conftest import field, send
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_question, make_survey
from tests.support.client import Client

NEW = {
    "title": "Coats",
    "slug": "coats",
    "audience": "members",
    "min_group": "5",
    "opens_at": "2020-01-01T09:00",
    "closes_at": "2090-01-01T09:00",
}


def answered(client: Client, survey: Survey, **answers: Any) -> Any:
    """Answer a survey of one page as somebody new."""
    sign_in(client, make_member())
    db.session.commit()
    return send(client, survey, client.get(f"/surveys/{survey.slug}").text, **answers)


def test_from_a_draft_to_tables(staff: Client, client: Client, db_session: orm.Session) -> None:
    made = staff.post("/marketing/surveys/new", data=NEW).headers["Location"]
    assert client.get("/surveys/coats").status_code == 404
    asked = {"kind": "one", "words": "A coat?", "options": "yes\nno", "is_required": "true", "version": "1"}
    assert staff.post(f"{made}/questions/new", data=asked).status_code == 303
    assert staff.post(f"{made}/state", data={"do": "publish", "version": "2"}).status_code == 303
    survey = db_session.scalars(sa.select(Survey)).one()
    question = db_session.scalars(sa.select(Question)).one()
    for word in ["yes"] * 6 + ["no"] * 5:
        assert answered(client, survey, **{field(question): word}).status_code == 303
    assert client.get("/surveys/coats/results").status_code == 404
    staff.post(f"{made}/state", data={"do": "close"})
    shown = client.get("/surveys/coats/results").text
    assert shown.count("not shown") == 3  # nobody gave no answer, and that would tell the others
    assert staff.get(f"{made}/results").status_code == 200
    rows = list(csv.reader(io.StringIO(staff.get(f"{made}/tables.csv").text)))
    assert rows[0] == ["question", "answer", "people"]


def test_nobody_answers_twice(client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    question = make_question(survey)
    sign_in(client, make_member())
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}").text
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 303
    again = send(client, survey, shown, **{field(question): "no"})
    assert again.status_code == 409
    assert db_session.scalars(sa.select(Answer.choices)).all() == [["yes"]]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Taker)) == 1
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1
