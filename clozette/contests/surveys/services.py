"""Making a survey, and answering it once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.community import points
from clozette.contests import dated
from clozette.contests.sponsors import sharing
from clozette.contests.surveys import asking, paths, queries, rules
from clozette.contests.surveys.models import MAX_QUESTIONS, Answer, Question, Response, Survey, Taker, random_id
from clozette.contests.surveys.paths import Value
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.privacy import subjects
from clozette.rights.erasure import services as erasures

POINTS_RULE = "survey"
KIND = "survey"
"""Of things that can be opened early."""


@dataclass(frozen=True)
class Who:
    """Who answers: somebody who proved a mail address, or a member."""

    subject_id: int
    member_id: int | None


def answer(
    survey: Survey, who: Who, given: Mapping[int, Value], *, version: int, sharing_: asking.Answer, now: datetime
) -> None:
    """Keep somebody's answers, once; with points for a member.

    :raises Refused: if they answered before, the survey takes none now, or its questions are not those of ``version``.
    """
    subjects.lock([who.subject_id])
    phase = dated.phase_for(survey, KIND, who.member_id, now)
    if phase == "coming":
        raise Refused(dated.not_yet(survey.opens_at))
    _hold(survey.id, version, now, has_begun=phase == "open")
    if erasures.begun([who.subject_id]):
        raise Refused(dated.leaving())
    if not insert_once(Taker, survey_id=survey.id, subject_id=who.subject_id):
        raise Refused(rules.already())
    _keep(survey, who.subject_id, given, now)
    asked = asks(survey, who, now)
    if not survey.is_anonymous:
        asking.record(asked, who.subject_id, sharing_, now=now)
    if survey.points and who.member_id is not None:
        points.earn(who.member_id, POINTS_RULE, survey.id, survey.points, now=now)


def asks(survey: Survey, who: Who, now: datetime) -> Any:
    """Return what somebody is asked to share; of an anonymous survey nothing can be."""
    if survey.is_anonymous:
        return []
    return asking.of("survey", survey.id, who.subject_id, is_member=who.member_id is not None, now=now)


def create(values: Mapping[str, Any], *, now: datetime) -> Survey:
    """Begin a draft.

    :raises Refused: if the short name is taken.
    """
    made_id = new_id()
    if not insert_once(Survey, id=made_id, **values, made_at=now):
        raise Refused(Refusal("slug", _("This short name is taken."), "slug"))
    return db.session.get_one(Survey, made_id)


def save(survey: Survey, values: Mapping[str, Any], *, version: int) -> None:
    """Change a draft."""
    _touch(survey, version, **values)


def put_question(survey: Survey, question: Question | None, values: Mapping[str, Any], *, version: int) -> None:
    """Add a question to a draft, or change one."""
    _touch(survey, version)
    if question is None:
        if len(queries.questions_of(survey.id)) >= MAX_QUESTIONS:
            raise Refused(Refusal("too_many", _("These are questions enough.")))
        db.session.add(Question(survey_id=survey.id, **values))
    else:
        for name, value in values.items():
            setattr(question, name, value)
    db.session.flush()


def drop_question(survey: Survey, question: Question, *, version: int) -> None:
    """Take a question out of a draft."""
    _touch(survey, version)
    db.session.delete(question)
    db.session.flush()


def publish(survey: Survey, *, version: int, now: datetime) -> None:
    """Let it be answered from its first day on.

    :raises Refused: with everything that it lacks.
    """
    dated.publish(survey, faults(survey, now), version=version)


def take_back(survey: Survey) -> None:
    """Make it a draft again, as long as nobody has answered."""
    unanswered = sa.update(Survey).where(Survey.id == survey.id, Survey.state == "open", Survey.locked_at.is_(None))
    dated.do(unanswered.values(state="draft", version=Survey.version + 1), rules.locked())


def faults(survey: Survey, now: datetime) -> list[str]:
    """Return what keeps a survey from being published."""
    found = paths.faults(queries.questions_of(survey.id))
    if survey.closes_at <= now:
        found.append(_("It would be over before it began: choose a later end."))
    if survey.is_anonymous and sharing.of("survey", survey.id):
        found.append(_("Nothing of an anonymous survey can be shared with a sponsor but its tables."))
    return found


def let_go(now: datetime) -> None:
    """Cut what leads from answers to people, a year after their survey closed, and forget who took part."""
    old = sa.select(Survey.id).where(Survey.closes_at < now - rules.KEPT)
    cut = sa.update(Response).where(Response.survey_id.in_(old), Response.subject_id.is_not(None))
    db.session.execute(cut.values(subject_id=None, day=None))
    db.session.execute(sa.delete(Taker).where(Taker.survey_id.in_(old)))


def _hold(survey_id: int, version: int, now: datetime, *, has_begun: bool) -> None:
    """Fix the questions with the first answer, and let nobody close or change the survey before this one is kept."""
    takes = (
        Survey.id == survey_id,
        Survey.version == version,
        Survey.state == "open",
        sa.true() if has_begun else Survey.opens_at <= now,
        Survey.closes_at > now,
    )
    first = sa.update(Survey).where(*takes, Survey.locked_at.is_(None)).values(locked_at=now)
    db.session.execute(first, execution_options={"synchronize_session": False})
    held = db.session.scalar(sa.select(Survey.id).where(*takes).with_for_update(read=True))
    refuse(rules.not_now() if held is None else None)


def _keep(survey: Survey, subject_id: int, given: Mapping[int, Value], now: datetime) -> None:
    """Write the answers; of an anonymous survey with nothing that leads to the person, nor to when it was."""
    named = {} if survey.is_anonymous else {"subject_id": subject_id, "day": now.date()}
    response = Response(id=random_id(), survey_id=survey.id, language=survey.language, **named)
    db.session.add(response)
    db.session.flush()
    for question_id, value in given.items():
        kept = {"choices": list(value.choices) or None, "number": value.number, "text": value.text}
        db.session.add(Answer(response_id=response.id, question_id=question_id, **kept))
    db.session.flush()


def _touch(survey: Survey, version: int, **values: Any) -> None:
    """Change a draft that nobody else has changed, by one statement."""
    draft = sa.update(Survey).where(Survey.id == survey.id, Survey.version == version, Survey.state == "draft")
    dated.do(draft.values(version=Survey.version + 1, **values), dated.changed())
    db.session.refresh(survey)
