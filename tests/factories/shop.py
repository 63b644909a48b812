"""Sellers, listings and orders."""

import itertools
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.closets.models import Item
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.shop.files.queries import current_of
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order, OrderAddress, OrderLine
from clozette.shop.payments import disputes
from clozette.shop.payments.models import Dispute
from clozette.shop.sellers.models import Rate, Seller

_numbers = itertools.count(1)


def make_seller(member: Member, *, rates: tuple[str, ...] = ("DE", "GB", "SG"), **columns: Any) -> Seller:
    """Add a seller (flushed) whom money reaches, and who ships to ``rates`` for 5.00 and 1.00 for each further piece."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "kind": "private",
        "country": "DE",
        "currency": "EUR",
        "account_key": f"account-{number}",
        "account": f"acct_{number}",
        "state": "active",
        "since": clock.now(),
    }
    seller = _added(Seller(member_id=member.id, **defaults | columns))
    for country in rates:
        shipping = {"first_minor": 500, "more_minor": 100, "days_from": 2, "days_to": 5}
        _added(Rate(seller_id=seller.id, country=country, **shipping))
    return seller


def make_listing(seller: Seller, item: Item | None = None, **columns: Any) -> Listing:
    """Add a listing (flushed): one piece for 40.00, shown."""
    number, now = next(_numbers), clock.now()
    defaults: dict[str, Any] = {
        "item_id": item and item.id,
        "form_key": f"listing-{number}",
        "mode": "sale",
        "state": "active",
        "title": f"A coat, number {number}",
        "category": "outerwear",
        "condition": "good",
        "price_minor": 4000,
        "currency": seller.currency,
        "search_text": f"a coat, number {number}",
        "made_at": now,
        "changed_at": now,
        "published_at": now,
    }
    return _added(Listing(seller_id=seller.id, **defaults | columns))


def make_order(buyer: Member, listing: Listing, state: str = "reserved", **columns: Any) -> Order:
    """Add an order (flushed) of one piece with both addresses; it takes the piece off the listing. A file is of now."""
    number, now = next(_numbers), clock.now()
    defaults: dict[str, Any] = {
        "ref": f"o{number:09d}",
        "form_key": f"order-{number}",
        "state_at": now,
        "currency": listing.currency,
        "items_minor": listing.price_minor,
        "shipping_minor": 500,
        "fee_minor": 200,
        "seller_fee_minor": 100,
        "made_at": now,
        "hold_until": now + timedelta(minutes=31),
    }
    order = _added(Order(buyer_id=buyer.id, seller_id=listing.seller_id, state=state, **defaults | columns))
    file = current_of(listing.id)
    line = {"title": listing.title, "quantity": 1, "price_minor": listing.price_minor, "file_id": file and file.id}
    _added(OrderLine(order_id=order.id, listing_id=listing.id, position=0, **line))
    for use in ("shipping", "billing"):
        address = {"name": "Mary Miller", "line1": "1 High Street", "city": "London", "country": "GB"}
        _added(OrderAddress(order_id=order.id, use=use, phone="+442071838750", given_at=now, **address))
    listing.remaining -= 1
    db.session.flush()
    return order


def dispute(order: Order, state: Any, amount: int | None = None, *, name: str = "du_1") -> Dispute:
    """Hear of what the bank of an order's buyer does; of all that was paid, if no amount is named. Committed."""
    wants = order.total.amount_minor if amount is None else amount
    due_at = clock.now() + timedelta(days=9) if state in ("inquiry", "open") else None
    disputes.heard(order.id, ports.Dispute(name, "pi_1", state, wants, order.currency, due_at), clock.now())
    db.session.commit()
    return db.session.scalars(sa.select(Dispute).where(Dispute.outside == name)).one()


def _added(row: Any) -> Any:
    db.session.add(row)
    db.session.flush()
    return row
