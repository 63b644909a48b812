"""What is kept of mails that come back."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_BACK = Personal(
    "activity",
    (Purpose.COMMUNICATE, Purpose.ENFORCE),
    retention="a month after it was understood; what it meant, two years",
)
_MAIL = Personal(
    "content",
    (Purpose.COMMUNICATE,),
    retention="a month after it was understood",
    export=False,
    hidden_because="a server's report on mail of ours, which may name others; what it meant is in the row",
)
_HOW = NotPersonal("how it was taken in")

RETURNS: Declaration = {
    "newsletters_returns": Table(
        title=_l("Mails to you that came back"),
        subject=("subject_id",),
        columns={
            "id": NotPersonal(),
            "subject_id": NotPersonal("path to the subject"),
            "digest": NotPersonal("keyed digest of a mail"),
            "sealed": _MAIL,
            **dict.fromkeys(
                ("received_at", "kind", "verdict", "status", "campaign_id", "contact_id", "state", "done_at"), _BACK
            ),
            **dict.fromkeys(("via", "size", "because"), _HOW),
        },
    ),
    "newsletters_mailboxes": Table(
        no_subject="keyed digests of addresses that the site mailed within the last month, to know a bounce again",
        columns={
            "id": NotPersonal(),
            "address_key": NotPersonal("keyed digest; goes a month after the last mail"),
            "mailed_at": NotPersonal("the day of the last mail"),
        },
    ),
}
