"""Surveys over HTTP: made by staff, answered once, read as tables."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community import points
from clozette.contests import dated
from clozette.contests.sponsors import people
from clozette.contests.surveys import asking, queries, services
from clozette.contests.surveys.models import Answer, Question, Response, Survey, Taker
from clozette.contests.surveys.paths import Value
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.privacy import notices
from clozette.privacy.models import LedgerEntry, StaffRead
from clozette.rights.desk import codes
from clozette.rights.desk.models import Code
from tests.contests.surveys.conftest import address_of, field, send
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.factories.contests import make_contest, make_question, make_sharing, make_sponsor, make_survey
from tests.support.application import Clock
from tests.support.client import Client, location
from tests.support.races import at_once

NEW = {
    "title": "Coats",
    "slug": "coats",
    "audience": "members",
    "min_group": "5",
    "opens_at": "2020-01-01T09:00",
    "closes_at": "2090-01-01T09:00",
}


WHY = {"reason": "for the autumn report"}


def keep(survey: Survey, question: Question, *members: Member) -> None:
    """Keep what somebody wrote by name."""
    for member in members:
        response = Response(survey_id=survey.id, subject_id=member.subject_id, day=clock.now().date(), language="en")
        db.session.add(response)
        db.session.flush()
        db.session.add(Answer(response_id=response.id, question_id=question.id, text="=cmd()"))
    db.session.commit()


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
    assert "not shown" not in shown
    assert staff.get(f"{made}/results").status_code == 200
    rows = list(csv.reader(io.StringIO(staff.get(f"{made}/tables.csv").text)))
    assert rows == [["question", "answer", "people"], ["A coat?", "yes", "6"], ["A coat?", "no", "5"]]


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


def branching(section: int = 3, **columns: Any) -> tuple[Survey, list[Question]]:
    """A survey of three pages, ``section`` the last; the second is for those who say yes on the first."""
    survey = make_survey(**columns)
    first = make_question(survey, is_required=True)
    leads = {"question": str(first.id), "any": ["yes"]}
    why = make_question(survey, "text", section=2, is_required=True, show_if=leads)
    return survey, [first, why, make_question(survey, "number", section=section)]


def test_page_by_page_and_back(client: Client, db_session: orm.Session) -> None:
    survey, (first, why, number) = branching()
    sign_in(client, make_member())
    db_session.commit()
    one = client.get(f"/surveys/{survey.slug}").text
    assert send(client, survey, one, "next").status_code == 422
    two = send(client, survey, one, "next", **{field(first): "yes"}).text
    assert field(why) in two
    again = send(client, survey, two, "back", **{field(why): "half a th"}).text
    assert field(first) in again
    assert "half a th" in again  # it travels with the form
    three = send(client, survey, again, "next", **{field(first): "no"}).text
    assert field(number) in three
    assert "half a th" not in three
    assert not db_session.scalars(sa.select(Response)).all()  # nothing is kept before the last press
    assert send(client, survey, three, **{field(number): "7"}).status_code == 303
    kept = {answer.question_id: (answer.choices, answer.number) for answer in db_session.scalars(sa.select(Answer))}
    assert kept == {first.id: (["no"], None), number.id: (None, 7)}


def test_a_last_page_that_is_not_asked(client: Client, db_session: orm.Session) -> None:
    survey, (first, _why, number) = branching()
    number.show_if = {"question": str(first.id), "any": ["yes"]}
    sign_in(client, make_member())
    db_session.commit()
    shown = send(client, survey, client.get(f"/surveys/{survey.slug}").text, "next", **{field(first): "no"}).text
    assert "That is all." in shown
    assert "Send the answers" in shown  # nothing is left to go on to
    assert send(client, survey, shown).status_code == 303
    assert [answer.question_id for answer in db_session.scalars(sa.select(Answer))] == [first.id]


@pytest.mark.requirement(2)
def test_a_page_says_which_it_is_and_has_the_notice(client: Client, db_session: orm.Session) -> None:
    """In full on the first page, and on the last one, from which the answers are sent; folded between."""
    survey, (first, why, number) = branching(section=4)
    sign_in(client, make_member())
    db_session.commit()
    one = client.get(f"/surveys/{survey.slug}").text
    two = send(client, survey, one, "next", **{field(first): "yes"}).text
    three = send(client, survey, two, "next", **{field(why): "So."}).text
    for shown, page in ((one, 1), (two, 2), (three, 3)):
        assert f"Page {page} of 3" in shown
        form = shown[shown.index('<form class="form"') :]
        folded = form[: form.index('class="notice"')].count("<details>")
        assert folded == (page == 2)
        assert 'name="_notice"' in form
    assert "Send the answers" in three
    assert send(client, survey, three, **{field(number): "7"}).status_code == 303


def test_a_survey_of_one_page_counts_none(client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    make_question(survey)
    sign_in(client, make_member())
    db_session.commit()
    assert "Page 1 of" not in client.get(f"/surveys/{survey.slug}").text


def test_who_pays_is_said_on_every_page_and_in_the_list(client: Client, db_session: orm.Session) -> None:
    survey, (first, *_others) = branching(sponsor_id=make_sponsor(legal_name="Acme Ltd").id)
    sign_in(client, make_member())
    db_session.commit()
    one = client.get(f"/surveys/{survey.slug}").text
    two = send(client, survey, one, "next", **{field(first): "yes"}).text
    for shown in (one, two, client.get("/surveys").text):
        assert "Ad · sponsored by Acme Ltd" in shown


def test_moments_name_their_zone(client: Client, staff: Client, db_session: orm.Session) -> None:
    at = datetime(2031, 7, 1, 9, 30, 15, tzinfo=UTC)
    survey, soon = make_survey(closes_at=at), make_survey(opens_at=at, closes_at=at + timedelta(days=1))
    sign_in(client, make_member(time_zone="Europe/Berlin"))
    db_session.commit()
    for path in ("/surveys", f"/surveys/{soon.slug}"):
        assert "Jul 1, 2031, 11:30\u202fAM (Europe/Berlin)" in client.get(path).text
    assert "Jul 1, 2031, 9:30\u202fAM (UTC)" in staff.get(address_of(survey)).text


@pytest.mark.requirement(4)
def test_optional_questions_may_stay_empty_and_needed_ones_not(client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    needed, other = make_question(survey, is_required=True), make_question(survey, "text")
    sign_in(client, make_member())
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}").text
    assert send(client, survey, shown, **{field(other): "words"}).status_code == 422
    assert send(client, survey, shown, **{field(needed): "yes"}).status_code == 303


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("one", "perhaps"),
        ("scale", "6"),
        ("number", "many"),
        ("number", "9" * 30),
        ("text", "x" * 1001),
        ("many", "maybe"),
    ],
)
def test_odd_answers_are_refused_in_words(client: Client, db_session: orm.Session, kind: str, typed: str) -> None:
    survey = make_survey()
    question = make_question(survey, kind)
    sign_in(client, make_member())
    db_session.commit()
    answer = send(client, survey, client.get(f"/surveys/{survey.slug}").text, **{field(question): typed})
    assert answer.status_code == 422
    assert not db_session.scalars(sa.select(Taker)).all()


@pytest.mark.requirement(6)
def test_anonymous_answers_lead_to_nobody(client: Client, db_session: orm.Session) -> None:
    survey = make_survey(is_anonymous=True, points=5)
    question, member = make_question(survey), make_member()
    sign_in(client, member)
    db_session.commit()
    before = db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry))
    shown = client.get(f"/surveys/{survey.slug}").text
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 303
    (response,) = db_session.scalars(sa.select(Response))
    assert (response.subject_id, response.day) == (None, None)
    (taker,) = db_session.scalars(sa.select(Taker))
    assert taker.subject_id == member.subject_id
    assert points.balance(member.id) == 5
    assert db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) == before
    near = [ids.moment_of(row_id) for row_id in (response.id, db_session.scalar(sa.select(Answer.id)))]
    assert not any(abs(moment - clock.now()) < timedelta(hours=1) for moment in near)


@pytest.mark.requirement(2)
def test_what_was_shown_is_kept_with_answers_by_name(client: Client, db_session: orm.Session) -> None:
    survey, member = make_survey(), make_member()
    question = make_question(survey)
    sign_in(client, member)
    db_session.commit()
    assert (
        client.post(f"/surveys/{survey.slug}", data={"do": "send", "section": "1", "version": "1"}).status_code == 409
    )
    shown = client.get(f"/surveys/{survey.slug}").text
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 303
    kept = sa.select(LedgerEntry.action, LedgerEntry.point).where(LedgerEntry.subject_id == member.subject_id)
    assert ("acknowledged", "CP3") in [tuple(row) for row in db_session.execute(kept)]


def test_points_come_once_and_say_why(client: Client, db_session: orm.Session) -> None:
    survey = make_survey(points=20, title="Of coats")
    question, member = make_question(survey), make_member()
    sign_in(client, member)
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}").text
    for _ in range(2):
        send(client, survey, shown, **{field(question): "yes"})
    assert points.balance(member.id) == 20
    assert "Of coats" in client.get("/points").text


def test_who_is_no_member_answers_with_a_code(app: Flask, client: Client, db_session: orm.Session) -> None:
    survey = make_survey(audience="anyone", points=5)
    question = make_question(survey)
    db_session.commit()
    here = f"/surveys/{survey.slug}"
    assert 'class="form"' not in client.get(here).text
    assert location(client.post(here)).startswith("/privacy/code?next=")
    client.post("/privacy/code", data={"email": "ren@example.test", "next": here})
    code = codes.digits_of(db_session.scalars(sa.select(Code)).one())
    assert location(client.post("/privacy/code/entry", data={"code": code, "next": here})) == here
    assert send(client, survey, client.get(here).text, **{field(question): "no"}).status_code == 303
    (taker,) = db_session.scalars(sa.select(Taker))
    assert taker.subject_id == db_session.scalars(sa.select(Code.subject_id)).one()


def test_members_alone(client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    make_question(survey)
    db_session.commit()
    assert location(client.post(f"/surveys/{survey.slug}")) == f"/login?next=%2Fsurveys%2F{survey.slug}"


@pytest.mark.parametrize(("state", "hours"), [("closed", 0), ("open", -2), ("open", 25)])
def test_outside_of_its_time_nothing_is_kept(
    client: Client, db_session: orm.Session, stopped_clock: Clock, state: str, hours: int
) -> None:
    survey = make_survey()
    question = make_question(survey)
    member = make_member()
    sign_in(client, member)
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}").text
    survey.state = state
    survey.opens_at, survey.closes_at = (
        moment - timedelta(hours=hours) for moment in (survey.opens_at, survey.closes_at)
    )
    db_session.commit()
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 409
    assert not db_session.scalars(sa.select(Response)).all()


def test_questions_that_changed_are_shown_anew(staff: Client, client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    question = make_question(survey)
    sign_in(client, make_member())
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}").text
    assert staff.post(f"{address_of(survey)}/state", data={"do": "draft"}).status_code == 303
    db_session.expire_all()
    changed = {"kind": "one", "words": "Another?", "options": "yes\nno", "version": str(survey.version)}
    assert staff.post(f"{address_of(survey)}/questions/{ids.encode(question.id)}", data=changed).status_code == 303
    db_session.expire_all()
    assert (
        staff.post(f"{address_of(survey)}/state", data={"do": "publish", "version": survey.version}).status_code == 303
    )
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 409


def test_answered_questions_stay(staff: Client, client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    question = make_question(survey)
    db_session.commit()
    answered(client, survey, **{field(question): "yes"})
    assert staff.post(f"{address_of(survey)}/state", data={"do": "draft"}).status_code == 409
    changed = {"kind": "one", "words": "Another?", "options": "yes\nno", "version": "1"}
    assert staff.post(f"{address_of(survey)}/questions/{ids.encode(question.id)}", data=changed).status_code == 409
    dropped = staff.delete(f"{address_of(survey)}/questions/{ids.encode(question.id)}", data={"version": "1"})
    assert dropped.status_code == 409
    db_session.expire_all()
    assert question.words == "Question 1?"


@pytest.mark.parametrize(
    ("columns", "why"),
    [
        ({"state": "open"}, "Make it a draft again, and then change it."),
        ({"state": "open", "locked_at": clock.now()}, "Somebody has answered already"),
        ({"state": "closed", "locked_at": clock.now()}, "It is over, and stays as it is."),
    ],
)
def test_what_is_published_says_why_it_stays(
    staff: Client, db_session: orm.Session, columns: dict[str, Any], why: str
) -> None:
    survey = make_survey(**columns)
    question = ids.encode(make_question(survey).id)
    db_session.commit()
    for path in ("edit", "questions/new", f"questions/{question}"):
        answer = staff.get(f"{address_of(survey)}/{path}")
        assert answer.status_code == 409
        assert why in answer.text
        assert 'name="words"' not in answer.text


def test_two_tabs_of_staff(staff: Client, db_session: orm.Session) -> None:
    survey = make_survey("draft")
    db_session.commit()
    new = {"kind": "text", "words": "Why?", "version": "1"}
    assert staff.post(f"{address_of(survey)}/questions/new", data=new).status_code == 303
    again = staff.post(f"{address_of(survey)}/questions/new", data=new | {"words": "How?"})
    assert again.status_code == 409
    assert "How?" in again.text


@pytest.mark.parametrize(
    ("kind", "options", "status"),
    [
        ("scale", "", 422),
        ("scale", "a\nb\nc\nd", 422),
        ("scale", "cold\nwarm", 303),
        ("text", "yes\nno", 422),
        ("number", "1", 422),
        ("number", "", 303),
    ],
)
def test_options_fit_the_kind_of_question(
    staff: Client, db_session: orm.Session, kind: str, options: str, status: int
) -> None:
    survey = make_survey("draft")
    db_session.commit()
    new = {"kind": kind, "words": "Well?", "options": options, "version": "1"}
    assert staff.post(f"{address_of(survey)}/questions/new", data=new).status_code == status
    assert len(db_session.scalars(sa.select(Question.id)).all()) == (status == 303)


@pytest.mark.requirement(8)
def test_rows_for_staff_are_without_names_safe_and_noted(
    staff: Client, client: Client, db_session: orm.Session
) -> None:
    survey, member = make_survey("closed", min_group=5), make_member("ada")
    question = make_question(survey, "text", words="=1+1")
    keep(survey, question, member, *(make_member() for _ in range(4)))
    here = f"{address_of(survey)}/answers.csv"
    assert staff.post(here, data={"reason": "no"}).status_code == 422
    sheet = list(csv.reader(io.StringIO(staff.post(here, data=WHY).text)))
    assert sheet == [["row", "day", "q1"], *([str(row), f"{clock.now():%Y-%m-%d}", "'=cmd()"] for row in range(1, 6))]
    (read,) = db_session.scalars(sa.select(StaffRead).where(StaffRead.subject_id == member.subject_id))
    assert (read.what, read.reason) == ("survey answers", "for the autumn report")
    book = list(csv.reader(io.StringIO(staff.get(f"{address_of(survey)}/codebook.csv").text)))
    assert book[1][:3] == ["q1", "'=1+1", "text"]


@pytest.mark.requirement(8)
@pytest.mark.parametrize(("state", "answers"), [("open", 6), ("closed", 4), ("closed", 0)])
def test_rows_come_at_the_end_and_of_a_group(staff: Client, db_session: orm.Session, state: str, answers: int) -> None:
    survey = make_survey(state, min_group=5)
    keep(survey, make_question(survey, "text"), *(make_member() for _ in range(answers)))
    said = staff.post(f"{address_of(survey)}/answers.csv", data=WHY)
    assert said.status_code == 409
    assert "=cmd()" not in said.text
    assert "answers.csv" not in staff.get(f"{address_of(survey)}/results").text
    assert not db_session.scalars(sa.select(StaffRead)).all()


def test_who_answers_by_name_reads_before_that_staff_can_read_it(client: Client, db_session: orm.Session) -> None:
    named, other = make_survey(), make_survey(is_anonymous=True)
    db_session.commit()
    assert "staff can read" in client.get(f"/surveys/{named.slug}").text
    assert "staff can read" not in client.get(f"/surveys/{other.slug}").text


def test_rows_of_an_anonymous_survey_are_given_to_nobody(staff: Client, db_session: orm.Session) -> None:
    survey = make_survey(is_anonymous=True)
    db_session.commit()
    assert staff.post(f"{address_of(survey)}/answers.csv", data={"reason": "for the autumn report"}).status_code == 404


@pytest.mark.requirement(72)
@pytest.mark.requirement(6)
def test_a_sponsor_gets_what_was_agreed_to_and_no_more(client: Client, db_session: orm.Session) -> None:
    survey, sponsor = make_survey(), make_sponsor(legal_name="Acme Ltd")
    question = make_question(survey)
    asked = make_sharing(
        make_contest(), sponsor, object_kind="survey", object_id=survey.id, fields=["contests_answers.choices"]
    )
    yes, no = make_member(), make_member()
    for member, share in ((yes, [ids.encode(asked.id)]), (no, [])):
        sign_in(client, member)
        db_session.commit()
        shown = client.get(f"/surveys/{survey.slug}").text
        assert "Acme Ltd" in shown
        assert "checked" not in shown[shown.index('class="form"') : shown.index("Send the answers")]
        assert send(client, survey, shown, share=share, **{field(question): "yes"}).status_code == 303
    survey.state = "closed"
    db_session.commit()
    assert people.read(asked, people.ids_of(asked)) == {
        yes.subject_id: {"contests_answers.choices": {question.words: ["yes"]}}
    }


@pytest.mark.requirement(74)
def test_needed_sharing_is_said_before(client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    question = make_question(survey)
    make_sharing(make_contest(), make_sponsor(), object_kind="survey", object_id=survey.id, is_required=True)
    sign_in(client, make_member())
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}").text
    assert "Needed to take part." in shown
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 409
    assert not db_session.scalars(sa.select(Response)).all()


@pytest.mark.requirement(24)
def test_minors_are_not_asked_to_share(client: Client, db_session: orm.Session) -> None:
    survey = make_survey()
    question = make_question(survey)
    make_sharing(make_contest(), make_sponsor(legal_name="Acme Ltd"), object_kind="survey", object_id=survey.id)
    sign_in(client, make_minor())
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}").text
    assert "Acme Ltd" not in shown
    assert send(client, survey, shown, **{field(question): "yes"}).status_code == 303


def test_an_anonymous_survey_with_a_sharing_is_not_published(staff: Client, db_session: orm.Session) -> None:
    survey = make_survey("draft", is_anonymous=True)
    make_question(survey)
    make_sharing(make_contest(), make_sponsor(), object_kind="survey", object_id=survey.id)
    db_session.commit()
    assert staff.post(f"{address_of(survey)}/state", data={"do": "publish", "version": "1"}).status_code == 409


def test_many_answers_of_one_at_once_are_one(app: Flask, db_session: orm.Session) -> None:
    survey, member = make_survey(), make_member()
    question = make_question(survey)
    with app.test_request_context():
        shown = notices.read("CP3", notices.stamp("CP3"))
    who, survey_id = services.Who(member.subject_id, member.id), survey.id
    given = {question.id: Value(choices=("yes",))}
    db_session.commit()

    def answer() -> None:
        found = db.session.get_one(Survey, survey_id)
        services.answer(found, who, given, version=1, sharing_=asking.Answer((), shown, "form:survey"), now=clock.now())

    assert len(at_once(app, *[answer] * 4)) == 3
    db_session.rollback()
    assert queries.count(survey_id) == 1


def test_after_a_year_nothing_leads_to_people(client: Client, db_session: orm.Session, stopped_clock: Clock) -> None:
    survey = make_survey()
    question = make_question(survey)
    db_session.commit()
    answered(client, survey, **{field(question): "yes"})
    stopped_clock.forward(days=360)
    services.let_go(clock.now())
    assert queries.rows(survey.id)[0][0].subject_id is not None
    stopped_clock.forward(days=10)
    services.let_go(clock.now())
    db_session.expire_all()
    assert queries.rows(survey.id)[0][0].subject_id is None
    assert queries.count(survey.id) == 1
    assert not db_session.scalars(sa.select(Taker)).all()


def test_drafts_are_for_staff(staff: Client, client: Client, db_session: orm.Session) -> None:
    survey = make_survey("draft")
    make_question(survey)
    db_session.commit()
    assert client.get(f"/surveys/{survey.slug}").status_code == 404
    assert staff.get(f"/surveys/{survey.slug}").status_code == 200


def test_a_table_says_of_whom_it_was_asked(client: Client, db_session: orm.Session) -> None:
    survey = make_survey("closed", min_group=5)
    first = make_question(survey, is_required=True)
    leads = {"question": str(first.id), "any": ["yes"]}
    which = make_question(survey, words="Which?", section=2, options=["wool", "down"], show_if=leads, is_required=True)
    for given in ([(first, "yes"), (which, "wool")], [(first, "no")]):
        for _ in range(5):
            response = Response(survey_id=survey.id, language="en")
            db_session.add(response)
            db_session.flush()
            for question, word in given:
                db_session.add(Answer(response_id=response.id, question_id=question.id, choices=[word]))
    db_session.commit()
    shown = client.get(f"/surveys/{survey.slug}/results").text
    assert "Asked of those alone who chose: yes" in shown[shown.index("Which?") :]
    assert shown.count("Asked of those alone") == 1
    assert "not shown" not in shown
    assert "not answered" not in shown


def test_programs_read_the_same_tables(client: Client, db_session: orm.Session) -> None:
    survey = make_survey(min_group=5)
    question = make_question(survey)
    db_session.commit()
    for word in ["yes"] * 7 + ["no"] * 6:
        answered(client, survey, **{field(question): word})
    assert client.get(f"/api/v1/surveys/{survey.slug}").json["tables"] is None
    survey.state = "closed"
    db_session.commit()
    (table,) = client.get(f"/api/v1/surveys/{survey.slug}").json["tables"]
    assert [cell["people"] for cell in table["cells"]] == [7, 6, 0]


def test_an_answer_and_the_close(app: Flask, db_session: orm.Session) -> None:
    """Whoever was first: an answer is kept whole, or refused, and none comes after the close."""
    survey, member = make_survey(), make_member()
    question = make_question(survey)
    with app.test_request_context():
        shown = notices.read("CP3", notices.stamp("CP3"))
    who, survey_id, given = services.Who(member.subject_id, member.id), survey.id, {question.id: Value(choices=("no",))}
    said = asking.Answer((), shown, "form:survey")
    db_session.commit()

    def answer() -> None:
        services.answer(db.session.get_one(Survey, survey_id), who, given, version=1, sharing_=said, now=clock.now())

    raised = at_once(app, answer, lambda: dated.close(db.session.get_one(Survey, survey_id)))
    db_session.rollback()
    assert queries.count(survey_id) == 1 - len(raised)
    assert len(at_once(app, answer)) == 1
    assert db_session.get_one(Survey, survey_id).state == "closed"
