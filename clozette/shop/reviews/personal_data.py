"""What reviews keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_STAR = Personal(
    "content",
    (Purpose.PROVIDE,),
    erasure="keep",
    kept_because="what others bought by; leads to nobody once the person is gone",
)
_LEADS = Personal("relations", (Purpose.PROVIDE,), erasure="clear")
_STAFF = Personal(
    "activity", (Purpose.ENFORCE,), erasure="clear", export=False, hidden_because="who of the staff decided"
)
_OF_ABOUT, _OF_STAFF = ("about_id", "subject_id"), ("hidden_by_id", "subject_id")

REVIEWS: Declaration = {
    "shop_reviews": Table(
        title=_l("What you said after orders"),
        subject=("author_id", "subject_id"),
        also=(_OF_ABOUT, _OF_STAFF),
        second={
            _OF_ABOUT: "what others said of you, which anybody can read once it is shown",
            _OF_STAFF: "what two others said, of which one of the staff hid something",
        },
        columns={
            "id": _LINK,
            "order_id": _LINK,
            **dict.fromkeys(("author_id", "about_id"), _LEADS),
            "words": Personal("content", (Purpose.PROVIDE,), erasure="clear"),
            **dict.fromkeys(("side", "stars", "as_described", "written_at", "shown_at", "hidden_at"), _STAR),
            "hidden_because": Personal("activity", (Purpose.ENFORCE,), erasure="clear"),
            "hidden_by_id": _STAFF,
        },
    ),
}
