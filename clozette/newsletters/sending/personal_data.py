"""What sending keeps about people: which campaign went to whom, and what became of it."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_SENT = Personal("activity", (Purpose.PROMOTE, Purpose.LAW), retention="two years, to answer why you got a mail")
_HOW = NotPersonal("how it was sent")

SENDING: Declaration = {
    "newsletters_sendings": Table(
        title=_l("Newsletters sent to you"),
        subject=("contact_id", "subject_id"),
        columns={
            "contact_id": NotPersonal("path to the subject"),
            **dict.fromkeys(
                (
                    "campaign_id",
                    "subscription_id",
                    "domain",
                    "state",
                    "reason",
                    "delivered_at",
                    "bounced_at",
                    "complained_at",
                    "unsubscribed_at",
                ),
                _SENT,
            ),
            **dict.fromkeys(("letter", "claim", "not_before", "tries"), _HOW),
        },
    ),
    "newsletters_senders": Table(
        no_subject="machines of ours that send",
        columns=dict.fromkeys(("name", "instance", "beats", "seen_at"), _HOW),
    ),
    "newsletters_paces": Table(
        no_subject="how fast a mail domain takes mail; for a day after that matters",
        columns=dict.fromkeys(("scope", "free_at", "failures"), _HOW),
    ),
    "newsletters_runs": Table(
        no_subject="counts of a campaign",
        columns=dict.fromkeys(("campaign_id", "forgiven", "sent_then"), NotPersonal("a count")),
    ),
}
