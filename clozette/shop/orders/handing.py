"""Who gets to know whom because of an order, through the one door: the seller, who carries the parcel, and the buyer (72).

The seller sees where the order goes from the hand-over on, and no more ninety days after it has ended. Nothing of a
payload is kept: the pages read the rows themselves.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.ports.couriers import Download
from clozette.kernel.ports.release import Release
from clozette.privacy import disclosures
from clozette.privacy.disclosures import Agreement
from clozette.privacy.disclosures.models import Recipient
from clozette.privacy.disclosures.recipients import Party
from clozette.shop.orders.couriers import Courier
from clozette.shop.orders.models import Order, OrderAddress
from clozette.shop.sellers.models import Seller

ADDRESS = ("name", "line1", "line2", "postcode", "city", "country")
_ADDRESS = tuple(f"shop_addresses.{name}" for name in ADDRESS)
_NAMES = ("accounts_members.display_name", "accounts_members.handle")
NAMED = ("shop_orders.ref", *_NAMES)
TO_SELLER = (*NAMED, *_ADDRESS)
TO_COURIER = (*_ADDRESS, "shop_addresses.phone")
OF_TRADER = ("shop_sellers.legal_name", "shop_sellers.address", "shop_sellers.contact")
SEEN_FOR = timedelta(days=90)
_OPEN = ("paid", "shipped", "received")
_ENDED = ("complete", "returned")


def to_seller(order: Order, buyer: Member, seller: Seller, now: datetime) -> None:
    """Let the seller know where an order goes, and the buyer whom it is bought from; ``order`` is locked and paid.

    :raises BeingErased: if the erasure of one of them has begun.
    """
    member = _member_of(seller)
    known: dict[str, object] = {"shop_orders.ref": order.ref, **_named(buyer)}
    told: tuple[str, ...] = NAMED
    if not order.digital:
        known, told = {**known, **_address(order, _ADDRESS)}, TO_SELLER
    to = _seller(seller, member, now)
    release = _handed(
        to, _agreed("fetching" if order.digital else "delivery", order), {buyer.subject_id: known}, told, now
    )
    order.seller_handover_id = release.handover_id
    of_seller = {"shop_orders.ref": order.ref, **_named(member)}
    fields: tuple[str, ...] = NAMED
    if seller.kind == "trader":
        fields = (*NAMED, *OF_TRADER)
        of_seller |= {name: getattr(seller, name.partition(".")[2]) for name in OF_TRADER}
    to = _person(buyer, buyer.country, now)
    _handed(to, _agreed("sale", order, "you sold it"), {member.subject_id: of_seller}, fields, now)
    db.session.flush()


def to_courier(order: Order, buyer: Member, courier: Courier, now: datetime) -> None:
    """Let whoever carries the parcel know where it goes.

    :raises BeingErased: if the buyer's erasure has begun.
    """
    particulars = {name: getattr(courier, name) for name in ("legal_name", "address", "country", "contact")}
    to = disclosures.recipient(**particulars, now=now)
    known = {buyer.subject_id: _address(order, TO_COURIER)}
    release = _handed(to, _agreed("parcel", order, "your order, which is carried there"), known, TO_COURIER, now)
    order.courier_handover_id = release.handover_id
    db.session.flush()


def to_returner(order: Order, buyer: Member, member: Member, words: str, now: datetime) -> None:
    """Let the buyer know where things are sent back to, in the seller's words.

    :raises BeingErased: if the erasure of one of them has begun.
    """
    told = {"shop_case_entries.words": words}
    to, agreement = _person(buyer, buyer.country, now), _agreed("return", order, "what you sold, which is sent back")
    _handed(to, agreement, {member.subject_id: dict(told)}, tuple(told), now)


def is_seen(order: Order, now: datetime) -> bool:
    """Whether the seller sees where an order goes."""
    if order.seller_handover_id is None:
        return False
    return order.state in _OPEN or (order.state in _ENDED and now < order.state_at + SEEN_FOR)


def address_of(order: Order) -> OrderAddress | None:
    """Return where an order goes; what is digital goes nowhere, and of a person who is gone nobody learns it."""
    return db.session.get(OrderAddress, (order.id, "shipping"))


def member_behind(recipient: Recipient) -> Member | None:
    """Return the member who got something here as a private person, if they are still there."""
    return db.session.scalar(sa.select(Member).where(Member.subject_id == disclosures.subject_of(recipient)))


def _handed(
    to: Party, agreement: Agreement, people: dict[int, dict[str, object]], fields: tuple[str, ...], now: datetime
) -> Release:
    """Log it, and let it go: it is shown from now on."""
    release = disclosures.disclose(recipient=to, agreement=agreement, people=people, fields=fields, now=now)
    Download().carry(release)
    return release


def _agreed(purpose: str, order: Order, duty: str = "your order, which is sent from there") -> Agreement:
    return Agreement(
        purpose=purpose,
        trigger="order",
        object_id=order.id,
        basis="contract",
        duty=duty,
        retention="until the parcel has arrived and nobody may complain any more",
    )


def _named(member: Member) -> dict[str, object]:
    return {"accounts_members.display_name": member.display_name, "accounts_members.handle": member.handle}


def _address(order: Order, fields: tuple[str, ...]) -> dict[str, object]:
    row = db.session.get_one(OrderAddress, (order.id, "shipping"))
    return {name: getattr(row, name.partition(".")[2]) for name in fields}


def _member_of(seller: Seller) -> Member:
    return db.session.get_one(Member, seller.member_id)


def _seller(seller: Seller, member: Member, now: datetime) -> Party:
    """A trader by the particulars that the law asks of them; a private person by their name and page here."""
    if seller.kind == "private":
        return _person(member, seller.country, now)
    particulars = {"legal_name": seller.legal_name, "address": seller.address, "contact": seller.contact}
    return disclosures.recipient(**particulars, country=seller.country, now=now)


def _person(member: Member, country: str, now: datetime) -> Party:
    return disclosures.person(subject_id=member.subject_id, country=country, now=now)
