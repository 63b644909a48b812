"""What the stored words of swaps are called in the reader's language."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from clozette.shop.swaps.models import Leg

STATES: Mapping[str, LazyString] = {
    "proposed": _l("Proposed"),
    "agreed": _l("Deposits are being paid"),
    "running": _l("Parcels are on their way"),
    "done": _l("Swapped"),
    "failed": _l("Did not come about"),
    "declined": _l("Declined"),
    "expired": _l("Ran out"),
}
ENDED: Mapping[str, LazyString] = {
    "late": _l("Not everybody said yes in time."),
    "no": _l("Somebody said no."),
    "apart": _l("It was called off."),
    "counter": _l("It was answered with other terms."),
    "unpaid": _l("Not every deposit was paid. What was paid goes back, and what was held can be had again."),
    "withdrawn": _l("Somebody stepped back. What was paid goes back, and what was held can be had again."),
    "broken": _l(
        "One parcel did not come as agreed: whoever missed it has the money back. What did arrive, or is on its way, counts"
        " as sold for its deposit."
    ),
}
ANSWERS: Mapping[str, LazyString] = {
    "none": _l("has not answered yet"),
    "yes": _l("said yes"),
    "no": _l("said no"),
}
LEGS: Mapping[str, LazyString] = {
    "reserved": _l("deposit not paid yet"),
    "paying": _l("deposit not paid yet"),
    "paid": _l("deposit paid"),
    "shipped": _l("on its way"),
    "received": _l("arrived"),
    "complete": _l("complete"),
    "expired": _l("not paid in time"),
    "cancelled": _l("called off, the money goes back"),
    "returned": _l("sent back, the money goes back"),
    "refunded": _l("the money goes back"),
}
TOLD: Mapping[str, LazyString] = {
    "swap_proposed": _l("You are asked to swap: “%(title)s” would come to you"),
    "swap_agreed": _l("All said yes: pay your deposit for “%(title)s”, and the swap begins"),
    "swap_running": _l("All deposits are paid: send your parcel; “%(title)s” comes to you"),
    "swap_off": _l("The swap for “%(title)s” did not come about, and whatever was paid goes back"),
    "swap_broken": _l("The swap for “%(title)s” broke: what arrived counts as sold"),
    "swap_done": _l("Swapped: “%(title)s” is yours, and your deposit goes back to you"),
}
"""What members of a ring are told, by the kind of the notification."""
BY_STATE: Mapping[str, str] = {
    "proposed": "swap_proposed",
    "agreed": "swap_agreed",
    "running": "swap_running",
    "done": "swap_done",
    "declined": "swap_off",
    "expired": "swap_off",
    "failed": "swap_off",
}


def title_of(leg: Leg) -> str:
    """Return what a parcel is called: its first piece."""
    return leg.pieces[0].title


def told(leg: Leg, kind: str) -> str:
    """Say what happened, in the reader's language."""
    return str(TOLD[kind]) % {"title": title_of(leg)}
