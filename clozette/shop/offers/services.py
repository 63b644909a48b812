"""Verbs of offers. Each move is one conditional statement: of two answers at once one is told that it came too late."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused, refuse
from clozette.kernel.viewer import Viewer
from clozette.privacy import subjects
from clozette.shop.ages import why_not_trade
from clozette.shop.carts import queries as carts
from clozette.shop.carts.queries import Parcel
from clozette.shop.listings import prices
from clozette.shop.listings import services as listings
from clozette.shop.listings.models import Listing
from clozette.shop.offers import queries, rules
from clozette.shop.offers.access import Side
from clozette.shop.offers.events import OfferMoved
from clozette.shop.offers.models import LIVE, Offer, OfferLine, OfferStep
from clozette.shop.orders.models import Order
from clozette.shop.payments.changes import changed
from clozette.shop.sellers import fees, rates

LEAST_TO_PAY, MOST_TO_PAY = timedelta(minutes=30), timedelta(hours=22)
"""Bounds of how long an order of an offer is held: as long as the offer promised, within what a payment page can stay open."""


def weigh(buyer: Member, viewer: Viewer, pieces: Mapping[int, int], country: str, *, now: datetime) -> Parcel:
    """Return what somebody may make an offer for, at today's prices.

    :raises Refused: ``adults-only``, ``gone``, ``no-shipping``, ``own``, ``standing``, or ``opened`` and ``tries`` for too
        many of them.
    """
    refuse(why_not_trade(is_minor=buyer.is_minor(now.date())))
    parcel = carts.parcel_of_pieces(viewer, pieces, country, now=now)
    if parcel is None or len(parcel.ready) < len(pieces):
        raise Refused(rules.gone())
    refuse(
        rules.why_not_begin(
            own=parcel.seller.member_id == buyer.id,
            lines=len(pieces),
            standing=queries.live_for(buyer.id, pieces) is not None,
            opened=queries.standing_of(buyer.id).opened,
            tries=queries.tries(buyer.id, pieces, now),
        )
    )
    if parcel.all_in is None:
        raise Refused(rules.no_shipping())
    return parcel


def priced(parcel: Parcel, amount: int) -> Parcel:
    """Return what an offer of so much makes of a parcel.

    :raises Refused: ``price`` if that is what it costs anyway, ``little``.
    """
    shares = rules.split(amount, [(line.listing.price_minor or 0, line.quantity) for line in parcel.lines])
    refuse(rules.why_not_offer(amount, parcel.items_minor, shares))
    return parcel.at({line.listing.id: share for line, share in zip(parcel.lines, shares, strict=True)})


def make(buyer: Member, viewer: Viewer, asked: Mapping[str, Any], amount: int, country: str, *, now: datetime) -> Offer:
    """Offer a sum for things of one seller; the same ``form_key`` gives the offer that it made before.

    Below what the seller takes at least it is declined at once.

    :param asked: what ``OfferIn`` made of the form.
    :raises Refused: as ``weigh`` and ``priced``; ``total`` if it comes to something else than the page showed.
    """
    subjects.lock([buyer.subject_id])  # two presses of one member take turns
    before = queries.by_key(buyer.id, asked["form_key"])
    if before is not None:
        return before
    parcel = priced(weigh(buyer, viewer, asked["pieces"], country, now=now), amount)
    all_in = parcel.all_in
    if all_in is None or str(all_in.total.amount_minor) != asked["total"]:
        raise Refused(rules.total())
    offer = _written(buyer, parcel, asked["form_key"], country, all_in.total.amount_minor, now)
    if rules.is_too_low(parcel.items_minor, _floor(offer.lines), None):
        _turn(offer, "declined", now, ended_because="floor")
    else:
        events.publish(OfferMoved(offer.id, offer.state, offer.rounds))
    return offer


def counter(offer: Offer, side: Side, amount: int, *, seen: str, now: datetime) -> None:
    """Name another sum. ``offer`` is locked and whole; ``seen`` is what its page showed.

    :raises Refused: ``offer_state``, ``turn``, ``rounds`` or ``between``; ``no-shipping`` if the seller ships there no more.
    """
    refuse(rules.why_not_answer(seen=seen == offer.seen and offer.state == "open", turn=offer.turn, side=side))
    least, most = _bounds(offer)
    shares = rules.split(amount, [(line.list_minor, line.quantity) for line in offer.lines])
    refuse(rules.why_not_counter(amount, least=least, most=most, rounds=offer.rounds, shares=shares))
    sum_minor = sum(share * line.quantity for share, line in zip(shares, offer.lines, strict=True))
    too_low = side == "buyer" and rules.is_too_low(sum_minor, _floor(offer.lines), most)
    values: dict[str, Any] = {"amount_minor": sum_minor, "total_minor": _total(offer, sum_minor, now)}
    if too_low:
        values |= {"ended_because": "floor"}
    else:
        values |= {"turn": rules.OTHER[side], "until": now + rules.ANSWER_WITHIN}
    agreed = {line.listing_id: share for line, share in zip(offer.lines, shares, strict=True)}
    _turn(offer, "declined" if too_low else "open", now, rounds=offer.rounds + 1, **values)
    _name(offer, side, sum_minor, agreed, now)


def accept(offer: Offer, side: Side, *, seen: str, now: datetime) -> None:
    """Take the sum that the other side named last: from now on the pieces are held for the buyer.

    :raises Refused: ``offer_state``, ``turn``, ``cheaper``, or ``gone`` if somebody was quicker; nothing is to be kept then.
    """
    refuse(rules.why_not_answer(seen=seen == offer.seen and offer.state == "open", turn=offer.turn, side=side))
    price = sum((line.listing.price_minor or 0) * line.quantity for line in offer.lines)
    refuse(rules.why_not_accept(offer.amount_minor, price))
    pieces = _pieces(offer)
    _turn(offer, "accepted", now, turn="buyer", until=now + rules.HELD_FOR[side])
    try:
        listings.reserve(pieces)
    except Refused as refused:
        raise Refused(rules.gone()) from refused


def decline(offer: Offer, side: Side, *, seen: str, now: datetime) -> None:
    """Say no to the sum that the other side named last.

    :raises Refused: ``offer_state`` or ``turn``.
    """
    refuse(rules.why_not_answer(seen=seen == offer.seen and offer.state == "open", turn=offer.turn, side=side))
    _turn(offer, "declined", now)


def withdraw(offer: Offer, *, seen: str, now: datetime) -> None:
    """Take the buyer's offer back, whoever's turn it is; an accepted one lets go of the pieces.

    :raises Refused: ``offer_state``.
    """
    refuse(rules.late() if seen != offer.seen or offer.state not in LIVE else None)
    _end(offer, "withdrawn", now)


def expire(offer: Offer, now: datetime) -> None:
    """End an offer whose time is over; one that moved on meanwhile stays as it is."""
    if offer.state in LIVE and offer.until <= now:
        _end(offer, "expired", now, in_time=False)


def lapse(offer: Offer, now: datetime) -> None:
    """End an open offer for something that can't be had any more."""
    if offer.state == "open":
        _end(offer, "expired", now, in_time=None, because="gone")


def forget(now: datetime) -> None:
    """Delete offers that came to nothing long ago; those that became orders go on with them."""
    over = sa.delete(Offer).where(Offer.state.not_in((*LIVE, "bought")), Offer.state_at < now - rules.KEPT)
    db.session.execute(over, execution_options={"synchronize_session": False})


def part(member_id: int, other_id: int | None, now: datetime, *, because: str) -> None:
    """End what a member has going (with ``other_id``), as they would: by taking it back, or by no."""
    for offer_id in queries.live_of(member_id, other_id):
        offer = queries.whole(offer_id)
        assert offer is not None
        to = "withdrawn" if offer.buyer_id == member_id else "declined"
        _end(offer, to, now, in_time=None, because=because)


def take(offer_id: int, buyer_id: int, now: datetime) -> Offer:
    """Hand over what an accepted offer holds to an order that is about to be written: once, and in time.

    :raises Refused: ``gone``.
    """
    offer = db.session.scalar(sa.select(Offer).where(Offer.id == offer_id, Offer.buyer_id == buyer_id))
    if offer is None or offer.state != "accepted":
        raise Refused(rules.gone())
    _turn(offer, "bought", now)
    return offer


def bind(offer: Offer, order: Order) -> None:
    """Note which order it became."""
    offer.order_id = order.id
    db.session.flush()


def hold_until(offer: Offer, now: datetime) -> datetime:
    """Return until when an order of an offer is held without a payment: as long as the offer promised."""
    return now + min(max(offer.until - now, LEAST_TO_PAY), MOST_TO_PAY)


def _written(buyer: Member, parcel: Parcel, form_key: str, country: str, total_minor: int, now: datetime) -> Offer:
    amount_minor = parcel.items_minor
    offer = Offer(
        form_key=form_key,
        buyer_id=buyer.id,
        seller_id=parcel.seller.id,
        wanted=queries.digest_of(line.listing.id for line in parcel.lines),
        country=country,
        currency=parcel.seller.currency,
        amount_minor=amount_minor,
        total_minor=total_minor,
        made_at=now,
        state_at=now,
        until=now + rules.ANSWER_WITHIN,
        lines=_lines(parcel),
        steps=[OfferStep(position=1, side="buyer", amount_minor=amount_minor, at=now)],
    )
    db.session.add(offer)
    db.session.flush()
    return offer


def _lines(parcel: Parcel) -> list[OfferLine]:
    ids = [line.listing.id for line in parcel.lines]
    offered = {one.id: one for one in db.session.scalars(sa.select(Listing).where(Listing.id.in_(ids)))}
    return [
        OfferLine(
            listing=offered[line.listing.id],
            position=place,
            quantity=line.quantity,
            list_minor=line.listing.price_minor or 0,
            price_minor=line.price_minor,
        )
        for place, line in enumerate(parcel.lines)
    ]


def _name(offer: Offer, side: Side, sum_minor: int, agreed: Mapping[int, int], now: datetime) -> None:
    """Write down the sum that a side named, and what it makes of each piece."""
    db.session.add(OfferStep(offer_id=offer.id, position=offer.rounds, side=side, amount_minor=sum_minor, at=now))
    for listing_id, price_minor in agreed.items():
        line = sa.update(OfferLine).where(OfferLine.offer_id == offer.id, OfferLine.listing_id == listing_id)
        db.session.execute(line.values(price_minor=price_minor), execution_options={"synchronize_session": False})
    db.session.flush()


def _bounds(offer: Offer) -> tuple[int, int]:
    """Return what the buyer named last, and what the seller did; at first that is the price."""
    named = {step.side: step.amount_minor for step in offer.steps}
    return named["buyer"], named.get("seller", sum(line.list_minor * line.quantity for line in offer.lines))


def _floor(lines: list[OfferLine]) -> int:
    return sum((line.listing.floor_minor or 0) * line.quantity for line in lines)


def _pieces(offer: Offer) -> dict[int, int]:
    return {line.listing_id: line.quantity for line in offer.lines}


def _total(offer: Offer, amount_minor: int, now: datetime) -> int:
    """Return what a sum comes to for the buyer, all in."""
    pieces = sum(line.quantity for line in offer.lines if line.listing.mode != prices.DIGITAL)
    way = rates.shipping(offer.seller_id, offer.country, pieces) if pieces else None
    if pieces and way is None:
        raise Refused(rules.no_shipping())
    house = fees.current(offer.currency, now)
    return prices.sum_up(amount_minor, way.minor if way else 0, offer.currency, house).total.amount_minor


def _end(offer: Offer, to: str, now: datetime, *, in_time: bool | None = True, because: str | None = None) -> None:
    """End an offer; what it held goes back, by the one statement that ended the hold."""
    held = offer.state == "accepted"
    pieces = _pieces(offer)
    _turn(offer, to, now, in_time=in_time, ended_because=because)
    if held:
        listings.give_back(pieces)


def _turn(offer: Offer, to: str, now: datetime, *, in_time: bool | None = True, **values: Any) -> None:
    """Bring an offer on, from where it was seen, and tell of it.

    :param in_time: only before its time is over; ``False`` only after that, ``None`` whenever.
    """
    there = sa.update(Offer).where(Offer.id == offer.id, Offer.state == offer.state, Offer.rounds == offer.rounds)
    if in_time is not None:
        there = there.where(Offer.until > now if in_time else Offer.until <= now)
    if not changed(there.values(state=to, state_at=now, **values)):
        raise Refused(rules.late())
    events.publish(OfferMoved(offer.id, to, offer.rounds))
