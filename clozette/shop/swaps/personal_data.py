"""What swaps keep about people."""

from flask_babel import lazy_gettext as _l

from clozette.kernel.personal import Declaration, NotPersonal, Personal, Purpose, Table

_LINK = NotPersonal("link between rows")
_AGREED = Personal(
    "activity",
    (Purpose.PROVIDE,),
    erasure="keep",
    kept_because="the others of a swap must see what was agreed; leads to nobody once the person is gone",
)
_LEADS = Personal("relations", (Purpose.PROVIDE,), erasure="clear")
_OF_RECEIVER = ("receiver_id", "subject_id")
_OF_GIVER = ("giver_id", "member_id", "subject_id")
_VALUES = ("value_minor", "topup_minor")
_PIECE = ("listing_id", "position", "title", "value_minor")

TABLES: Declaration = {
    "shop_swaps": Table(
        title=_l("Swaps that you proposed"),
        subject=("proposer_id", "subject_id"),
        columns={
            "id": _LINK,
            "form_key": NotPersonal("tells a form sent twice"),
            "counter_of": _LINK,
            "proposer_id": _LEADS,
            **dict.fromkeys(
                ("ref", "state", "state_at", "currency", "made_at", "expires_at", "ended_because"), _AGREED
            ),
        },
    ),
    "shop_swap_legs": Table(
        title=_l("Parcels of swaps"),
        subject=_OF_RECEIVER,
        also=(_OF_GIVER,),
        second={_OF_GIVER: ("swap_id", "position", *_VALUES, "order_id")},
        columns={
            "id": _LINK,
            "receiver_id": _LEADS,
            "address": Personal(
                "contact",
                (Purpose.PROVIDE, Purpose.VERIFY),
                retention="until everybody has said yes, or the proposal has ended",
                erasure="clear",
            ),
            **dict.fromkeys(
                ("swap_id", "position", "giver_id", *_VALUES, "answer", "answered_at", "order_id"), _AGREED
            ),
        },
    ),
    "shop_swap_pieces": Table(
        title=_l("What is in the parcels of swaps"),
        subject=("leg_id", *_OF_RECEIVER),
        also=(("leg_id", *_OF_GIVER),),
        second={("leg_id", *_OF_GIVER): _PIECE},
        columns={"leg_id": _LINK, **dict.fromkeys(_PIECE, _AGREED)},
    ),
    "shop_wants": Table(
        title=_l("What you would swap for"),
        subject=("member_id", "subject_id"),
        columns={
            "member_id": _LINK,
            **dict.fromkeys(
                ("listing_id", "at"),
                Personal("preferences", (Purpose.PROVIDE,), retention="until you take it back or it is gone"),
            ),
        },
    ),
}
