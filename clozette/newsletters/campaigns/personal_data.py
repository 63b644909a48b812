"""What writing keeps about people: who of the staff wrote what."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_KEY = NotPersonal("row id")
_OURS = NotPersonal("a text of ours, or how and when we send it")
_COUNT = NotPersonal("a count")
_WHO = Personal(
    "activity",
    (Purpose.PROVIDE,),
    erasure="clear",
    retention="as long as the text is kept",
)

CAMPAIGNS: Declaration = {
    "newsletters_segments": Table(
        title=_l("Choices of subscribers you saved as staff"),
        subject=("made_by_id", "subject_id"),
        columns={"id": _KEY, "name": _OURS, "rules": _OURS, "made_at": _OURS, "made_by_id": _WHO},
    ),
    "newsletters_campaigns": Table(
        title=_l("Mails you wrote as staff"),
        subject=("made_by_id", "subject_id"),
        columns={
            "id": _KEY,
            **dict.fromkeys(
                (
                    "newsletter_id",
                    "kind",
                    "title",
                    "subject_line",
                    "preview_text",
                    "blocks",
                    "rules",
                    "state",
                    "version",
                    "send_at",
                    "time_zone",
                    "test_percent",
                    "winner",
                    "tracks",
                    "archived_at",
                    "repeats",
                    "first_at",
                    "since",
                    "parent_id",
                    "checked_links",
                    "started_at",
                    "paused_at",
                    "paused_because",
                    "finished_at",
                    "made_at",
                ),
                _OURS,
            ),
            "made_by_id": _WHO,
            **dict.fromkeys(("recipients", "sent", "skipped", "failed", "uncertain"), _COUNT),
        },
    ),
    "newsletters_arms": Table(
        no_subject="subject lines of ours",
        columns=dict.fromkeys(("campaign_id", "letter", "subject_line", "preview_text"), _OURS),
    ),
    "newsletters_pictures": Table(
        no_subject="pictures of ours",
        columns=dict.fromkeys(("id", "photo_id", "made_at"), _OURS),
    ),
    "newsletters_holdings": Table(
        no_subject="which mails of ours have which pictures of ours",
        columns=dict.fromkeys(("campaign_id", "picture_id"), _OURS),
    ),
    "newsletters_compiled": Table(
        no_subject="a mail of ours with nobody's name in it",
        columns=dict.fromkeys(("campaign_id", "letter", "template", "digest", "made_at"), _OURS),
    ),
}
