"""What the jury keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_SEAT = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    erasure="keep",
    retention="as long as the contest's result is shown",
    kept_because="a seat in a jury, with nobody's name, so that its result can still be checked",
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
                "activity", (Purpose.PROVIDE,), erasure="clear", export=False, hidden_because="who of the staff did it"
            ),
            "accepted_at": _SEAT,
            "dropped_at": _SEAT,
            "dropped_because": Personal("activity", (Purpose.PROVIDE,), erasure="clear"),
        },
    ),
}
