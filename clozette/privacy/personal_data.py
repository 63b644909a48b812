"""What privacy itself keeps about people."""

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_LAW = (Purpose.LAW, Purpose.ENFORCE)
_PROOF = Personal(
    "consent",
    _LAW,
    retention="as long as we must be able to prove it",
    erasure="keep",
    kept_because="proof of what was shown and agreed; leads to nobody once the subject's key is destroyed",
)

TABLES: Declaration = {
    "privacy_subjects": Table(
        subject=("id",),
        columns={
            "id": NotPersonal("opaque number of a person"),
            "created_at": _PROOF,
            "key": Personal(
                "credentials", _LAW, erasure="clear", export=False, hidden_because="a key that protects the person"
            ),
            "erased_at": _PROOF,
        },
    ),
    "privacy_wordings": Table(
        no_subject="texts of ours, the same for everybody",
        columns={
            "digest": NotPersonal("digest of a text of ours"),
            "text": NotPersonal("a text of ours"),
            "language": NotPersonal("language of a text of ours"),
            "first_shown_at": NotPersonal("when a text of ours was first shown"),
        },
    ),
    "privacy_ledger": Table(
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": NotPersonal("path to the subject"),
            **dict.fromkeys(
                ("at", "point", "action", "purpose", "channel", "wording", "policy_version", "method", "actor"), _PROOF
            ),
            "sealed": Personal(
                "technical",
                _LAW,
                retention="as long as we must be able to prove it",
                erasure="keep",
                kept_because="unreadable once the subject's key is destroyed",
            ),
        },
    ),
    "privacy_disclosures": Table(
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": NotPersonal("path to the subject"),
            **dict.fromkeys(("at", "recipient", "purpose", "fields", "consent_id", "payload_sha256"), _PROOF),
        },
    ),
    "privacy_staff_reads": Table(
        subject=("subject_id",),
        also=(("reader_id",),),
        second={("reader_id",): ("id", "at", "what", "reason")},  # whose record it was is for that person
        columns={
            "id": _KEY,
            "subject_id": NotPersonal("path to the subject"),
            "reader_id": Personal(
                "activity", _LAW, erasure="keep", kept_because="the log of who looked at people's records"
            ),
            "at": _PROOF,
            "what": _PROOF,
            "reason": _PROOF,
        },
    ),
}
