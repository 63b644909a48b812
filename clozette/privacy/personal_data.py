"""What privacy itself keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table
from clozette.privacy.disclosures.personal_data import TABLES as DISCLOSURES

_KEY = NotPersonal("row id")
_LAW = (Purpose.LAW, Purpose.ENFORCE)
_PROOF = Personal(
    "consent",
    _LAW,
    retention="as long as we must be able to prove it",
    erasure="keep",
    kept_because="proof of what was shown and agreed; leads to nobody once the subject's key is destroyed",
)
_ANSWER = Personal("consent", _LAW, retention="until you are erased; the ledger keeps the answers themselves")

TABLES: Declaration = {
    **DISCLOSURES,
    "privacy_subjects": Table(
        title=_l("The number that stands for you"),
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
        title=_l("What you were shown and answered"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": NotPersonal("path to the subject"),
            **dict.fromkeys(
                (
                    "at",
                    "received_at",
                    "point",
                    "action",
                    "purpose",
                    "channel",
                    "basis",
                    "wording",
                    "policy_version",
                    "policy_sha256",
                    "method",
                    "surface",
                    "actor",
                    "served_id",
                ),
                _PROOF,
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
    "privacy_consents": Table(
        title=_l("Your consents as they stand"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": NotPersonal("path to the subject"),
            **dict.fromkeys(("purpose", "channel", "action", "entry_id", "at"), _ANSWER),
        },
    ),
    "privacy_waiting": Table(
        no_subject="bytes for the tree, of opaque ids and words of ours, for the seconds until they have their place",
        columns={
            "id": _KEY,
            "kind": NotPersonal("a word of ours"),
            "row_id": NotPersonal("an opaque id"),
            "data": NotPersonal("opaque ids, words of ours, and digests of what is sealed under a subject's key"),
            "at": NotPersonal("when it was written"),
        },
    ),
    "privacy_leaves": Table(
        no_subject="bytes of the tree: opaque ids and words of ours, which lead to nobody once the person is erased",
        columns={
            "position": NotPersonal("a number in the tree"),
            "kind": NotPersonal("a word of ours"),
            "row_id": NotPersonal("an opaque id"),
            "data": NotPersonal("opaque ids, words of ours, and digests of what is sealed under a subject's key"),
            "hash": NotPersonal("a hash of that"),
            "chain": NotPersonal("a hash of hashes"),
            "sequenced_at": NotPersonal("when it got its place"),
        },
    ),
    "privacy_nodes": Table(
        no_subject="hashes of hashes",
        columns={"id": NotPersonal("a place in the tree"), "hash": NotPersonal("a hash of hashes")},
    ),
    "privacy_heads": Table(
        no_subject="signed roots of the tree, published for everybody",
        columns={
            "size": NotPersonal("a number of leaves"),
            "at": NotPersonal("when it was signed"),
            "root": NotPersonal("a hash of hashes"),
            "chain": NotPersonal("a hash of hashes"),
            "key_id": NotPersonal("which key of ours signed"),
            "signature": NotPersonal("a signature of ours"),
        },
    ),
    "privacy_staff_reads": Table(
        title=_l("Looks of staff at your record"),
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
            "case_id": NotPersonal("the case that says why"),
            "fields": _PROOF,
        },
    ),
}
