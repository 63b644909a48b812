"""What the sponsors part keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_ORGANISATION = NotPersonal("an organisation")
_TERMS = NotPersonal("terms that people are asked to agree to")
_SIGNS_IN = Personal("activity", (Purpose.PROVIDE,), retention="while you sign in for the sponsor, and a year after it")
_STAFF_LOG = Personal(
    "activity",
    (Purpose.LAW, Purpose.ENFORCE),
    retention="as long as we must be able to say who got your data",
    erasure="keep",
    kept_because="the log of what staff did with people's data",
)
_GIVEN = Personal(
    "activity",
    (Purpose.LAW, Purpose.ENFORCE),
    retention="as long as we must be able to say who got your data",
    erasure="keep",
    kept_because="proof of what was handed to whom; leads to nobody once the subject's key is destroyed",
)
_SUBJECT = NotPersonal("path to the subject")

SPONSORS: Declaration = {
    "contests_sponsors": Table(
        no_subject="organisations",
        columns=dict.fromkeys(
            (
                "id",
                "legal_name",
                "address",
                "country",
                "contact",
                "website",
                "domains",
                "contract",
                "keeps_for",
                "keeps_days",
                "made_at",
                "closed_at",
            ),
            _ORGANISATION,
        ),
    ),
    "contests_sponsor_people": Table(
        title=_l("Sponsors that you sign in for"),
        subject=("member_id", "subject_id"),
        also=(("given_by_id", "subject_id"),),
        second={("given_by_id", "subject_id"): ("id", "sponsor_id", "given_at")},
        columns={
            "id": NotPersonal("link between rows"),
            "sponsor_id": _SIGNS_IN,
            "member_id": Personal("relations", (Purpose.PROVIDE,)),
            "given_by_id": Personal("activity", (Purpose.PROVIDE,), erasure="clear"),
            "given_at": _SIGNS_IN,
            "taken_at": _SIGNS_IN,
        },
    ),
    "contests_sharings": Table(
        no_subject="terms that people are asked to agree to",
        columns=dict.fromkeys(
            (
                "id",
                "object_kind",
                "object_id",
                "sponsor_id",
                "recipient_id",
                "fields",
                "purpose",
                "keeps_for",
                "keeps_days",
                "reaches",
                "is_required",
                "made_at",
                "replaced_at",
            ),
            _TERMS,
        ),
    ),
    "contests_handouts": Table(
        title=_l("Files for sponsors that you prepared as staff"),
        subject=("made_by_id",),
        also=(("approved_by_id",),),
        second={("approved_by_id",): ("id", "sharing_id", "approved_at")},
        columns={
            "id": NotPersonal("row id"),
            "made_by_id": _SUBJECT,
            "approved_by_id": _STAFF_LOG,
            **dict.fromkeys(
                (
                    "sharing_id",
                    "reason",
                    "means",
                    "form",
                    "most",
                    "free_up_to",
                    "opens_at",
                    "expires_at",
                    "approved_at",
                    "ended_at",
                    "sending_at",
                    "answered_at",
                    "answer",
                ),
                _STAFF_LOG,
            ),
        },
    ),
    "contests_fetches": Table(
        title=_l("Files that you fetched for a sponsor"),
        subject=("by_id",),
        columns={
            "id": NotPersonal("row id"),
            "by_id": _SUBJECT,
            **dict.fromkeys(("handout_id", "at", "mark", "handover_id", "people"), _GIVEN),
        },
    ),
    "contests_hooks": Table(
        no_subject="addresses of organisations",
        columns=dict.fromkeys(("sponsor_id", "address", "secret", "set_at", "proven_at"), _ORGANISATION),
    ),
}
