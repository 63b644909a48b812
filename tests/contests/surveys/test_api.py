"""Answering by the API: the rules of the page, in JSON."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import tokens
from clozette.contests.sponsors import sharing
from clozette.contests.surveys.models import Answer, Response
from clozette.kernel import clock, ids
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_question, make_sharing, make_sponsor, make_survey
from tests.support.client import Client

Call = Callable[..., Any]


@pytest.fixture
def ada(db_session: orm.Session) -> Member:
    """A member with a program."""
    member = make_member("ada")
    db_session.commit()
    return member


@pytest.fixture
def program(client: Client, ada: Member) -> Call:
    """Give a function that calls the API as Ada."""
    token = tokens.make(ada.id, name="t", scopes=("contests:read", "contests:write"), days=1, now=clock.now())

    def call(method: str, path: str, **options: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return client.open(f"/api/v1/surveys/{path}", method=method, headers=headers, **options)

    return call


def sent(program: Call, slug: str, answers: dict[int, Any], **changes: Any) -> Any:
    """Send answers with what the form shows."""
    form = program("GET", f"{slug}/answers/new").json
    body = {"version": form["version"], "notice": form["notice"]} | changes
    named = {ids.encode(question_id): value for question_id, value in answers.items()}
    return program("POST", f"{slug}/answers", json=body | {"answers": named})


def kept(session: orm.Session) -> dict[int, Any]:
    """Return what is kept, by question."""
    session.rollback()
    return {one.question_id: one.choices or one.number or one.text for one in session.scalars(sa.select(Answer))}


def test_each_kind_of_answer_is_kept_once(program: Call, ada: Member, db_session: orm.Session) -> None:
    survey = make_survey()
    kinds = {"one": "yes", "many": ["no"], "scale": 4, "number": -3, "text": "Well."}
    answers = {make_question(survey, kind).id: value for kind, value in kinds.items()}
    slug = survey.slug
    db_session.commit()
    answer = sent(program, slug, answers)
    assert answer.status_code == 201
    assert set(answer.json["kept"]) == {ids.encode(one) for one in answers}
    assert set(map(str, kept(db_session).values())) == {"['yes']", "['no']", "4", "-3", "Well."}
    again = sent(program, slug, answers)
    assert (again.status_code, again.json["code"]) == (409, "already")
    assert "before" in program("GET", f"{slug}/answers/new").json["why_not"]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Response)) == 1


@pytest.mark.requirement(4)
def test_what_is_needed_or_does_not_fit_is_said_by_question(program: Call, db_session: orm.Session) -> None:
    survey = make_survey()
    needed, scale = make_question(survey, is_required=True).id, make_question(survey, "scale").id
    slug = survey.slug
    db_session.commit()
    for answers, wrong in (
        ({}, needed),
        ({needed: "yes", scale: 6}, scale),
        ({needed: "maybe"}, needed),
        ({1: "x"}, 1),
    ):
        answer = sent(program, slug, answers)
        assert answer.status_code == 422
        assert list(answer.json["errors"]["answers"]) == [ids.encode(wrong)]
    assert not kept(db_session)


def test_what_is_not_asked_is_dropped(program: Call, db_session: orm.Session) -> None:
    survey = make_survey()
    first = make_question(survey).id
    why = make_question(
        survey, "text", section=2, is_required=True, show_if={"question": str(first), "any": ["yes"]}
    ).id
    slug = survey.slug
    db_session.commit()
    answer = sent(program, slug, {first: "no", why: "because"})
    assert answer.json["kept"] == [ids.encode(first)]
    assert kept(db_session) == {first: ["no"]}


@pytest.mark.requirement(74)
def test_a_sponsor_is_named_before_and_agreed_to_by_name(program: Call, ada: Member, db_session: orm.Session) -> None:
    survey, sponsor = make_survey(), make_sponsor(legal_name="Acme Ltd")
    question = make_question(survey).id
    asked = make_sharing(make_contest(), sponsor, object_kind="survey", object_id=survey.id, is_required=True)
    slug, subject_id, purpose, asked_id = survey.slug, ada.subject_id, sharing.purpose_of(asked), asked.id
    db_session.commit()
    (shown,) = program("GET", f"{slug}/answers/new").json["sharings"]
    assert "Acme Ltd" in shown["wording"]
    assert shown["is_required"]
    without = sent(program, slug, {question: "yes"})
    assert (without.status_code, without.json["code"]) == (409, "sharing_needed")
    assert not kept(db_session)
    assert sent(program, slug, {question: "yes"}, share=[ids.encode(asked_id)]).status_code == 201
    assert consents.stands(subject_id, purpose, "site") is not None
    methods = db_session.scalars(sa.select(LedgerEntry.method).where(LedgerEntry.point == "CP3")).all()
    assert set(methods) == {"api"}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"notice": "made up"}, 409),
        ({"notice": ""}, 409),
        ({"version": 2}, 409),
        ({"version": "x"}, 422),
        ({"share": ["!"]}, 422),
        ({"more": 1}, 422),
    ],
)
def test_nothing_is_kept_of_what_was_not_shown(
    program: Call, db_session: orm.Session, changes: dict[str, Any], status: int
) -> None:
    survey = make_survey()
    question = make_question(survey).id
    db_session.commit()
    assert sent(program, survey.slug, {question: "yes"}, **changes).status_code == status
    assert not kept(db_session)


@pytest.mark.parametrize("body", [[], "x", {"answers": []}, {"answers": {"q": {"a": [1]}}}, {"answers": None}, 7])
def test_what_can_not_be_read_is_422(program: Call, db_session: orm.Session, body: Any) -> None:
    survey = make_survey()
    make_question(survey)
    db_session.commit()
    assert program("POST", f"{survey.slug}/answers", json=body).status_code == 422


def test_anonymous_answers_lead_to_nobody(program: Call, db_session: orm.Session) -> None:
    survey = make_survey(is_anonymous=True)
    question = make_question(survey).id
    db_session.commit()
    assert sent(program, survey.slug, {question: "yes"}).status_code == 201
    assert db_session.scalars(sa.select(Response.subject_id)).all() == [None]
    assert not db_session.scalars(sa.select(LedgerEntry.id).where(LedgerEntry.point == "CP3")).all()


@pytest.mark.parametrize("state", ["draft", "closed"])
def test_only_what_is_open_takes_answers(program: Call, db_session: orm.Session, state: str) -> None:
    survey = make_survey(state)
    make_question(survey)
    db_session.commit()
    found = program("GET", f"{survey.slug}/answers/new")
    assert found.status_code == 404 if state == "draft" else found.json["why_not"]
