"""What the two sides do about a paid order: meet, send it, call it off, pay a part back. ``order`` is locked."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy.disclosures import BeingErased
from clozette.shop.listings import services as listings
from clozette.shop.orders import handing, rules, states
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.models import Order
from clozette.shop.orders.services import move, receive
from clozette.shop.payments import refunds
from clozette.shop.payments.services import lines_of
from clozette.shop.sellers.models import Seller

_OFFERED_AGAIN = ("buyer_off", "seller")
"""Why an order is off whose pieces the shop shows again: not if the seller let the days pass, or somebody is leaving."""


def introduce(order: Order, now: datetime) -> None:
    """Let the two sides of a paid order know of each other, once; if one of them is leaving, the money goes back."""
    if order.state != "paid" or order.seller_handover_id is not None:
        return
    seller, buyer = db.session.get_one(Seller, order.seller_id), _buyer(order)
    try:
        if buyer is None or seller.member_id is None:
            raise BeingErased("one of them is gone")
        handing.to_seller(order, buyer, seller, now)
    except BeingErased:
        if order.contested_at is None:  # or else the clock, once the bank has said whose the money is
            cancel(order, because="gone", now=now)
        return
    if order.digital:
        receive(order, now)


def ship(order: Order, *, courier: str, tracking: str, shares: Sequence[str], now: datetime) -> None:
    """Note that the seller sent an order, and let the courier know where to.

    :raises Refused: if it is not to be sent, the money is contested, or the buyer is being erased.
    """
    carrier, buyer = COURIERS[courier], _buyer(order)
    if order.seller_handover_id is None or order.digital:
        raise Refused(states.elsewhere())
    sent = {"shipped_at": now, "carrier": courier, "tracking": tracking or None, "shares": list(shares)}
    move(order, "shipped", now, Order.contested_at.is_(None), **sent)
    try:
        if buyer is None:
            raise BeingErased("the buyer is gone")
        handing.to_courier(order, buyer, carrier, now)
    except BeingErased as error:
        raise Refused(rules.gone()) from error


def cancel(order: Order, *, because: str, now: datetime) -> None:
    """Call a paid order off that was not sent: all the money goes back, and the pieces too.

    :raises Refused: if it was sent meanwhile, or is off already.
    """
    if order.state != "paid":
        raise Refused(states.elsewhere())
    move(order, "cancelled", now, ended_because=because)
    refunds.refund_all(order, because=because, key=f"off-{order.ref}", now=now)
    lines = lines_of(order.id)
    listings.give_back(lines)
    if because in _OFFERED_AGAIN:
        listings.offer_again(lines)


def give_back(order: Order, asked: Mapping[str, int], *, key: str, now: datetime) -> None:
    """Pay a part back: line id (as text) or ``shipping`` to minor units; the same key does it once.

    :raises Refused: for more than was paid, or than the seller has here; and for a swap, where all depends on all.
    """
    refuse(rules.why_not_give_back(is_swap=order.swap_id is not None))
    refunds.refund(order, asked, because="seller", key=f"part-{order.ref}-{key}", now=now)


def _buyer(order: Order) -> Member | None:
    return db.session.get(Member, order.buyer_id) if order.buyer_id is not None else None
