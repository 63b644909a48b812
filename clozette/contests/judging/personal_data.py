"""What the jury keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_OURS = NotPersonal("how a contest is judged")
_SEAT = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    erasure="keep",
    retention="as long as the contest's result is shown",
    kept_because="a seat in a jury, with nobody's name, so that its result can still be checked",
)
_PLACE = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    erasure="keep",
    retention="as long as the contest's result is shown",
    kept_because="the place of a number in a contest's result, so that it can still be checked; leads to nobody",
)

JUDGING: Declaration = {
    "contests_judges": Table(
        title=_l("Juries that you sit in"),
        subject=("member_id", "subject_id"),
        also=(("named_by_id", "subject_id"),),
        second={("named_by_id", "subject_id"): ("id", "contest_id", "named_at")},
        columns={
            "id": _LINK,
            "contest_id": _SEAT,
            "member_id": Personal("relations", (Purpose.PROVIDE,), erasure="clear"),
            "named_at": _SEAT,
            "named_by_id": Personal(
                "activity", (Purpose.PROVIDE,), erasure="clear", export=False, hidden_because="who of the staff decided"
            ),
            "accepted_at": _SEAT,
            "dropped_at": _SEAT,
            "dropped_because": Personal("activity", (Purpose.PROVIDE,), erasure="clear"),
        },
    ),
    "contests_rounds": Table(
        no_subject="how a contest is judged",
        columns={
            "id": _LINK,
            "contest_id": _LINK,
            **dict.fromkeys(
                ("number", "method", "quorum", "takes", "criteria", "due_at", "opened_at", "ended_at"), _OURS
            ),
        },
    ),
    "contests_round_changes": Table(
        title=_l("What you changed in the judging of contests"),
        subject=("by_id",),
        columns={
            "id": _LINK,
            "round_id": _LINK,
            "at": _SEAT,
            "what": _SEAT,
            "was": _SEAT,
            "became": _SEAT,
            "because": _SEAT,
            "by_id": _LINK,
        },
    ),
    "contests_assignments": Table(
        title=_l("Entries that you were to judge"),
        subject=("judge_id", "member_id", "subject_id"),
        columns={
            "id": _LINK,
            "round_id": _LINK,
            "judge_id": _LINK,
            "entry_id": _LINK,
            "made_at": _SEAT,
            "recused_at": _SEAT,
            "void_at": _SEAT,
            "because": _SEAT,
        },
    ),
    "contests_ballots": Table(
        title=_l("Your ballots in juries"),
        subject=("assignment_id", "judge_id", "member_id", "subject_id"),
        columns={
            "id": _LINK,
            "assignment_id": _LINK,
            "number": NotPersonal("counts the ballots for an entry"),
            "at": _SEAT,
            "value": _SEAT,
        },
    ),
    "contests_standings": Table(
        title=_l("Places of your contest entries"),
        subject=("entry_id", "member_id", "subject_id"),
        columns={
            "contest_id": _LINK,
            "entry_id": _LINK,
            "place": _PLACE,
            "round": _PLACE,
            "jury": _PLACE,
            "votes": _PLACE,
            "total": _PLACE,
        },
    ),
}
