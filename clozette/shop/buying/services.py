"""Pressing Buy: one transaction for the pieces, the order, the addresses, the payment that is asked for and its disclosure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from clozette.kernel import database, events
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments as port
from clozette.kernel.prepared import Insert, loaded
from clozette.kernel.refusal import Refused, refuse
from clozette.kernel.viewer import Viewer
from clozette.privacy import notices, subjects
from clozette.privacy.disclosures import BeingErased
from clozette.shop.acknowledging import acknowledge
from clozette.shop.books import taxes
from clozette.shop.buying import queries, rules, words
from clozette.shop.buying.events import OrderReserved
from clozette.shop.buying.schemas import address_of, country_of
from clozette.shop.carts import queries as carts
from clozette.shop.carts import services as cart
from clozette.shop.carts.queries import Parcel
from clozette.shop.files import queries as files
from clozette.shop.listings import services as listings
from clozette.shop.listings.prices import DIGITAL, AllIn
from clozette.shop.offers import queries as offers
from clozette.shop.offers import services as talks
from clozette.shop.orders import refs
from clozette.shop.orders.models import USES, Order, OrderAddress, OrderLine
from clozette.shop.payments import services as payments
from clozette.shop.sellers import fees

POINT = "CP4"


def check_out(viewer: Viewer, asked: Mapping[str, Any], shown: notices.Shown | None, *, now: datetime) -> Order:
    """Order what the cart has of one seller, or what an offer holds; the same ``form_key`` gives the order that it made
    before.

    :param asked: what ``CheckoutIn`` made of the form.
    :raises Refused: ``gone`` if somebody was quicker, ``empty``, ``own``, ``no-shipping``, ``off``, ``adults-only``,
        ``leaving``, or ``total`` if it comes to something else than the form showed. Nothing is written then.
    """
    assert viewer.member_id is not None and viewer.subject_id is not None
    subjects.lock([viewer.subject_id])  # two presses of one member take turns
    before = queries.by_key(viewer.member_id, asked["form_key"])
    if before is not None:
        return before
    held = queries.held_by(viewer.member_id)
    refuse(rules.why_not_order(is_on=port.is_on(), is_minor=viewer.is_minor, held=held))
    parcel = wanted(viewer, asked["seller"], asked["offer"], country_of(asked), now=now)
    if parcel is None:
        raise Refused(rules.empty())
    all_in = parcel.all_in
    refuse(rules.why_not_buy(parcel, all_in, asked["total"], own=parcel.seller.member_id == viewer.member_id))
    refuse(rules.other_form() if parcel.is_digital != bool(asked.get("digital")) else None)
    refuse(rules.why_not_at_once(parcel, agreed=asked["at_once"]))
    wanted_ids = [line.listing.id for line in parcel.lines]
    refuse(rules.why_not_again(queries.let_go(viewer.member_id, wanted_ids, now - rules.AGAIN_WITHIN)))
    assert all_in is not None
    order = _order(viewer.member_id, parcel, all_in, asked, now)
    _addresses(order, asked, now)
    if parcel.has_files:
        _wants_at_once(viewer.subject_id, now)
    _ask(order, viewer, shown, now)
    cart.take_out(viewer.member_id, wanted_ids)
    events.publish(OrderReserved(order.id))
    return order


def wanted(viewer: Viewer, seller_id: int, offer_id: int | None, country: str, *, now: datetime) -> Parcel | None:
    """Return what is to be bought: what an offer holds, or what the cart has of a seller."""
    if offer_id is None:
        return carts.parcel_of(viewer, seller_id, country, now=now)
    return offers.parcel_of(viewer, offer_id, country, now=now)


def _order(buyer_id: int, parcel: Parcel, all_in: AllIn, asked: Mapping[str, Any], now: datetime) -> Order:
    """Take the pieces and write the order. The pieces come first: whoever is too late learns it before anything else."""
    if asked["offer"] is None:
        _reserve(parcel)
        return _written(buyer_id, parcel, all_in, asked, now + rules.HOLD, now)
    try:
        offer = talks.take(asked["offer"], buyer_id, now)
    except Refused as refused:
        raise Refused(rules.gone()) from refused
    order = _written(buyer_id, parcel, all_in, asked, talks.hold_until(offer, now), now)
    talks.bind(offer, order)
    return order


def _reserve(parcel: Parcel) -> None:
    try:
        listings.reserve({line.listing.id: line.quantity for line in parcel.lines})
    except Refused as refused:
        raise Refused(rules.gone()) from refused


def _written(
    buyer_id: int, parcel: Parcel, all_in: AllIn, asked: Mapping[str, Any], hold_until: datetime, now: datetime
) -> Order:
    """Write the order at the prices, fees and taxes of this moment."""
    given = {
        "id": new_id(),
        "ref": refs.new(),
        "form_key": asked["form_key"],
        "buyer_id": buyer_id,
        "seller_id": parcel.seller.id,
        "state": "reserved",
        "state_at": now,
        "currency": parcel.seller.currency,
        "items_minor": all_in.items.amount_minor,
        "shipping_minor": all_in.shipping.amount_minor,
        "fee_minor": all_in.fee.amount_minor,
        "seller_fee_minor": fees.of_seller(parcel.fees, all_in.items.amount_minor),
        "fees_id": parcel.fees.id if parcel.fees else None,
        "made_at": now,
        "hold_until": hold_until,
        "digital": parcel.is_digital,
        **taxes.of(parcel.seller, all_in, country_of(asked)).columns(),
    }
    order: Order = loaded(Order(**given))
    connection = database.connection()
    _ORDER.run(connection, given)
    _LINE.run(connection, *_lines(order.id, parcel))
    return order


_ORDER, _LINE, _ADDRESS = Insert(Order), Insert(OrderLine), Insert(OrderAddress)


def _lines(order_id: int, parcel: Parcel) -> list[dict[str, Any]]:
    """Return the lines; the file that is sold now is the one that was bought: what is reserved its seller can't change."""
    sold = files.currents_of([line.listing.id for line in parcel.lines if line.listing.mode == DIGITAL])
    return [
        {
            "order_id": order_id,
            "listing_id": line.listing.id,
            "position": position,
            "title": line.listing.name,
            "quantity": line.quantity,
            "list_minor": line.listing.price_minor if line.listing.price_minor != line.price_minor else None,
            "price_minor": line.price_minor,
            "file_id": sold.get(line.listing.id),
        }
        for position, line in enumerate(parcel.lines)
    ]


def _addresses(order: Order, asked: Mapping[str, Any], now: datetime) -> None:
    own = {"order_id": order.id, "phone": asked["phone"], "given_at": now}
    given = [{**own, "use": use, **address_of(asked, use)} for use in (("billing",) if order.digital else USES)]
    _ADDRESS.run(database.connection(), *given)


def _wants_at_once(subject_id: int, now: datetime) -> None:
    """Keep that the buyer wanted files at once, and with which words they gave the right to withdraw up."""
    acknowledge(subject_id, POINT, None, method="form:checkout", now=now, wording=words.at_once())


def _ask(order: Order, buyer: Viewer, shown: notices.Shown | None, now: datetime) -> None:
    """Keep what was shown beside the form, and what the payment service will be told."""
    assert buyer.subject_id is not None
    acknowledge(buyer.subject_id, POINT, shown, method="form:checkout", now=now)
    try:
        payments.ask(order, buyer, now)
    except BeingErased as being_erased:
        raise Refused(rules.leaving()) from being_erased
