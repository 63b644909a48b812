"""What the door keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_SUBJECT = NotPersonal("path to the subject")
_LAW = (Purpose.LAW, Purpose.ENFORCE)
_PROOF = Personal(
    "consent",
    _LAW,
    retention="as long as we must be able to say who got your data",
    erasure="keep",
    kept_because="proof of what was handed to whom; leads to nobody once the subject's key is destroyed",
)
_STAFF = Personal("activity", _LAW, erasure="keep", kept_because="the log of what staff did with people's data")
_SEALED = Personal(
    "technical",
    _LAW,
    retention="as long as we must be able to say who got your data",
    erasure="keep",
    kept_because="unreadable once the subject's key is destroyed",
)
_HANDOVER = NotPersonal("of a hand-over, which the rows per person lead to")
_NOT_A_PERSON = NotPersonal("an organisation, not a person")
_WHY = Personal(
    "activity",
    _LAW,
    retention="as long as the log of who looked",
    erasure="keep",
    kept_because="proof of why staff looked",
)

TABLES: Declaration = {
    "privacy_recipients": Table(
        no_subject="organisations",
        columns=dict.fromkeys(("id", "legal_name", "address", "country", "contact", "added_at"), _NOT_A_PERSON),
    ),
    "privacy_handovers": Table(
        title=_l("Hand-overs that you made as staff"),
        subject=("actor_id",),
        columns={
            **dict.fromkeys(
                (
                    "id",
                    "at",
                    "recipient_id",
                    "trigger",
                    "object_id",
                    "purpose",
                    "basis",
                    "duty",
                    "categories",
                    "fields",
                    "means",
                    "payload_sha256",
                    "payload_bytes",
                    "row_count",
                    "retention",
                    "contract",
                ),
                _HANDOVER,
            ),
            "actor_id": _STAFF,
        },
    ),
    "privacy_disclosures": Table(
        title=_l("Who got your data"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "handover_id": _PROOF,
            "subject_id": _SUBJECT,
            "consent_id": _PROOF,
            "wording": _PROOF,
            "policy_version": _PROOF,
            "reference": _SEALED,
        },
    ),
    "privacy_departures": Table(
        no_subject="bytes counted at the ports",
        columns=dict.fromkeys(("id", "at", "handover_id", "port", "sha256", "bytes"), _HANDOVER),
    ),
    "privacy_silences": Table(
        title=_l("Orders to keep silent that you entered as staff"),
        subject=("by_id",),
        columns={
            **dict.fromkeys(
                ("id", "handover_id", "case_id", "at", "until", "because"), NotPersonal("an order of the law")
            ),
            "by_id": _STAFF,
        },
    ),
    "privacy_tellings": Table(
        title=_l("What recipients were told"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            "recipient_id": _PROOF,
            "kind": _PROOF,
            "cause_id": NotPersonal("what it follows from"),
            "known_as": Personal(
                "technical",
                _LAW,
                retention="until the recipient has confirmed",
                erasure="keep",
                kept_because="what recipients know the person by, until they have deleted it",
            ),
            "asked_at": _PROOF,
            "told_at": _PROOF,
            "confirmed_at": _PROOF,
        },
    ),
    "privacy_cases": Table(
        title=_l("Cases about you"),
        subject=("subject_id",),
        also=(("reader_id",),),
        second={("reader_id",): "a case is about somebody else than the member of staff who opened it"},
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            "reader_id": _STAFF,
            "opened_at": _WHY,
            "closes_at": _WHY,
            "reference": _WHY,
            "reason": _WHY,
        },
    ),
}
