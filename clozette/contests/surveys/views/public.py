"""``/surveys``: what is asked, the form page by page, and the tables afterwards. What is asked stands on partners' pages too.

Nothing is kept before the last press: what was answered on earlier pages travels with the form. It works without a script.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _

from clozette.contests import dated
from clozette.contests.hosting import places
from clozette.contests.hosting.places import ROOT, Place
from clozette.contests.planning import words
from clozette.contests.promotions import early as opened
from clozette.contests.sponsors import sharing
from clozette.contests.surveys import (
    access,
    asking,
    paths,
    queries,
    schemas,
    services,
    sheets,
    throttle,
)
from clozette.contests.surveys.models import MAX_SECTIONS, Question, Survey
from clozette.contests.surveys.paths import Walk
from clozette.contests.surveys.services import Who
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web import gate
from clozette.kernel.web.forms import Form
from clozette.privacy import notices
from clozette.rights import person

blueprint = Blueprint("surveys", __name__)
HERE = "/surveys"


@dataclass(frozen=True)
class Paper:
    """A survey as it lies before somebody: what it asks, and where it is met."""

    survey: Survey
    questions: Sequence[Question]
    place: Place

    @property
    def sections(self) -> set[int]:
        """Return the pages that anybody is asked; some may be passed over."""
        return {question.section for question in self.questions}


@blueprint.get(HERE)
@gate.everyone()
def index() -> str:
    """List surveys that can be answered, and those that are over."""
    now = clock.now()
    listed = [(survey, dated.phase(survey, now)) for survey in queries.public(now)]
    return render_template(
        "contests/surveys/index.html", surveys=listed, phase_names=dated.PHASES, zone=words.zone_moment
    )


@blueprint.get(f"{HERE}/<slug>")
@blueprint.get(f"{ROOT}/<partner>{HERE}/<slug>")
@gate.everyone()
def survey(slug: str, partner: str | None = None) -> Any:
    """Say what a survey is for, and show its first page to whoever may answer."""
    paper = _paper(slug, partner)
    form, way = Form(schemas.answers(paper.questions)), paths.walk(paper.questions, {})
    return _page(paper, form, way, way.after(0) or 1)


@blueprint.post(f"{HERE}/<slug>")
@blueprint.post(f"{ROOT}/<partner>{HERE}/<slug>")
@gate.everyone(collects=asking.POINT)
def answer(slug: str, partner: str | None = None) -> Any:
    """Lead to the next page or the one before; with the last press, keep the answers."""
    paper = _paper(slug, partner)
    who, questions = _required(paper), paper.questions
    form = Form(schemas.answers(questions))
    is_read = form.load()
    way = paths.walk(questions, schemas.typed(questions, form.data if is_read else {}))
    if not is_read:
        return _unread(paper, form)
    section, do = form.data["section"], form.data["do"]
    if do == "back":
        return _page(paper, form, way, way.before(section) or section)
    wrong = way.wrong_in(section) if do == "next" else way.wrong
    if wrong:
        return _wrong(paper, form, way, wrong)
    if do == "next":
        return _page(paper, form, way, way.after(section) or MAX_SECTIONS + 1)
    throttle.answer(who.subject_id)
    return _send(paper, form, way, who)


@blueprint.get(f"{HERE}/<slug>/results")
@gate.everyone()
def results(slug: str) -> str:
    """Show the tables of a survey that is over."""
    found = access.survey_for(gate.viewer(), slug)
    if dated.phase(found, clock.now()) != "over":
        abort(404)
    return render_template(
        "contests/surveys/results.html",
        survey=found,
        tables=queries.tables_of(found),
        label=sheets.label,
    )


def _send(paper: Paper, form: Form, way: Walk, who: Who) -> Any:
    """Keep the answers, or show why not."""
    found, place = paper.survey, paper.place
    shared = asking.Answer(form.data["share"], notices.answered(asking.POINT), "form:survey", place.surface)
    try:
        services.answer(found, who, way.given, version=form.data["version"], sharing_=shared, now=clock.now())
    except Refused as refused:
        db.session.rollback()
        form.refuse(refused.refusal)
        return _page(_paper(**(request.view_args or {})), form, way, form.data["section"])
    flash(_("Thank you, we have your answers."), "success")
    return redirect(place.address, 303)


def _paper(slug: str, partner: str | None = None) -> Paper:
    found = access.survey_for(gate.viewer(), slug)
    place = places.place(HERE, slug, found.sponsor_id, partner)
    return Paper(found, queries.questions_of(found.id), place)


def _required(paper: Paper) -> Who:
    """Return who answers; who may not yet is led to where they can."""
    back = urlencode({"next": paper.place.address})
    if paper.survey.audience == "members" and not gate.viewer().is_member:
        abort(redirect(f"/login?{back}", 303))
    if gate.viewer().is_member and not gate.viewer().is_confirmed:
        abort(redirect("/confirm", 303))
    one = person.current()
    if one is None:
        abort(redirect(f"/privacy/code?{back}", 303))
    return Who(one.subject_id, one.member_id)


def _who(found: Survey) -> Who | None:
    """Return who may answer now, or nobody."""
    one, viewer = person.current(), gate.viewer()
    if (
        one is None
        or (viewer.is_member and not viewer.is_confirmed)
        or (found.audience == "members" and not one.is_member)
    ):
        return None
    return Who(one.subject_id, one.member_id)


def _unread(paper: Paper, form: Form) -> Any:
    """Show the page with what the schema did not take; what it took is shown again with it."""
    questions = paper.questions
    section = next((question.section for question in questions if form.error(schemas.field_of(question))), None)
    way = paths.walk(questions, schemas.readable(questions, form))
    return _page(paper, form, way, section or way.after(0) or 1)


def _wrong(paper: Paper, form: Form, way: Walk, wrong: dict[int, str]) -> Any:
    """Show the first page on which an answer is missing."""
    missing = [question for question in way.asked if question.id in wrong]
    form.errors = {schemas.field_of(question): [wrong[question.id]] for question in missing}
    form.status = 422
    return _page(paper, form, way, missing[0].section)


def _page(paper: Paper, form: Form, way: Walk, section: int) -> Response:
    found, now = paper.survey, clock.now()
    who, shown = _who(found), way.of_section(section)
    is_last = not any(question.section > section for question in paper.questions)
    asked = services.asks(found, who, now) if who and is_last else []
    page = render_template(
        "contests/surveys/survey.html",
        survey=found,
        place=paper.place,
        phase=dated.phase_for(found, services.KIND, who.member_id if who else None, now),
        ways=opened.ways_to(services.KIND, found.id, now),
        who=who,
        has_taken=who is not None and queries.has_taken(found.id, who.subject_id),
        form=form,
        section=section,
        page_number=sum(one <= section for one in paper.sections),
        pages=len(paper.sections),
        zone=words.zone_moment,
        shown=shown,
        carried=schemas.carried(way, shown),
        field_of=schemas.field_of,
        choices_of=schemas.choices_of,
        is_last=is_last,
        is_first=way.before(section) is None,
        asked=asked,
        offers=asking.offers(asked),
        explained=lambda one: sharing.explain(one.id),
    )
    answer = make_response(page, form.status)
    answer.headers["Cache-Control"] = "no-store"
    return answer
