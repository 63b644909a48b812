"""What the rights room keeps about people: one dictionary for each part."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_SUBJECT = NotPersonal("path to the subject")

_EXPORT_KEPT = "a year, so that you and we can see when your data was handed out; the files themselves a week"
_ASKED = Personal("activity", (Purpose.RESPOND, Purpose.LAW), retention=_EXPORT_KEPT)

EXPORTS: Declaration = {
    "rights_exports": Table(
        title=_l("Copies of your data that you asked for"),
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

_ERASED = Personal(
    "activity",
    (Purpose.LAW, Purpose.RESPOND),
    retention="as long as we must be able to prove that we erased",
    erasure="keep",
    kept_because="proof that the erasure was done; it leads to nobody any more",
)
_BY_LAW = Personal(
    "activity",
    (Purpose.LAW,),
    retention="until the end date of each row",
    erasure="keep",
    kept_because="a law makes us keep it until then; nothing else may use it",
)

ERASURE: Declaration = {
    "rights_erasures": Table(
        title=_l("Erasures"),
        subject=("subject_id",),
        columns={
            "id": NotPersonal("row id"),
            "subject_id": NotPersonal("path to the subject"),
            "code": NotPersonal("a random word that opens the receipt"),
            **dict.fromkeys(("via", "asked_at", "due_at", "undone_at", "begun_at", "executed_at"), _ERASED),
            "steps": NotPersonal("progress"),
            "counts": NotPersonal("counts"),
        },
    ),
    "rights_receipts": Table(
        title=_l("Receipts of erasures"),
        subject=("erasure_id", "subject_id"),
        columns={
            "id": NotPersonal("row id"),
            "erasure_id": NotPersonal("path to the erasure"),
            **dict.fromkeys(("at", "counts", "kept"), _ERASED),
        },
    ),
    "rights_restricted": Table(
        title=_l("What the law makes us keep"),
        subject=("subject_id",),
        columns={
            "id": NotPersonal("row id"),
            "erasure_id": NotPersonal("path to the erasure"),
            "subject_id": NotPersonal("path to the subject"),
            "row_key": NotPersonal("the key of the row that was moved"),
            **dict.fromkeys(("source", "content", "because", "until", "moved_at"), _BY_LAW),
        },
    ),
}

_TWO_YEARS = "until two years after it was answered"
_ADDRESS = Personal("contact", (Purpose.RESPOND, Purpose.VERIFY), retention="while we keep anything else about it")
_CODE = Personal("credentials", (Purpose.VERIFY,), retention="a day")
_REQUEST = Personal(
    "activity",
    (Purpose.RESPOND, Purpose.LAW),
    retention=_TWO_YEARS,
    erasure="keep",
    kept_because="we must be able to show that requests were answered in time; names no one once the rest is gone",
)
_WORDS = Personal("content", (Purpose.RESPOND, Purpose.LAW), retention=_TWO_YEARS, erasure="clear")
_SENDER = Personal("contact", (Purpose.RESPOND,), retention=_TWO_YEARS, erasure="clear")
_BY_STAFF = Personal(
    "activity",
    (Purpose.LAW, Purpose.ENFORCE),
    retention="as long as the record it belongs to",
    erasure="keep",
    kept_because="the record of who of our staff did what about people's data",
)
_INCIDENT = NotPersonal("an incident, told without names")
_TOUCHED = Personal(
    "activity",
    (Purpose.LAW,),
    retention="five years after the breach",
    erasure="keep",
    kept_because="the law wants breaches and whom they touched to be on record",
)

DESK: Declaration = {
    "rights_addresses": Table(
        title=_l("Your mail address"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            "address": _ADDRESS,
            "canonical": Personal(
                "contact", (Purpose.VERIFY,), export=False, hidden_because="the address again, as it is compared"
            ),
            "made_at": _ADDRESS,
            "verified_at": _ADDRESS,
        },
    ),
    "rights_codes": Table(
        title=_l("One-time codes"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            "opens": NotPersonal("what the code is good for"),
            **dict.fromkeys(("address", "locale", "made_at", "expires_at", "tries", "used_at"), _CODE),
        },
    ),
    "rights_requests": Table(
        title=_l("What you asked us for"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            "name": _SENDER,
            "address": _SENDER,
            "text": _WORDS,
            **dict.fromkeys(
                (
                    "kind",
                    "law",
                    "source",
                    "locale",
                    "received_at",
                    "identified_at",
                    "identified_how",
                    "paused_at",
                    "due_at",
                    "extended_at",
                    "warned_at",
                    "overdue_at",
                    "closed_at",
                    "outcome",
                ),
                _REQUEST,
            ),
        },
    ),
    "rights_events": Table(
        title=_l("What happened to your requests"),
        subject=("request_id", "subject_id"),
        also=(("actor_id",),),
        second={("actor_id",): ("id", "at", "what")},  # the words are the person's who asked
        columns={
            "id": _KEY,
            "request_id": NotPersonal("path to the request"),
            "actor_id": _BY_STAFF,
            "at": _REQUEST,
            "what": _REQUEST,
            "text": _WORDS,
            "evidence": _WORDS,
        },
    ),
    "rights_breaches": Table(
        title=_l("Breaches that you entered as staff"),
        subject=("opened_by_id",),
        columns={
            "id": _KEY,
            "opened_by_id": _BY_STAFF,
            **dict.fromkeys(
                (
                    "title",
                    "what",
                    "remedy",
                    "categories",
                    "laws",
                    "risk",
                    "happened_from",
                    "happened_until",
                    "noticed_at",
                    "assessed_at",
                    "closed_at",
                ),
                _INCIDENT,
            ),
        },
    ),
    "rights_breach_steps": Table(
        title=_l("What you did about breaches as staff"),
        subject=("actor_id",),
        columns={
            "id": _KEY,
            "breach_id": NotPersonal("path to the breach"),
            "actor_id": _BY_STAFF,
            **dict.fromkeys(("at", "what", "clock", "text", "evidence"), _INCIDENT),
        },
    ),
    "rights_breach_people": Table(
        title=_l("Breaches that touched you"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            "breach_id": NotPersonal("path to the breach"),
            "why": _TOUCHED,
            "found_at": _TOUCHED,
            "told_at": _TOUCHED,
        },
    ),
}

_BULK_LOG = Personal(
    "activity",
    (Purpose.LAW, Purpose.ENFORCE),
    retention="as long as we must be able to say who took data out of the site",
    erasure="keep",
    kept_because="the log of who of the staff exported data of many members",
)

BULK: Declaration = {
    "rights_bulk_exports": Table(
        title=_l("Exports of many members that you asked for as staff"),
        subject=("asked_by_id",),
        columns={
            "id": _KEY,
            "asked_by_id": _SUBJECT,
            **dict.fromkeys(
                ("asked_at", "use", "reason", "format", "columns", "filter", "counted", "free_up_to", "expires_at"),
                _BULK_LOG,
            ),
            "recipient_id": _BULK_LOG,
        },
    ),
    "rights_bulk_decisions": Table(
        title=_l("Exports that you decided on as staff"),
        subject=("by_id",),
        columns={"id": _KEY, "by_id": _SUBJECT, **dict.fromkeys(("export_id", "at", "verdict"), _BULK_LOG)},
    ),
    "rights_bulk_downloads": Table(
        title=_l("Exports that you downloaded as staff"),
        subject=("by_id",),
        columns={"id": _KEY, "by_id": _SUBJECT, **dict.fromkeys(("export_id", "at", "mark", "handover_id"), _BULK_LOG)},
    ),
    "rights_bulk_files": Table(
        title=_l("Files that you downloaded as staff"),
        subject=("download_id", "by_id"),
        columns={
            "id": _KEY,
            "download_id": NotPersonal("path to who downloaded it"),
            **dict.fromkeys(("finished_at", "people", "bytes", "sha256"), _BULK_LOG),
        },
    ),
    "rights_bulk_blocks": Table(
        no_subject="opaque numbers of people, for the minutes until each has their entry in the log of staff's looks",
        columns={
            "id": _KEY,
            "download_id": NotPersonal("whose download it was is told there"),
            "subjects": NotPersonal("opaque numbers of people, packed"),
        },
    ),
}

_GUARDIAN = Personal(
    "relations",
    (Purpose.VERIFY, Purpose.LAW),
    retention="a week if nobody answers, otherwise until a month after the answer counts no more",
)

GUARDIANS: Declaration = {
    "rights_guardian_asks": Table(
        title=_l("What you asked a parent or guardian"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _SUBJECT,
            **dict.fromkeys(
                (
                    "purpose",
                    "channel",
                    "address",
                    "locale",
                    "asked_at",
                    "expires_at",
                    "decision",
                    "decided_at",
                    "entry_id",
                ),
                _GUARDIAN,
            ),
        },
    ),
}

TABLES: Declaration = {**EXPORTS, **ERASURE, **DESK, **BULK, **GUARDIANS}
