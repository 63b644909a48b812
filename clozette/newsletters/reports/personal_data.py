"""What reports keep about people: which mails they opened and which links they followed, if they agreed to that."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_NOTED = Personal("activity", (Purpose.RESEARCH,), retention="ninety days, if you agreed to it; then numbers alone")
_COUNT = NotPersonal("a count")

REPORTS: Declaration = {
    "newsletters_touches": Table(
        title=_l("Newsletters you opened and links you followed"),
        subject=("contact_id", "subject_id"),
        columns={
            "contact_id": NotPersonal("path to the subject"),
            **dict.fromkeys(("campaign_id", "number", "second", "at", "machine"), _NOTED),
        },
    ),
    "newsletters_links": Table(
        no_subject="links of ours, and how often they were followed",
        columns={
            **dict.fromkeys(("campaign_id", "number", "address"), NotPersonal("a link of ours")),
            **dict.fromkeys(("people", "times"), _COUNT),
        },
    ),
    "newsletters_tallies": Table(
        no_subject="numbers that remain when the rows about people are gone",
        columns=dict.fromkeys(
            (
                "campaign_id",
                "bounced",
                "bounced_later",
                "complained",
                "unsubscribed",
                "opened",
                "clicked",
                "machines",
            ),
            _COUNT,
        ),
    ),
    "newsletters_arm_tallies": Table(
        no_subject="numbers that remain when the rows about people are gone",
        columns=dict.fromkeys(
            (
                "campaign_id",
                "letter",
                "recipients",
                "sent",
                "bounced",
                "bounced_later",
                "complained",
                "unsubscribed",
                "agreed",
                "opened",
                "clicked",
                "machines",
            ),
            _COUNT,
        ),
    ),
    "newsletters_head_counts": Table(
        no_subject="how many subscribe to a newsletter, day by day",
        columns=dict.fromkeys(("newsletter_id", "day", "subscribers"), _COUNT),
    ),
}
