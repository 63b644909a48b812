"""What sellers' accounts with the payment service must have, by our books."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.ledger.models import Balance, Move
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Dispute, Payment, Payout, Refund, TakeBack
from clozette.shop.sellers.models import Seller

_THEIRS = ("held", "available")


def moved(since: datetime) -> Sequence[tuple[int, str, str]]:
    """Return seller, account and currency of all whose money moved since."""
    rows = sa.select(Move.seller_id, Seller.account, Move.currency).join(Seller, Seller.id == Move.seller_id)
    rows = rows.where(Move.at >= since, Seller.account.is_not(None)).distinct()
    return [(row[0], str(row[1]), row[2]) for row in db.session.execute(rows)]


def expected(seller_id: int, currency: str) -> int:
    """Return what a seller's account must have: what is theirs, what was not taken from it yet, and what nobody takes from it."""
    mine = {"seller_id": seller_id, "currency": currency}
    theirs = sa.select(sa.func.sum(Balance.amount_minor)).filter_by(**mine).where(Balance.account.in_(_THEIRS))
    unsent = sa.select(sa.func.sum(Payout.amount_minor)).filter_by(**mine).where(Payout.state == "asked")
    # A bank takes what it takes from the house; the house takes it back from the account.
    lost = sa.case((Move.to_account == "lost", Move.amount_minor), else_=-Move.amount_minor)
    ways = sa.or_(
        sa.and_(Move.from_account.in_(_THEIRS), Move.to_account == "lost"),
        sa.and_(Move.to_account.in_(_THEIRS), Move.from_account == "lost"),
    )
    taken = sa.select(sa.func.sum(lost)).filter_by(**mine).where(ways)
    every = (theirs, unsent, taken, _refunds(seller_id, currency))
    return sum(db.session.scalar(one) or 0 for one in every) - _taken_back(seller_id, currency)


def is_moving(seller_id: int, since: datetime) -> bool:
    """Whether somebody may be paying a seller, or something of theirs moved just now."""
    open_page = sa.exists().where(Payment.order_id == Order.id, Order.seller_id == seller_id, Payment.state == "open")
    moves = sa.exists().where(Move.seller_id == seller_id, Move.at > since)
    taken = sa.exists().where(
        TakeBack.dispute_id == Dispute.id,
        Dispute.order_id == Order.id,
        Order.seller_id == seller_id,
        sa.or_(TakeBack.asked_at > since, TakeBack.done_at > since),
    )
    return bool(db.session.scalar(sa.select(sa.or_(open_page, moves, taken))))


def _taken_back(seller_id: int, currency: str) -> int:
    done = sa.select(sa.func.sum(TakeBack.amount_minor)).join(Dispute, Dispute.id == TakeBack.dispute_id)
    done = done.join(Order, Order.id == Dispute.order_id).where(TakeBack.state == "done")
    return db.session.scalar(done.where(Order.seller_id == seller_id, Order.currency == currency)) or 0


def _refunds(seller_id: int, currency: str) -> Any:
    """Refunds leave the seller's account when the service takes them, the house's part comes when it is sent."""
    not_taken = (Refund.reversed_at.is_(None), Refund.amount_minor - Refund.house_minor)
    without_fee = (sa.and_(Refund.reversed_at.is_not(None), Refund.fee_sent_at.is_(None)), -Refund.house_minor)
    rows = sa.select(sa.func.sum(sa.case(not_taken, without_fee, else_=0))).join(
        Payment, Payment.id == Refund.payment_id
    )
    return rows.join(Order, Order.id == Payment.order_id).where(
        Order.seller_id == seller_id, Order.currency == currency
    )
