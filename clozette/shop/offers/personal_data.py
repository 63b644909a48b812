"""What offers keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_TALK = Personal(
    "activity",
    (Purpose.PROVIDE,),
    retention="half a year after the talk ended, or with its order",
    erasure="keep",
    kept_because="the other side talked too; leads to nobody once the person is gone",
)
_LEADS = Personal("relations", (Purpose.PROVIDE,), erasure="clear")
_OF_BUYER = ("buyer_id", "subject_id")
_OF_SELLER = ("seller_id", "member_id", "subject_id")
_SEEN_BY_BOTH = (
    "seller_id",
    "state",
    "turn",
    "rounds",
    "currency",
    "amount_minor",
    "made_at",
    "state_at",
    "until",
    "ended_because",
    "order_id",
)
_STEP = ("offer_id", "position", "side", "amount_minor", "at")

TABLES: Declaration = {
    "shop_offers": Table(
        title=_l("Your offers"),
        subject=_OF_BUYER,
        also=(_OF_SELLER,),
        second={_OF_SELLER: _SEEN_BY_BOTH},
        columns={
            "id": _LINK,
            "form_key": NotPersonal("tells a form sent twice"),
            "wanted": NotPersonal("tells two offers for the same things"),
            "buyer_id": _LEADS,
            **dict.fromkeys((*_SEEN_BY_BOTH, "country", "total_minor"), _TALK),
        },
    ),
    "shop_offer_lines": Table(
        title=_l("What your offers are for"),
        subject=("offer_id", *_OF_BUYER),
        columns=dict.fromkeys(("offer_id", "listing_id", "position", "quantity", "list_minor", "price_minor"), _TALK),
    ),
    "shop_offer_steps": Table(
        title=_l("Sums that were named in your offers"),
        subject=("offer_id", *_OF_BUYER),
        also=(("offer_id", *_OF_SELLER),),
        second={("offer_id", *_OF_SELLER): _STEP},
        columns={"id": _LINK, **dict.fromkeys(_STEP, _TALK)},
    ),
    "shop_bundles": Table(
        title=_l("What you take off for several pieces"),
        subject=_OF_SELLER,
        columns={
            "seller_id": _LINK,
            **dict.fromkeys(("pieces", "off_bp"), Personal("content", (Purpose.PROVIDE,))),
        },
    ),
}
