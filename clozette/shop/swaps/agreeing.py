"""Everybody has said yes: all the pieces are taken at once, and each leg becomes an order at its agreed value."""

from datetime import datetime

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.money import Money
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy.disclosures import BeingErased
from clozette.shop.books import taxes
from clozette.shop.buying import rules as buying
from clozette.shop.buying.schemas import address_of
from clozette.shop.listings import services as listings
from clozette.shop.listings.prices import AllIn
from clozette.shop.orders import refs
from clozette.shop.orders.models import USES, Order, OrderAddress, OrderLine
from clozette.shop.payments import services as payments
from clozette.shop.swaps import rules
from clozette.shop.swaps.models import Leg, Swap


def agree(swap: Swap, now: datetime) -> None:
    """Take the pieces and write the orders.

    :raises Refused: if a piece is gone, or one of the ring can't be paid or is leaving.
    """
    pieces = {piece.listing_id: 1 for leg in swap.legs for piece in leg.pieces}
    try:
        listings.reserve(pieces, rules.MODES)
    except Refused as refused:
        raise Refused(rules.gone()) from refused
    for leg in swap.legs:
        refuse(None if leg.giver.state == "active" else rules.not_ready())
        _order(swap, leg, now)


def _order(swap: Swap, leg: Leg, now: datetime) -> None:
    """Write the order of one leg. Shipping is the giver's, and the house takes nothing of a swap."""
    receiver = leg.receiver
    if receiver is None or leg.address is None:
        raise Refused(rules.not_swapped())
    order = Order(
        ref=refs.new(),
        form_key=f"swap-{swap.ref}-{leg.position}",
        buyer_id=receiver.id,
        seller_id=leg.giver_id,
        swap_id=swap.id,
        state_at=now,
        currency=swap.currency,
        items_minor=leg.value_minor,
        shipping_minor=0,
        fee_minor=0,
        seller_fee_minor=0,
        made_at=now,
        hold_until=now + rules.PAY_WITHIN,
        **_tax(leg, swap.currency).columns(),
    )
    db.session.add(order)
    db.session.flush()
    _fill(order, leg, now)
    leg.order_id, leg.address = order.id, None
    _ask(order, receiver, now)


def _tax(leg: Leg, currency: str) -> taxes.Tax:
    """Return the tax of a leg, should the swap break and it count as sold."""
    value, nothing = Money(leg.value_minor, currency), Money(0, currency)
    return taxes.of(leg.giver, AllIn(value, nothing, nothing), (leg.address or {}).get("shipping_country", ""))


def _fill(order: Order, leg: Leg, now: datetime) -> None:
    for piece in leg.pieces:
        line = {"listing_id": piece.listing_id, "position": piece.position, "title": piece.title}
        db.session.add(OrderLine(order_id=order.id, quantity=1, price_minor=piece.value_minor, **line))
    given = leg.address or {}
    for use in USES:
        where = address_of(given, use)
        db.session.add(OrderAddress(order_id=order.id, use=use, phone=given["phone"], given_at=now, **where))
    db.session.flush()


def _ask(order: Order, receiver: Member, now: datetime) -> None:
    try:
        payments.ask(order, receiver, now)
    except BeingErased as being_erased:
        raise Refused(buying.leaving()) from being_erased
