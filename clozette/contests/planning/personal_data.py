"""What the planning of contests keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_OURS = NotPersonal("terms of a contest of ours")
_FACT = NotPersonal("digests and numbers that anybody may read")

PLANNING: Declaration = {
    "contests_contests": Table(
        title=_l("Contests that you planned"),
        subject=("created_by_id", "subject_id"),
        columns={
            **dict.fromkeys(
                (
                    "id",
                    "slug",
                    "title",
                    "words",
                    "language",
                    "state",
                    "decided_by",
                    "entry_kind",
                    "time_zone",
                    "opens_at",
                    "closes_at",
                    "votes_from",
                    "votes_until",
                    "votes_frozen_at",
                    "votes_per_member",
                    "vote_share",
                    "judging_until",
                    "draw_at",
                    "announce_at",
                    "alternates",
                    "countries",
                    "min_age",
                    "min_account_days",
                    "sponsor_id",
                    "rules_id",
                    "rules_locked_at",
                    "terms",
                    "version",
                    "last_number",
                    "checked_sha256",
                    "state_at",
                    "created_at",
                ),
                _OURS,
            ),
            "created_by_id": Personal("activity", (Purpose.PROVIDE,), erasure="clear"),
        },
    ),
    "contests_rules": Table(
        no_subject="terms of ours",
        columns=dict.fromkeys(
            ("id", "contest_id", "number", "language", "content", "text", "sha256", "because", "made_at"), _OURS
        ),
    ),
    "contests_prizes": Table(
        no_subject="terms of ours",
        columns=dict.fromkeys(
            ("id", "contest_id", "position", "name", "words", "value_minor", "currency", "units", "sent_by"), _OURS
        ),
    ),
    "contests_facts": Table(
        no_subject="digests and numbers that anybody may read",
        columns=dict.fromkeys(("id", "contest_id", "kind", "number", "at", "content"), _FACT),
    ),
}
