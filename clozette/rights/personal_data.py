"""What the rights room keeps about people: one dictionary for each part."""

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_SUBJECT = NotPersonal("path to the subject")

_EXPORT_KEPT = "a year, so that you and we can see when your data was handed out; the files themselves a week"
_ASKED = Personal("activity", (Purpose.RESPOND, Purpose.LAW), retention=_EXPORT_KEPT)

EXPORTS: Declaration = {
    "rights_exports": Table(
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            **dict.fromkeys(
                (
                    "asked_at",
                    "asked_by",
                    "locale",
                    "started_at",
                    "ready_at",
                    "expires_at",
                    "failed_at",
                    "removed_at",
                    "bytes",
                    "sha256",
                    "missing",
                    "downloads",
                    "downloaded_at",
                ),
                _ASKED,
            ),
            "folder": NotPersonal("where the encrypted parts are"),
            "sealed_key": Personal(
                "credentials",
                (Purpose.RESPOND,),
                retention="a week",
                export=False,
                hidden_because="the key of an archive: it would only serve whoever stole it",
            ),
            "steps_done": NotPersonal("progress"),
            "steps_total": NotPersonal("progress"),
            "parts": NotPersonal("how many files it is kept in"),
        },
    ),
}

ERASURE: Declaration = {}

DESK: Declaration = {}

BULK: Declaration = {}

TABLES: Declaration = {**EXPORTS, **ERASURE, **DESK, **BULK}
