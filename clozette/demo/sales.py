"""Sales of the demo, from the cart to however far each came."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.demo.paying import Counter
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from clozette.shop.buying import holds
from clozette.shop.buying import services as buying
from clozette.shop.buying.schemas import CheckoutIn
from clozette.shop.carts import queries as carts
from clozette.shop.carts import services as cart
from clozette.shop.cases import services as cases
from clozette.shop.cases.moves import Said
from clozette.shop.ledger import queries as ledger
from clozette.shop.listings.models import Listing
from clozette.shop.orders import deeds
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order, OrderLine
from clozette.shop.payments import payouts, refunds
from clozette.shop.payments import services as payments
from clozette.shop.payments.models import Payment, Refund
from clozette.shop.reviews import services as reviews
from clozette.shop.sellers import queries as sellers

BOUGHT = (
    ("complete", 40), ("refunded", 28), ("expired", 20), ("called_off", 15), ("contested", 9), ("received", 8),
    ("shipped", 4), ("paid", 1),
)  # fmt: skip
SOLD = (("complete", 35), ("received", 9), ("shipped", 5), ("paid", 2))
OTHERS = (
    ("complete", 80), ("complete", 72), ("complete", 63), ("complete", 55), ("refunded", 47), ("complete", 44),
    ("complete", 36), ("complete", 30), ("complete", 25), ("called_off", 21), ("received", 10), ("shipped", 6),
    ("paid", 3), ("paid", 1),
)  # fmt: skip
"""How far orders came, and how many days ago they were made."""
_STREETS = ("4 Needle Row", "17 Bobbin Street", "2 Loom Square", "31 Thimble Lane")
_COURIERS = ("dhl", "royalmail", "singpost", "ups")
_SAID = (
    "Lovely, though it creases more than I thought.",
    "Even better than in the pictures. Wrapped with care, in paper that I kept.",
    "Exactly as described, and here in four days.",
    "It fits as if it had been made for me.",
)
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sale:
    """Somebody buys something at a moment; ``end`` says how far it comes."""

    listing_id: int
    member_id: int
    buyer: Member
    at: datetime
    end: str


def tell(sale: Sale, counter: Counter) -> None:
    """Go with a sale to its end; of what came on the market too late for it, nothing happens."""
    listing = db.session.get_one(Listing, sale.listing_id)
    at = max(sale.at, (listing.published_at or sale.at) + timedelta(hours=5))
    with clock.frozen(at):
        order = _ordered(sale.buyer, listing, at)
        payment = db.session.scalars(sa.select(Payment).where(Payment.order_id == order.id)).one()
        payments.open_page(payment.id, at)
    if sale.end == "expired":
        with clock.frozen(at + timedelta(minutes=32)):
            holds.end(order.id, "expired", "unpaid", clock.now())
        return
    with clock.frozen(at + timedelta(minutes=3)):
        assert payment.session is not None
        payments.take_over(counter.pay(payment.session), clock.now())
        deeds.introduce(order, clock.now())
    _after(sale, order, at)


def pay_out(member: Member, now: datetime) -> None:
    """Send what a seller may have to their bank."""
    seller = sellers.seller_of(member.id)
    available = ledger.balance(seller.id).available if seller is not None else 0
    if seller is not None and available:
        with clock.frozen(now):
            made = payouts.pay_out(seller, available, key=f"payout-{seller.id}-0", now=now)
            payouts.send(made.id, now)


def _ordered(buyer: Member, listing: Listing, now: datetime) -> Order:
    viewer = Viewer(member_id=buyer.id, subject_id=buyer.subject_id, handle=buyer.handle, is_confirmed=True)
    cart.put_back(buyer.id, {listing.id: 1}, now=now)
    parcel = carts.parcel_of(viewer, listing.seller_id, buyer.country, now=now)
    assert parcel is not None and parcel.all_in is not None
    asked = {
        "seller": ids.encode(listing.seller_id),
        "form_key": f"demo-{listing.id}",
        "total": str(parcel.all_in.total.amount_minor),
        "phone": "+65 8123 4567",
        "billing": "same",
        **_address(buyer),
    }
    return buying.check_out(viewer, CheckoutIn().load(asked), None, now=now)


def _address(buyer: Member) -> dict[str, str]:
    street = _STREETS[buyer.id % len(_STREETS)]
    where = {"line1": street, "line2": "", "postcode": "10115", "city": "Needlewick", "country": buyer.country}
    return {f"shipping_{name}": value for name, value in ({"name": buyer.display_name} | where).items()}


def _after(sale: Sale, order: Order, at: datetime) -> None:
    """Send it, let it arrive, let the days pass in which the buyer may complain: as far as it comes."""
    if sale.end == "called_off":
        with clock.frozen(at + _A_DAY):
            deeds.cancel(order, because="seller", now=clock.now())
            _send_back(order)
    if sale.end in ("paid", "called_off"):
        return
    with clock.frozen(at + 2 * _A_DAY):
        courier = _COURIERS[order.id % len(_COURIERS)]
        deeds.ship(order, courier=courier, tracking=f"CZ{order.id % 10**9:09d}", shares=["tags"], now=clock.now())
    if sale.end == "shipped":
        return
    with clock.frozen(at + 6 * _A_DAY):
        orders.receive(order, clock.now())
    if sale.end == "contested":
        _complain(sale, order, at + 7 * _A_DAY)
    if sale.end == "refunded":
        with clock.frozen(at + 7 * _A_DAY):
            (line,) = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id))
            deeds.give_back(order, {str(line.id): line.price_minor // 4}, key="demo", now=clock.now())
            _send_back(order)
    if sale.end in ("complete", "refunded"):
        with clock.frozen(at + 14 * _A_DAY):
            orders.complete(order, clock.now())
        _review(order, at + 8 * _A_DAY)


def _send_back(order: Order) -> None:
    """Let the service hear of it on that day: what it would hear much later has to be asked for anew."""
    mine = sa.select(Refund.id).join(Payment, Payment.id == Refund.payment_id).where(Payment.order_id == order.id)
    for refund_id in db.session.scalars(mine).all():
        refunds.send(refund_id, clock.now())


def _complain(sale: Sale, order: Order, at: datetime) -> None:
    """Let the buyer complain, and the seller answer: now the staff decide."""
    seller = sellers.seller_of(sale.member_id)
    assert seller is not None and seller.member_id is not None
    with clock.frozen(at):
        (line,) = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id))
        said = Said("The seam under the arm is open, which neither photos nor words say.")
        asked = {str(line.id): line.price_minor // 2}
        case = cases.open_case(order, "not_as_described", asked, said, by=sale.buyer, now=at)
    with clock.frozen(at + _A_DAY):
        by = db.session.get_one(Member, seller.member_id)
        cases.answer(case, Said("It was whole when I packed it."), by=by, now=clock.now())


def _review(order: Order, at: datetime) -> None:
    """Let both say how it was; now and then a seller keeps silent, and the buyer's word is shown after two weeks."""
    number = order.id % len(_SAID)
    with clock.frozen(at):
        stars = 5 if number else 4
        reviews.write(order, "buyer", stars=stars, as_described=True, words=_SAID[number], now=at)
    with clock.frozen(at + _A_DAY):
        if number % 3:
            reviews.write(
                order, "seller", stars=5, as_described=None, words="Kind, and quick to answer.", now=clock.now()
            )
