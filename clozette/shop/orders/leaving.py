"""A seller who is erased: what was not sent is paid back, and what they are still owed is paid out before we forget where to."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders import deeds, queries
from clozette.shop.orders.models import HELD, Order
from clozette.shop.payments import payouts, takebacks
from clozette.shop.payments.models import Payout
from clozette.shop.sellers.models import Seller

AGAIN_AFTER = timedelta(days=1)
"""So long after a bank sent a payout back the next one is tried."""
_UNDER_WAY = (*HELD, "paid", "shipped", "received")
_NOTHING_OF_A_TRADER = {"legal_name": "", "address": "", "contact": "", "tax_number": "", "tax_bp": 0}


def leave(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: call off what they sold and didn't send; a trader's particulars go with their kind.

    What a bank asks about is called off once the bank has said whose the money is (``settle``).
    """
    mine = sa.select(Seller).join(Member, Member.id == Seller.member_id).where(Member.subject_id == subject_id)
    seller = db.session.scalar(mine)
    if seller is None:
        return
    while (order_id := _unsent(seller.id)) is not None:
        _call_off(order_id, clock.now())
        yield 1
    db.session.execute(sa.update(Seller).where(Seller.id == seller.id).values(kind="private", **_NOTHING_OF_A_TRADER))


def departed() -> Sequence[int]:
    """Return the sellers who are gone and whose account with the payment service is still known."""
    gone = sa.select(Seller.id).where(Seller.member_id.is_(None), Seller.account.is_not(None))
    return db.session.scalars(gone.order_by(Seller.id)).all()


def settle(seller_id: int, now: datetime) -> None:
    """Pay out what is available to a seller who is gone; forget their account once nothing can come any more."""
    while (order_id := _unsent(seller_id)) is not None:
        _call_off(order_id, now)
    held = sa.select(Seller).where(Seller.id == seller_id).with_for_update()
    seller = db.session.scalars(held.execution_options(populate_existing=True)).one()
    last = db.session.scalar(sa.select(Payout).where(Payout.seller_id == seller.id).order_by(Payout.id.desc()).limit(1))
    if last is not None and (last.state in ("asked", "sent") or _just_failed(last, now)):
        return
    if available := payouts.most(seller, now):
        number = db.session.scalar(sa.select(sa.func.count()).where(Payout.seller_id == seller.id))
        payouts.pay_out(seller, available, key=f"payout-{seller.id}-{number}", now=now)
    elif not ledger.balance(seller.id).held and not _under_way(seller.id) and not takebacks.asked_about(seller.id):
        seller.account, seller.state = None, "stopped"


def _just_failed(payout: Payout, now: datetime) -> bool:
    return payout.state == "failed" and (payout.done_at or payout.asked_at) > now - AGAIN_AFTER


def _unsent(seller_id: int) -> int | None:
    paid = Order.seller_id == seller_id, Order.state == "paid", Order.contested_at.is_(None)
    return db.session.scalar(sa.select(Order.id).where(*paid).order_by(Order.id).limit(1))


def _call_off(order_id: int, now: datetime) -> None:
    order = queries.whole(order_id, lock=True)
    if order is not None and order.state == "paid" and order.contested_at is None:  # or it changed just now
        deeds.cancel(order, because="gone", now=now)


def _under_way(seller_id: int) -> bool:
    going = sa.exists().where(Order.seller_id == seller_id, Order.state.in_(_UNDER_WAY))
    return bool(db.session.scalar(sa.select(going)))
