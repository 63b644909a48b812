"""``/marketing/surveys``: making a survey, leading it through its life, and reading its tables."""

from typing import Any

from flask import Blueprint, Response, abort, flash, make_response, redirect, render_template, request
from flask_babel import gettext as _

from clozette.accounts.schemas import languages
from clozette.contests import dated
from clozette.contests.planning import words
from clozette.contests.sponsors import queries as sponsors
from clozette.contests.surveys import access, queries, rules, schemas, services, sheets, wording
from clozette.contests.surveys.access import ROLE
from clozette.contests.surveys.models import KINDS, Question, Survey
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.web.forms import Form
from clozette.kernel.web.gate import staff, viewer
from clozette.privacy import staff_reads
from clozette.privacy.policies.editions import LANGUAGE_NAMES

blueprint = Blueprint("survey_planning", __name__)
HERE = "/marketing/surveys"
_ONE = f"{HERE}/<id:survey_id>"
_SAME = ("title", "words", "language", "audience", "is_anonymous", "min_group", "points", "version")
_BEGINNING = {"audience": "members", "min_group": 10, "points": 0, "language": "en"}


@blueprint.get(HERE)
@staff(ROLE)
def index() -> Any:
    """List all surveys."""
    now = clock.now()
    listed = [(survey, dated.phase(survey, now)) for survey in queries.every()]
    answers = queries.counts([survey.id for survey, _phase in listed])
    return render_template("marketing/surveys/list.html", surveys=listed, phase_names=dated.PHASES, answers=answers)


@blueprint.get(f"{HERE}/new")
@staff(ROLE)
def new() -> Any:
    """Ask what it is to be."""
    return _edit_page(None, Form(schemas.NewSurveyIn, _BEGINNING))


@blueprint.post(f"{HERE}/new")
@staff(ROLE, collects="CP2")
def begin() -> Any:
    """Begin a draft."""
    form = Form(schemas.NewSurveyIn)
    values = _values(form) if form.load() else None
    if values is None:
        return _edit_page(None, form)
    try:
        made = services.create(values, now=clock.now())
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(None, form)
    return _to(made)


@blueprint.get(_ONE)
@staff(ROLE)
def show(survey_id: int) -> Any:
    """Show its questions, where it stands, and what comes next."""
    return _survey_page(access.staff_survey(survey_id), Form(dated.DoIn))


@blueprint.get(f"{_ONE}/edit")
@staff(ROLE)
def edit(survey_id: int) -> Any:
    """Ask for everything about a draft but its questions."""
    found = access.staff_survey(survey_id)
    return _fixed_page(found) or _edit_page(found, Form(schemas.SurveyIn, _shown(found)))


@blueprint.post(f"{_ONE}/edit")
@staff(ROLE, collects="CP2")
def save(survey_id: int) -> Any:
    """Keep it."""
    found, form = access.staff_survey(survey_id), Form(schemas.SurveyIn)
    values = _values(form, found) if form.load() else None
    if values is None:
        return _edit_page(found, form)
    try:
        services.save(found, values, version=form.data["version"])
    except Refused as refused:
        form.refuse(refused.refusal)
        return _edit_page(found, form)
    flash(_("Saved."), "success")
    return _to(found)


@blueprint.post(f"{_ONE}/state")
@staff(ROLE, collects="CP2")
def lead(survey_id: int) -> Any:
    """Publish it, make it a draft again, or close it."""
    found, form = access.staff_survey(survey_id), Form(dated.DoIn)
    if not form.load():
        return _survey_page(found, form)
    try:
        _do(found, form.data["do"], form.data["version"])
    except Refused as refused:
        form.refuse(refused.refusal)
        return _survey_page(found, form)
    return _to(found)


@blueprint.get(f"{_ONE}/questions/new")
@staff(ROLE)
def new_question(survey_id: int) -> Any:
    """Ask for a question."""
    found = access.staff_survey(survey_id)
    if fixed := _fixed_page(found):
        return fixed
    there = queries.questions_of(found.id)
    last = {"section": there[-1].section, "position": min(there[-1].position + 1, 999)} if there else {}
    return _question_page(found, None, Form(schemas.QuestionIn, {"section": 1, "position": 1, "kind": "one"} | last))


@blueprint.post(f"{_ONE}/questions/new")
@staff(ROLE, collects="CP2")
def add_question(survey_id: int) -> Any:
    """Add it."""
    return _put_question(access.staff_survey(survey_id), None)


@blueprint.get(f"{_ONE}/questions/<id:question_id>")
@staff(ROLE)
def question(survey_id: int, question_id: int) -> Any:
    """Show a question as it can be changed."""
    survey = access.staff_survey(survey_id)
    found = access.question_of(survey, question_id)
    if fixed := _fixed_page(survey):
        return fixed
    values = {name: getattr(found, name) for name in ("kind", "words", "is_required", "section", "position")}
    values["options"] = "\n".join(found.options)
    if found.show_if is not None:
        values["show_question"] = ids.encode(int(found.show_if["question"]))
        values["show_any"] = "\n".join(found.show_if["any"])
    return _question_page(survey, found, Form(schemas.QuestionIn, values))


@blueprint.route(f"{_ONE}/questions/<id:question_id>", methods=["POST", "DELETE"])
@staff(ROLE, collects="CP2")
def change_question(survey_id: int, question_id: int) -> Any:
    """Change it, or take it out."""
    survey = access.staff_survey(survey_id)
    found = access.question_of(survey, question_id)
    if request.method == "DELETE" or request.form.get("_method") == "DELETE":
        return _drop_question(survey, found)
    return _put_question(survey, found)


@blueprint.get(f"{_ONE}/results")
@staff(ROLE)
def results(survey_id: int) -> Any:
    """Show the tables once it is over, and what was written."""
    return _results_page(access.staff_survey(survey_id), Form(schemas.ReasonIn))


@blueprint.get(f"{_ONE}/codebook.csv")
@staff(ROLE)
def codebook(survey_id: int) -> Response:
    """Give the file that says what the columns of the others mean."""
    found = access.staff_survey(survey_id)
    return _file(sheets.codebook(queries.questions_of(found.id)), f"{found.slug}-codebook")


@blueprint.get(f"{_ONE}/tables.csv")
@staff(ROLE)
def tables(survey_id: int) -> Response:
    """Give the tables of a survey that is over."""
    found = access.staff_survey(survey_id)
    if dated.phase(found, clock.now()) != "over":
        abort(404)
    return _file(sheets.tables(queries.tables_of(found)), f"{found.slug}-tables")


@blueprint.post(f"{_ONE}/answers.csv")
@staff(ROLE, collects="CP2")
def answers(survey_id: int) -> Any:
    """Give the answers of a named survey that is over, row by row without names; who looked and why is noted for each."""
    found, form = access.staff_survey(survey_id), Form(schemas.ReasonIn)
    if found.is_anonymous:
        abort(404)
    if not form.load():
        return _results_page(found, form)
    rows = queries.rows(found.id)
    if refusal := rules.why_no_rows(found, dated.phase(found, clock.now()), len(rows)):
        form.refuse(refusal)
        return _results_page(found, form)
    _note([response.subject_id for response, _given in rows if response.subject_id is not None], form.data["reason"])
    return _file(sheets.answers(queries.questions_of(found.id), rows), f"{found.slug}-answers")


def _note(subject_ids: list[int], reason: str) -> None:
    reader_id, now = viewer().subject_id, clock.now()
    assert reader_id is not None
    fields = [f"contests_answers.{name}" for name in ("choices", "number", "text")]
    for subject_id in subject_ids:
        staff_reads.note(
            subject_id=subject_id, reader_id=reader_id, what="survey answers", reason=reason, now=now, fields=fields
        )


def _do(found: Survey, do: str, version: int) -> None:
    if do == "publish":
        services.publish(found, version=version, now=clock.now())
    elif do == "draft":
        services.take_back(found)
    else:
        dated.close(found)
    db.session.refresh(found)


def _put_question(survey: Survey, found: Question | None) -> Any:
    form = Form(schemas.QuestionIn)
    if not form.load():
        return _question_page(survey, found, form)
    data = dict(form.data)
    version, asked, options = data.pop("version"), data.pop("show_question"), data.pop("show_any")
    data["show_if"] = {"question": str(asked), "any": options} if asked is not None else None
    try:
        services.put_question(survey, found, data, version=version)
    except Refused as refused:
        form.refuse(refused.refusal)
        return _question_page(survey, found, form)
    return _to(survey)


def _drop_question(survey: Survey, found: Question) -> Any:
    form = Form(schemas.DropIn)
    if not form.load():
        return _survey_page(survey, form)
    try:
        services.drop_question(survey, found, version=form.data["version"])
    except Refused as refused:
        form.refuse(refused.refusal)
        return _survey_page(survey, form)
    return _to(survey)


def _values(form: Form, found: Survey | None = None) -> dict[str, Any] | None:
    """Return the columns that a loaded form holds; or nothing, and its errors are in the form."""
    data = dict(form.data)
    moments, wrong = dated.moments_of(data, viewer().time_zone)
    sponsor_id = data.pop("sponsor")
    known = {one.id for one in sponsors.open_sponsors()} | ({found.sponsor_id} if found else set())
    if sponsor_id is not None and sponsor_id not in known:
        wrong["sponsor"] = [_("Please choose one from the list.")]
    if wrong:
        form.errors.update(wrong)
        form.status = 422
        return None
    data.pop("version")
    return {**data, **moments, "sponsor_id": sponsor_id}


def _shown(found: Survey) -> dict[str, Any]:
    values = {name: getattr(found, name) for name in _SAME}
    values |= dated.typed_moments(found, viewer().time_zone)
    return values | {"sponsor": ids.encode(found.sponsor_id) if found.sponsor_id else ""}


def _to(found: Survey) -> Any:
    return redirect(f"{HERE}/{ids.encode(found.id)}", 303)


def _file(text: str, name: str) -> Response:
    response = make_response(text)
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _edit_page(found: Survey | None, form: Form) -> Any:
    page = render_template(
        "marketing/surveys/edit.html",
        survey=found,
        form=form,
        sponsors=[(ids.encode(one.id), one.legal_name) for one in sponsors.open_sponsors()],
        languages=[(code, LANGUAGE_NAMES.get(code, code)) for code in languages()],
        audience_names=wording.AUDIENCES,
        zone=viewer().time_zone,
    )
    return page, form.status


def _fixed_page(found: Survey) -> Any:
    """Say why a survey can't be changed, on the page that can do something about it; nothing of a draft."""
    refusal = rules.why_fixed(found, dated.phase(found, clock.now()))
    if refusal is None:
        return None
    form = Form(dated.DoIn)
    form.refuse(refusal)
    return _survey_page(found, form)


def _survey_page(found: Survey, form: Form) -> Any:
    now = clock.now()
    page = render_template(
        "marketing/surveys/one.html",
        survey=found,
        form=form,
        questions=queries.questions_of(found.id),
        phase=dated.phase(found, now),
        phase_names=dated.PHASES,
        kind_names=wording.KINDS,
        audience_names=wording.AUDIENCES,
        faults=services.faults(found, now) if found.state == "draft" else [],
        answers=queries.count(found.id),
        zone=words.zone_moment,
    )
    return page, form.status


def _question_page(survey: Survey, found: Question | None, form: Form) -> Any:
    others = [one for one in queries.questions_of(survey.id) if one.options and one is not found]
    page = render_template(
        "marketing/surveys/question.html",
        survey=survey,
        question=found,
        form=form,
        kinds=[(kind, wording.KINDS[kind]) for kind in KINDS],
        others=[(ids.encode(one.id), one.words) for one in others],
    )
    return page, form.status


def _results_page(found: Survey, form: Form) -> Any:
    phase, answers = dated.phase(found, clock.now()), queries.count(found.id)
    is_over = phase == "over"
    page = render_template(
        "marketing/surveys/results.html",
        survey=found,
        form=form,
        is_over=is_over,
        answers=answers,
        no_rows=rules.why_no_rows(found, phase, answers),
        tables=queries.tables_of(found) if is_over else [],
        texts=queries.texts_of(found) if is_over else [],
        label=sheets.label,
    )
    return page, form.status
