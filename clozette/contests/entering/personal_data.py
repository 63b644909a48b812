"""What entries keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_KEPT = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    erasure="keep",
    retention="for ever, as a number in the list that anybody can check",
    kept_because="a line of the frozen list, so that it can still be checked; leads to nobody",
)

ENTERING: Declaration = {
    "contests_entries": Table(
        title=_l("Your contest entries"),
        subject=("member_id", "subject_id"),
        columns={
            "id": _LINK,
            "contest_id": _KEPT,
            "member_id": Personal("relations", (Purpose.PROVIDE,), erasure="clear"),
            "number": _KEPT,
            "code": _KEPT,
            "look_id": Personal("content", (Purpose.PROVIDE,), erasure="clear"),
            "statement": Personal("content", (Purpose.PROVIDE,), erasure="clear"),
            "rules_id": _KEPT,
            "state": _KEPT,
            "form_key": NotPersonal("tells a form sent twice"),
            "entered_at": _KEPT,
            "asked_at": _KEPT,
            "left_at": _KEPT,
            "left_because": _KEPT,
            "locked_sha256": _KEPT,
        },
    ),
}
