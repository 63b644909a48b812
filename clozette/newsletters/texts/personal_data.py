"""What text messages keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_PATH = NotPersonal("path to the subject")
_OURS = NotPersonal("a text of ours, or how we send it")
_TEXT = (Purpose.PROMOTE, Purpose.COMMUNICATE)
_UNTIL = "as long as you get texts, and until you delete the number"
_DAY = "a day"
_SENT = Personal("activity", (Purpose.PROMOTE, Purpose.LAW), retention="two years, to answer why you got a text")
_STAFF = Personal("activity", (Purpose.PROVIDE, Purpose.LAW), erasure="clear", retention="as long as the proof is kept")

TEXTS: Declaration = {
    "newsletters_phones": Table(
        title=_l("Your number for text messages"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _PATH,
            "number": Personal("contact", _TEXT, retention=_UNTIL),
            "number_key": Personal(
                "contact",
                (Purpose.PROMOTE, Purpose.LAW),
                retention=_UNTIL,
                export=False,
                hidden_because="a keyed digest of the number that stands beside it",
            ),
            "country": Personal("contact", _TEXT, retention=_UNTIL),
            "zone": Personal("preferences", _TEXT, retention=_UNTIL),
            "locale": Personal("preferences", _TEXT, retention=_UNTIL),
            "verified_at": Personal("activity", (Purpose.VERIFY,), retention=_UNTIL),
            "next_at": _OURS,
        },
    ),
    "newsletters_phone_codes": Table(
        title=_l("Codes we texted you"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _PATH,
            "number": Personal("contact", (Purpose.VERIFY,), retention=_DAY),
            "deed": Personal("activity", (Purpose.VERIFY,), retention=_DAY),
            "purposes": Personal("preferences", (Purpose.VERIFY,), retention=_DAY),
            "locale": Personal("preferences", (Purpose.VERIFY,), retention=_DAY),
            "zone": Personal("preferences", (Purpose.VERIFY,), retention=_DAY),
            "stamped": Personal("consent", (Purpose.LAW,), retention=_DAY),
            **dict.fromkeys(
                ("made_at", "expires_at", "tries", "used_at"),
                Personal("activity", (Purpose.VERIFY,), retention=_DAY),
            ),
        },
    ),
    "newsletters_texts": Table(
        no_subject="a text of ours: names nobody who gets it",
        columns=dict.fromkeys(
            (
                "id",
                "title",
                "body",
                "purpose",
                "country",
                "state",
                "because",
                "version",
                "made_at",
                "send_at",
                "time_zone",
                "started_at",
                "finished_at",
                "not_before",
                "failures",
            ),
            _OURS,
        ),
    ),
    "newsletters_text_sendings": Table(
        title=_l("Text messages sent to you"),
        subject=("phone_id", "subject_id"),
        columns={
            "phone_id": _PATH,
            **dict.fromkeys(("text_id", "state", "basis", "reason", "sent_at", "delivered_at"), _SENT),
            **dict.fromkeys(("check_id", "claim", "claimed_at", "not_before", "tries", "ref"), _OURS),
        },
    ),
    "newsletters_register_checks": Table(
        title=_l("Checks against a register that you brought as staff"),
        subject=("by_id", "subject_id"),
        columns={
            "id": _KEY,
            **dict.fromkeys(("reference", "file_sha256", "result_at", "kept_at", "numbers"), NotPersonal("evidence")),
            "by_id": _STAFF,
        },
    ),
    "newsletters_register_results": Table(
        no_subject="keyed digests that lead back to nobody: proof of which numbers a register let us text",
        columns=dict.fromkeys(("check_id", "number_key", "may_text"), NotPersonal("names nobody")),
    ),
    "newsletters_text_answers": Table(
        no_subject="digests of names that the provider gave to messages",
        columns=dict.fromkeys(("digest", "heard_at"), NotPersonal("names nobody")),
    ),
}
