"""What the second channel keeps about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_MAIL = (Purpose.PROMOTE, Purpose.COMMUNICATE)
_UNTIL = "as long as you are subscribed, and until you ask us to forget you"
_STATE = Personal("preferences", _MAIL, retention=_UNTIL)
_WHEN = Personal("activity", _MAIL, retention=_UNTIL)
_HOW = NotPersonal("how the change gets there")
_OURS = NotPersonal("ours, and about nobody")
_NOBODY = NotPersonal("names nobody")

MAILCHIMP: Declaration = {
    "newsletters_mailchimp_members": Table(
        title=_l("What Mailchimp, which sends mails for us, was told of you"),
        subject=("contact_id", "subject_id"),
        columns={
            "contact_id": NotPersonal("path to the subject"),
            **dict.fromkeys(("asked", "done", "not_before", "tries", "seen_run_id"), _HOW),
            **dict.fromkeys(("asked_at", "done_at", "heard_status_at", "heard_profile_at"), _WHEN),
            **dict.fromkeys(("status", "told", "problem"), _STATE),
            **dict.fromkeys(
                ("subscriber_key", "told_digest"),
                Personal(
                    "contact",
                    _MAIL,
                    retention=_UNTIL,
                    export=False,
                    hidden_because="a digest of the address and names that you get anyway",
                ),
            ),
        },
    ),
    "newsletters_mailchimp_forgotten": Table(
        no_subject="what is left to do after somebody's data is gone, and then a keyed digest that leads back to nobody",
        columns={
            "id": NotPersonal("row id"),
            "subscriber_key": NotPersonal("whom Mailchimp has to erase; emptied once it has"),
            "erased_subject": NotPersonal("whose erasure it belongs to; emptied once it is done"),
            **dict.fromkeys(("address_key", "asked_at", "done_at", "returned_at"), _NOBODY),
        },
    ),
    "newsletters_mailchimp_interests": Table(
        no_subject="names of our newsletters", columns=dict.fromkeys(("newsletter_id", "interest"), _OURS)
    ),
    "newsletters_mailchimp_batches": Table(
        no_subject="how a piece of work is called at Mailchimp",
        columns=dict.fromkeys(("remote", "asked_at", "done_at"), _OURS),
    ),
    "newsletters_mailchimp_heard": Table(
        no_subject="keyed digests of messages that were taken, kept for a month to take none twice",
        columns=dict.fromkeys(("id", "digest", "kind", "outcome", "at"), _NOBODY),
    ),
    "newsletters_mailchimp_runs": Table(
        no_subject="counts",
        columns=dict.fromkeys(("id", "started_at", "finished_at", "is_full", "counts", "problem"), _OURS),
    ),
    "newsletters_mailchimp_channels": Table(
        no_subject="which of our processes talks",
        columns=dict.fromkeys(("name", "holder", "until", "rests_until", "rests_because", "tries"), _OURS),
    ),
    "newsletters_mailchimp_campaigns": Table(
        no_subject="a mail of ours, and counts",
        columns=dict.fromkeys(
            (
                "campaign_id",
                "state",
                "remote",
                "problem",
                "asked_at",
                "sent_at",
                "counted_at",
                "sent",
                "bounced",
                "unsubscribed",
                "complained",
            ),
            _OURS,
        ),
    ),
}
