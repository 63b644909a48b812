"""Somebody who answered by name asks for their data, and to be forgotten; what was anonymous stays without them."""

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.contests.promotions.models import PromotionCode
from clozette.contests.surveys import asking, services
from clozette.contests.surveys.models import Answer, Question, Response, Survey, Taker
from clozette.contests.surveys.paths import Value
from clozette.kernel import clock
from clozette.kernel import tasks as engine
from clozette.privacy import notices
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure import tasks as erasure_tasks
from clozette.rights.export import contents
from tests.factories.accounts import make_member
from tests.factories.contests import make_promotion, make_question, make_survey
from tests.support.application import Clock

CANARY = "my canary sings"


def answer(app: Flask, survey: Survey, question: Question, member: Member) -> None:
    """Answer a survey of one question in words."""
    with app.test_request_context():
        shown = notices.read("CP3", notices.stamp("CP3"))
    who, said = services.Who(member.subject_id, member.id), asking.Answer((), shown, "form:survey")
    services.answer(survey, who, {question.id: Value(text=CANARY)}, version=1, sharing_=said, now=clock.now())


def test_answers_are_exported_and_erased(app: Flask, db_session: orm.Session, stopped_clock: Clock) -> None:
    member, surveys = make_member("ada"), [make_survey(), make_survey(is_anonymous=True)]
    for survey in surveys:
        answer(app, survey, make_question(survey, "text"), member)
    promotion = make_promotion(codes=1)
    db_session.execute(sa.update(PromotionCode).values(member_id=member.id, claimed_at=clock.now()))
    db_session.commit()
    found = {one.name: db_session.execute(one.select).mappings().all() for one in contents.sections(member.subject_id)}
    assert [row["text"] for row in found["contests_answers"]] == [CANARY]
    assert len(found["contests_takers"]) == 2
    assert [row["promotion_id"] for row in found["contests_codes"]] == [promotion.id]
    erasures.ask(member.subject_id, via="page", now=clock.now())
    db_session.commit()
    stopped_clock.forward(days=14, seconds=1)
    engine.enqueue(erasure_tasks.execute_due)
    db_session.commit()
    engine.drain(app)
    db_session.expire_all()
    assert not db_session.scalars(sa.select(Taker)).all()
    left = db_session.scalars(sa.select(Response)).all()
    assert [response.survey_id for response in left] == [surveys[1].id]
    assert [one.response_id for one in db_session.scalars(sa.select(Answer))] == [left[0].id]
    code = db_session.scalars(sa.select(PromotionCode).where(PromotionCode.promotion_id == promotion.id)).one()
    assert code.member_id is None and code.claimed_at is not None
