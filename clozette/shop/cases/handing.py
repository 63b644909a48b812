"""What a buyer's bank gets to know of a sale, by the payment service and through the one door."""

import hashlib
from datetime import datetime

from clozette.accounts.models import Member
from clozette.kernel.ports.release import Release
from clozette.media import services as media
from clozette.media.models import Photo
from clozette.privacy import disclosures
from clozette.privacy.disclosures import Agreement
from clozette.shop.orders import handing
from clozette.shop.orders.couriers import COURIERS
from clozette.shop.orders.models import Order
from clozette.shop.payments import recipient

EMAIL, CARRIER, TRACKING, SENT = (
    "accounts_members.email",
    "shop_orders.carrier",
    "shop_orders.tracking",
    "shop_orders.shipped_at",
)
ADDRESS = tuple(f"shop_addresses.{name}" for name in handing.ADDRESS)
OF_BUYER = ("shop_proofs.words", "shop_order_lines.title", EMAIL)
OF_PARCEL = (*ADDRESS, CARRIER, TRACKING, SENT)
OF_SELLER = ("shop_case_entries.words", "shop_case_photos.photo_id")


def to_bank(order: Order, buyer: Member, words: str, staff: Member, now: datetime) -> Release:
    """Let the bank know what was sold and where it went.

    :raises BeingErased: if the buyer's erasure has begun.
    """
    known: dict[str, object] = {
        "shop_proofs.words": words,
        "shop_order_lines.title": ", ".join(line.title for line in order.lines),
        EMAIL: buyer.email,
    }
    fields: tuple[str, ...] = OF_BUYER
    if order.shipped_at is not None and (to := handing.address_of(order)) is not None:
        courier = COURIERS.get(order.carrier or "")
        known |= {name: getattr(to, name.partition(".")[2]) for name in ADDRESS}
        known |= {CARRIER: courier.name if courier else "", TRACKING: order.tracking or ""}
        known |= {SENT: order.shipped_at.date().isoformat()}
        fields = (*OF_BUYER, *OF_PARCEL)
    return _handed(order, buyer, known, fields, staff, now)


def of_seller(order: Order, member: Member, words: str, photo: Photo | None, staff: Member, now: datetime) -> Release:
    """Let the bank know what the seller said and showed.

    :raises BeingErased: if the seller's erasure has begun.
    """
    shown = hashlib.sha256(media.original_of(photo)).hexdigest() if photo is not None else None
    known: dict[str, object] = dict(zip(OF_SELLER, (words, shown), strict=True))
    return _handed(order, member, known, OF_SELLER if shown else OF_SELLER[:1], staff, now)


def _handed(
    order: Order, person: Member, known: dict[str, object], fields: tuple[str, ...], staff: Member, now: datetime
) -> Release:
    agreement = Agreement(
        purpose="dispute",
        trigger="order",
        object_id=order.id,
        basis="contract",
        duty="the buyer's bank asked the money back, and decides by what it is told",
        means="api",
        retention=recipient.RETENTION,
        contract=recipient.CONTRACT,
    )
    return disclosures.disclose(
        recipient=recipient.recipient(now),
        agreement=agreement,
        people={person.subject_id: known},
        fields=fields,
        now=now,
        actor_id=staff.subject_id,
    )
