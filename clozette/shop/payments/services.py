"""Verbs of payments. Whether a payment is paid only the service's own word decides; each change is one conditional statement."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy import orm

from clozette.accounts.access import is_present
from clozette.accounts.models import Member
from clozette.kernel import database, events
from clozette.kernel.database import BigInt, db
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments
from clozette.kernel.ports.payments import Declined, Session, Terms
from clozette.kernel.ports.release import Release
from clozette.kernel.prepared import Insert, Prepared
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import Viewer
from clozette.privacy import disclosures, subjects
from clozette.privacy.models import Subject
from clozette.settings import Settings
from clozette.shop.ledger import services as ledger
from clozette.shop.listings import services as listings
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import HELD, Order, OrderLine
from clozette.shop.payments import recipient, refunds
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import OrderPaid
from clozette.shop.payments.models import Payment
from clozette.shop.sellers import regions
from clozette.shop.sellers.models import Seller

LATE = ("expired", "cancelled")
PAGE_STAYS = timedelta(minutes=31)
"""So long after the hold a page would close by itself: the service takes no less than half an hour from whenever it is asked,
and the same moment each time. We close it with the hold; this is for the day when no worker runs.
"""
COMES_WITHIN = timedelta(days=21)
"""So long money from a bank may take that the buyer has sent; after that it comes too late, as any that comes late."""
_BUYER = orm.aliased(Member)
_ASKED = Prepared(
    sa.select(
        *(Payment.id, Payment.state, Payment.url, Payment.key, Payment.asking, Payment.handover_id),
        *(Order.id.label("order_id"), Order.ref, Order.state.label("order_state"), Order.hold_until),
        *(Order.fee_minor, Order.seller_fee_minor, Seller.account, Seller.country),
        sa.case((sa.and_(Seller.state == "active", is_present()), 1), else_=0).label("there"),
        *(Subject.id.label("subject_id"), Subject.key.label("sealed_with")),
    )
    .join_from(Payment, Order, Order.id == Payment.order_id)
    .join(Seller, Seller.id == Order.seller_id)
    .outerjoin(Member, Member.id == Seller.member_id)
    .outerjoin(_BUYER, _BUYER.id == Order.buyer_id)
    .outerjoin(Subject, Subject.id == _BUYER.subject_id)
    .where(Payment.id == sa.bindparam("payment"))
)
"""All that is asked for with the page of a payment."""
_STANDING = Prepared(sa.select(Order.state).where(Order.id == sa.bindparam("order")).with_for_update())
_OPENED = Prepared(
    sa.update(Payment)
    .where(Payment.id == sa.bindparam("payment", type_=BigInt), Payment.state == "asked")
    .values(
        state="open",
        session=sa.bindparam("page", type_=sa.String),
        url=sa.bindparam("at", type_=sa.String),
        asking=sa.null(),
    )
    .returning(Payment.id)
)
_HELD = (
    sa.select(Order)
    .where(Order.id == sa.bindparam("order"))
    .with_for_update()
    .execution_options(populate_existing=True)
)
log = structlog.get_logger()


def ask(order: Order, buyer: Member | Viewer, now: datetime) -> int:
    """Write down that an order is to be paid, and what the payment service is told; nothing is said to it yet.

    Returns the id of the payment.

    :raises BeingErased: if the buyer's erasure has begun.
    """
    release = recipient.of_order(order, buyer, now)
    assert buyer.subject_id is not None
    payment_id = new_id()
    given = {
        "id": payment_id,
        "order_id": order.id,
        "key": f"order-{order.ref}-session-1",
        "handover_id": release.handover_id,
        "asking": subjects.seal_for(buyer.subject_id, {"payload": release.payload.decode()}),
        "state": "asked",
        "amount_minor": order.total.amount_minor,
        "currency": order.currency,
        "asked_at": now,
    }
    _ASK.run(database.connection(), given)
    return payment_id


_ASK = Insert(Payment)


def open_page(payment_id: int, now: datetime) -> str | None:
    """Return where an order is paid, asking the payment service for the page if nobody did; nothing if there is none to open.

    A view calls ``edge.begin_to_write`` before. No transaction is open while the service is asked, always with the stored
    key and the stored bytes: however often it is tried, one page comes of it.

    :raises Later: to be tried again; ``Declined`` if there will be none.
    """
    database.flush()
    (asked,) = _ASKED.rows(database.connection(), {"payment": payment_id})
    if asked.state == "open" and asked.order_state in HELD:
        return str(asked.url)
    if asked.state != "asked" or asked.order_state not in HELD or asked.hold_until <= now:
        return None
    if not asked.there:  # money would not reach the seller, or nobody is there to send anything
        raise Declined("seller")
    page = payments.payments().start(_slip(asked), _terms(asked), asked.key)
    return page.url if _opened(asked, page, now) else None


def close(payment_id: int, now: datetime) -> bool:
    """Close the page of an order whose hold is over or that is called off; whether it stays unpaid: then stock may go back.

    For a task: it lets go of the database while the service is asked. One that turns out to be paid is taken over instead;
    one whose money is on its way waits for it, some weeks at most.

    :raises Later: nobody knows yet; the order must wait.
    """
    payment = db.session.get_one(Payment, payment_id)
    unasked = sa.update(Payment).where(Payment.id == payment_id, Payment.state == "asked")
    if changed(unasked.values(state="expired", asking=None)):
        return True
    session, key = payment.session, f"{payment.key}-end"
    if payment.state != "open" or session is None:
        return payment.state != "paid"
    asked_at, gone_by = payment.asked_at, db.session.get_one(Order, payment.order_id).hold_until + PAGE_STAYS
    payments.save()
    try:
        page = payments.payments().expire(session, key)
    except Declined as no:
        if no.why != "missing" or now < gone_by:
            raise
        # The page is none of the account that is asked by now, and has closed by itself: nothing can come of it here.
        return changed(
            sa.update(Payment).where(Payment.id == payment_id, Payment.state == "open").values(state="expired")
        )
    if page.state == "unpaid" and now < asked_at + COMES_WITHIN:
        return False
    return not take_over(page, now)


def take_over(page: Session, now: datetime) -> bool:
    """Take over what the service says of a page, whose we know by its id or by the order's reference; whether it is paid."""
    payment = _of_page(page)
    if payment is None:
        return False
    if page.state == "paid":
        paid(payment, page, now)
    elif page.state == "expired":
        _end(payment, now)
    return page.state == "paid"


def give_up(page: Session, now: datetime) -> None:
    """Take over that the money of a page, which was on its way from the buyer's bank, won't come."""
    payment = _of_page(page)
    if payment is not None and page.state != "paid":
        _end(payment, now)


def fits(payment: Payment, page: Session) -> bool:
    """Whether a page is about this payment: the amount is ours, and no other page was opened for it."""
    amounts = (page.amount_minor, page.currency) == (payment.amount_minor, payment.currency)
    return amounts and payment.session in (None, page.id)


def paid(payment: Payment, page: Session, now: datetime) -> None:
    """Take over that the service has the money of an order: once, however often and in whatever order it is heard of."""
    assert page.intent is not None
    payment_id, order = payment.id, hold(payment.order_id)
    unpaid = sa.update(Payment).where(Payment.id == payment_id, Payment.state != "paid")
    known = {"session": page.id, "intent": page.intent, "charge": page.charge}
    if not changed(unpaid.values(state="paid", paid_at=now, asking=None, url=None, **known)):
        return
    ledger.book_paid(order.id, now)
    if order.state in HELD or (order.state in LATE and order.ended_because != "buyer" and _had_again(order)):
        orders.move(order, "paid", now, paid_at=now, ended_because=None)
        if order.swap_id is None:  # what a swap holds is only gone once all have paid
            listings.sold(lines_of(order.id))
        events.publish(OrderPaid(order.id))
    elif order.state in LATE:
        orders.move(order, "refunded", now, paid_at=now, ended_because="late")
        refunds.refund_all(order, because="late", key=f"late-{order.id}", now=now)


def hold(order_id: int) -> Order:
    """Return an order as it is now, and stays until this transaction ends: whoever changes its money takes it first."""
    return db.session.scalars(_HELD, {"order": order_id}).one()


def lines_of(order_id: int) -> dict[int, int]:
    """Return how many pieces of which listings an order is for."""
    mine = sa.select(OrderLine.listing_id, OrderLine.quantity).where(OrderLine.order_id == order_id)
    return {row.listing_id: row.quantity for row in db.session.execute(mine)}


def of_page(page: Session) -> Payment | None:
    """Return the payment that a page says it is about: the one that it was opened for, or that of the order."""
    payment = db.session.scalar(sa.select(Payment).where(Payment.session == page.id))
    if payment is not None:
        return payment
    return db.session.scalar(sa.select(Payment).join(Order, Order.id == Payment.order_id).where(Order.ref == page.ref))


def _of_page(page: Session) -> Payment | None:
    """Return the payment that a page is about; nothing, and the log says so, if it is none of ours."""
    payment = of_page(page)
    if payment is None or not fits(payment, page):
        log.error("page_not_ours", session=page.id)
        return None
    return payment


def _had_again(order: Order) -> bool:
    """Take the pieces of an order whose hold had ended, if they are still there; no swap comes to life again by one leg."""
    if order.swap_id is not None:
        return False
    try:
        listings.reserve(lines_of(order.id))
    except Refused:
        return False
    return True


def _end(payment: Payment, now: datetime) -> None:
    """Note that a page closed unpaid; if its order still held anything, that goes back, by the one who ended the hold."""
    payment_id, order = payment.id, hold(payment.order_id)
    unpaid = sa.update(Payment).where(Payment.id == payment_id, Payment.state.in_(("asked", "open")))
    changed(unpaid.values(state="expired", asking=None, url=None))
    if order.state in HELD:
        orders.move(order, "expired", now, ended_because="unpaid")
        listings.give_back(lines_of(order.id))


def _opened(asked: Any, page: Session, now: datetime) -> bool:
    """Keep the page that was opened; one that came too late for the order stays unused, and closes by itself."""
    connection = database.connection()
    (order,) = _STANDING.rows(connection, {"order": asked.order_id})
    if order.state not in HELD:
        return False
    if _OPENED.rows(connection, {"payment": asked.id, "page": page.id, "at": page.url}):
        orders.lead_to_pay(asked.order_id, now)
        database.forget()
        return True
    # Somebody else was quicker: by the same page, or by its end.
    payment = db.session.get_one(Payment, asked.id, populate_existing=True)
    return payment.state == "open" and payment.session == page.id


def _slip(asked: Any) -> Release:
    """Make the slip again from the sealed bytes."""
    payload: str = subjects.unseal_with(asked.sealed_with, asked.subject_id, asked.asking)["payload"]
    return disclosures.again(asked.handover_id, payload.encode())


def _terms(asked: Any) -> Terms:
    settings: Settings = current_app.extensions["clozette.settings"]
    return Terms(
        account=asked.account,
        fee_minor=asked.fee_minor + asked.seller_fee_minor,
        title=f"Clozette {asked.ref}",
        paid_url=f"{settings.base_url}/checkout/return?order={asked.ref}",
        left_url=f"{settings.base_url}/checkout/cancel/{asked.ref}",
        expires_at=asked.hold_until + PAGE_STAYS,
        abroad=regions.is_abroad(settings.stripe_home, asked.country),
    )
