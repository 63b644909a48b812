"""What promotions keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_GIVEN = Personal(
    "activity",
    (Purpose.PROVIDE, Purpose.ENFORCE),
    retention="as long as the promotion stands here",
    erasure="keep",
    kept_because="a code that was given once is given to nobody else; leads to nobody",
)

PROMOTIONS: Declaration = {
    "contests_promotions": Table(
        no_subject="what we offer; says nothing about anybody",
        columns={
            name: NotPersonal()
            for name in (
                "id",
                "slug",
                "kind",
                "title",
                "words",
                "terms",
                "sponsor_id",
                "contest_id",
                "cost_points",
                "state",
                "opens_at",
                "closes_at",
                "version",
                "made_at",
            )
        },
    ),
    "contests_early": Table(
        no_subject="what a promotion opens before its day",
        columns=dict.fromkeys(("promotion_id", "object_kind", "object_id"), NotPersonal()),
    ),
    "contests_codes": Table(
        title=_l("Codes of promotions that you claimed"),
        subject=("member_id", "subject_id"),
        columns={
            "id": NotPersonal("link between rows"),
            "promotion_id": _GIVEN,
            "sealed": NotPersonal("the code itself, unreadable without the site's secret; your page shows it"),
            "digest": NotPersonal("tells a code that is there twice"),
            "member_id": Personal("relations", (Purpose.PROVIDE,), erasure="clear"),
            "claimed_at": _GIVEN,
        },
    ),
}
