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
_CONTENT = Personal("content", (Purpose.PROVIDE,))

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
    "contests_entry_photos": Table(
        title=_l("Photos of your contest entries"),
        subject=("entry_id", "member_id", "subject_id"),
        columns={"photo_id": _CONTENT, "entry_id": _LINK, "position": NotPersonal("structure"), "alt": _CONTENT},
    ),
    "contests_snapshots": Table(
        title=_l("Your contest entries as they were at the close"),
        subject=("entry_id", "member_id", "subject_id"),
        columns={
            "entry_id": _LINK,
            "look_version": NotPersonal("tells two savings apart"),
            "caption": _CONTENT,
            "alts": _CONTENT,
            "photos": _CONTENT,
            "sha256": _CONTENT,
            "taken_at": Personal("activity", (Purpose.PROVIDE,)),
        },
    ),
}
