"""What subscriptions keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_PATH = NotPersonal("path to the subject")
_OURS = NotPersonal("a text of ours, or how we send it")
_MAIL = (Purpose.PROMOTE, Purpose.COMMUNICATE)
_UNTIL = "as long as you are subscribed, and until you ask us to forget you"
_CONTACT = Personal("contact", _MAIL, retention=_UNTIL)
_IDENTITY = Personal("identity", _MAIL, retention=_UNTIL)
_CHOICE = Personal("preferences", _MAIL, retention=_UNTIL)
_WHEN = Personal("activity", _MAIL, retention=_UNTIL)
_WEEK = "a week, until you confirm it"
_TOKEN = Personal(
    "credentials",
    _MAIL,
    retention=_WEEK,
    export=False,
    hidden_because="a digest: the token itself is in your mailbox alone",
)

_STAFF = Personal("activity", (Purpose.PROVIDE, Purpose.LAW), erasure="clear", retention="as long as the proof is kept")

SUBSCRIPTIONS: Declaration = {
    "newsletters_newsletters": Table(
        no_subject="a series of ours: names what is sent, and nobody who gets it",
        columns={
            "id": _KEY,
            **dict.fromkeys(
                (
                    "slug",
                    "title",
                    "description",
                    "frequency",
                    "edition",
                    "language",
                    "sender_name",
                    "sender_address",
                    "reply_to",
                    "is_third",
                    "has_archive",
                    "created_at",
                    "closed_at",
                ),
                _OURS,
            ),
        },
    ),
    "newsletters_contacts": Table(
        title=_l("Your address for newsletters"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _PATH,
            "address": _CONTACT,
            "canonical": _CONTACT,
            "address_key": Personal(
                "contact",
                (Purpose.PROMOTE, Purpose.LAW),
                retention=_UNTIL,
                export=False,
                hidden_because="a keyed digest of the address that stands beside it",
            ),
            "domain": _CONTACT,
            "first_name": _IDENTITY,
            "last_name": _IDENTITY,
            "locale": _CHOICE,
            "country": _CHOICE,
            "time_zone": _CHOICE,
            "created_at": _WHEN,
            "confirmed_at": _WHEN,
            "soft_bounces": Personal("technical", _MAIL, retention=_UNTIL),
        },
    ),
    "newsletters_subscriptions": Table(
        title=_l("Newsletters"),
        subject=("contact_id", "subject_id"),
        columns={
            "id": _KEY,
            "newsletter_id": _CHOICE,
            "contact_id": _PATH,
            "state": _CHOICE,
            "source": _WHEN,
            "consent_id": Personal("consent", (Purpose.LAW,), retention=_UNTIL),
            "asked_at": _WHEN,
            "changed_at": _WHEN,
            "confirmed_at": _WHEN,
        },
    ),
    "newsletters_signups": Table(
        title=_l("Newsletters you asked for"),
        subject=("contact_id", "subject_id"),
        columns={
            "id": _KEY,
            "contact_id": _PATH,
            "newsletter_ids": Personal("preferences", _MAIL, retention=_WEEK),
            "first_name": Personal("identity", _MAIL, retention=_WEEK),
            "last_name": Personal("identity", _MAIL, retention=_WEEK),
            "locale": Personal("preferences", _MAIL, retention=_WEEK),
            "token_digest": _TOKEN,
            "stamped": Personal("consent", (Purpose.LAW,), retention=_WEEK),
            "method": Personal("activity", _MAIL, retention=_WEEK),
            "made_at": Personal("activity", _MAIL, retention=_WEEK),
            "expires_at": Personal("activity", _MAIL, retention=_WEEK),
            "used_at": Personal("activity", _MAIL, retention=_WEEK),
        },
    ),
    "newsletters_suppressions": Table(
        no_subject="a keyed digest that leads back to nobody: kept so that whoever left stays left, also after an erasure",
        columns={
            "id": _KEY,
            **dict.fromkeys(("address_key", "reason", "source", "at", "lifted_at"), NotPersonal("names nobody")),
        },
    ),
    "newsletters_suppression_notes": Table(
        title=_l("Suppressions you made or lifted as staff"),
        subject=("by_id", "subject_id"),
        columns={
            "id": _KEY,
            "address_key": NotPersonal("a keyed digest that leads back to nobody"),
            **dict.fromkeys(("reason", "deed", "because", "at"), _OURS),
            "by_id": _STAFF,
        },
    ),
    "newsletters_imports": Table(
        title=_l("Subscribers you imported as staff"),
        subject=("made_by_id", "subject_id"),
        columns={
            "id": _KEY,
            **dict.fromkeys(
                ("newsletter_id", "made_at", "source", "consented_on", "wording", "sha256", "state", "finished_at"),
                NotPersonal("the evidence that staff gave for a file"),
            ),
            "made_by_id": _STAFF,
            "content": NotPersonal(
                "the file as staff sent it, sealed: gone when it is imported, and after a week at the latest"
            ),
            **dict.fromkeys(("total", "done", "counts", "faults"), NotPersonal("counts, and numbers of rows")),
        },
    ),
    "newsletters_keys": Table(
        no_subject="keys of the site",
        columns=dict.fromkeys(("name", "key", "made_at"), NotPersonal("a key of the site")),
    ),
}
