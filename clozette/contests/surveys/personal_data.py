"""What surveys keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_OURS = "our own questions; says nothing about anybody"
_FOR_A_YEAR = "until a year after the survey closed"
_GIVEN = Personal("content", (Purpose.RESEARCH,), retention=_FOR_A_YEAR)
_DONE = Personal("activity", (Purpose.RESEARCH,), retention=_FOR_A_YEAR)

SURVEYS: Declaration = {
    "contests_surveys": Table(
        no_subject=_OURS,
        columns={
            name: NotPersonal()
            for name in (
                "id",
                "slug",
                "title",
                "words",
                "language",
                "audience",
                "is_anonymous",
                "min_group",
                "points",
                "sponsor_id",
                "state",
                "opens_at",
                "closes_at",
                "version",
                "locked_at",
                "made_at",
            )
        },
    ),
    "contests_questions": Table(
        no_subject=_OURS,
        columns={
            name: NotPersonal()
            for name in (
                "id",
                "survey_id",
                "section",
                "position",
                "kind",
                "words",
                "options",
                "is_required",
                "show_if",
            )
        },
    ),
    "contests_takers": Table(
        title=_l("Surveys that you took part in"),
        subject=("subject_id",),
        columns={"survey_id": _DONE, "subject_id": _LINK},
    ),
    "contests_responses": Table(
        title=_l("Surveys that you answered by name"),
        subject=("subject_id",),
        columns={"id": _LINK, "survey_id": _DONE, "subject_id": _LINK, "day": _DONE, "language": _DONE},
    ),
    "contests_answers": Table(
        title=_l("What you answered in surveys"),
        subject=("response_id", "subject_id"),
        columns={
            "id": _LINK,
            "response_id": _LINK,
            "question_id": _DONE,
            "choices": _GIVEN,
            "number": _GIVEN,
            "text": _GIVEN,
        },
    ),
}
