"""What the policies' tables keep about people: who was told of a version, who accepted one, whose browser said no."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_PATH = NotPersonal("path to the subject")
_OURS = NotPersonal("a text of ours, and when it holds")
_PROOF = Personal(
    "consent",
    (Purpose.LAW, Purpose.ENFORCE),
    retention="as long as the account exists; the ledger proves it afterwards",
)
_ATTEMPT = Personal("activity", (Purpose.LAW, Purpose.COMMUNICATE))

TABLES: Declaration = {
    "privacy_policies": Table(
        title=_l("Policies that you published as staff"),
        subject=("published_by_id",),
        columns={
            "id": _KEY,
            **dict.fromkeys(
                ("kind", "edition", "language", "version", "sha256", "text", "summary", "effective_at"), _OURS
            ),
            "published_at": Personal(
                "activity",
                (Purpose.LAW,),
                retention="as long as the text can be read",
                erasure="keep",
                kept_because="a published text is a public record; it leads to nobody once the subject's key is destroyed",
            ),
            "published_by_id": NotPersonal("path to the subject, a member of staff"),
        },
    ),
    "privacy_policy_changes": Table(
        no_subject="what a text of ours changes",
        columns={"id": _KEY, "policy_id": _OURS, "purpose": _OURS, "weight": _OURS},
    ),
    "privacy_policy_announcements": Table(
        no_subject="when a text of ours was announced, and to how many",
        columns={"policy_id": _OURS, "at": _OURS, "told": _OURS},
    ),
    "privacy_policy_notices": Table(
        title=_l("Notices of changes to the policy"),
        subject=("subject_id",),
        columns={"id": _KEY, "subject_id": _PATH, "policy_id": _OURS, "at": _PROOF},
    ),
    "privacy_policy_tellings": Table(
        title=_l("Mails about changes to the policy that have not reached you"),
        subject=("subject_id",),
        columns={
            "id": _KEY,
            "subject_id": _PATH,
            "policy_id": _OURS,
            "turn": NotPersonal("which attempt is the present one"),
            "refused": _ATTEMPT,
            "not_before": _ATTEMPT,
            "missed_at": _ATTEMPT,
        },
    ),
    "privacy_acceptances": Table(
        title=_l("Terms that you accepted"),
        subject=("subject_id",),
        columns={"id": _KEY, "subject_id": _PATH, "policy_id": _OURS, "at": _PROOF},
    ),
    "privacy_gpc_signals": Table(
        title=_l("Signals of your browser not to sell or share"),
        subject=("subject_id",),
        columns={"subject_id": _PATH, "at": _PROOF},
    ),
}
