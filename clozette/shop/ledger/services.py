"""Verbs of the ledger. A deed is booked once, whoever tells of it again; an account never gives what it hasn't got."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused
from clozette.shop.ledger import queries, rules
from clozette.shop.ledger.models import Balance, Move
from clozette.shop.ledger.rules import Entry
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Dispute, Payment, Payout, Refund


@dataclass(frozen=True, slots=True)
class Book:
    """Whose money it is, for which order, and in which currency."""

    seller_id: int
    order_id: int | None
    currency: str


def book(book_: Book, deed: str, deed_id: int, entries: Sequence[Entry], now: datetime, *, first: int = 0) -> bool:
    """Write down the moves of a deed, and change what is in the accounts; say whether it was not booked before.

    :param first: the number of its first move, for a deed that may happen again.
    :raises Refused: ``no_money`` if an account has less; then nothing of the deed may stay.
    """
    for part, entry in enumerate(entries, first):
        if not _written(book_, deed, deed_id, part, entry, now):
            return False  # the first one tells: the moves of a deed are written together or not at all
    for account, change in rules.changes(entries):
        _change(book_, account, change)
    return bool(entries)


def book_paid(order_id: int, now: datetime) -> None:
    """Book that the money of an order is there."""
    order = _order(order_id)
    entries = rules.paid(order.items_minor + order.shipping_minor, order.fee_minor, order.seller_fee_minor)
    book(_book_of(order), "paid", order_id, entries, now)


def book_complete(order_id: int, now: datetime) -> None:
    """Let the seller have what is held for an order."""
    held = queries.of_order(order_id).get("held", 0)
    book(_book_of(_order(order_id)), "complete", order_id, rules.completed(held), now)


def book_refund(refund_id: int, now: datetime) -> None:
    """Take a refund from whoever has the money."""
    refund, order = _refund(refund_id)
    whose = "available" if order.completed_at else "held"
    entries = rules.refunded(refund.amount_minor, refund.parts.get("fee", 0), refund.house_minor, whose=whose)
    book(_book_of(order), "refund", refund_id, entries, now)


def book_refund_failed(refund_id: int, now: datetime) -> None:
    """Owe the buyer what did not arrive; the seller never gets it back, whose part of it is settled."""
    refund, order = _refund(refund_id)
    book(_book_of(order), "refund_failed", refund_id, rules.owed(refund.amount_minor), now, first=refund.tries)


def book_refund_again(refund_id: int, now: datetime) -> None:
    """Take what the buyer is owed out of the house, for another try or by other means; what a bank took is not owed."""
    refund, order = _refund(refund_id)
    entries = rules.undone(rules.owed(min(refund.amount_minor, queries.of_order(order.id).get("owed", 0))))
    book(_book_of(order), "refund_again", refund_id, entries, now, first=refund.tries)


def book_dispute(dispute_id: int, now: datetime) -> int:
    """Take what a buyer's bank wants back from whoever has it; return what nobody has any more.

    What was taken already for this claim counts, so that it may be booked again when the bank has decided; what it does
    not keep goes back.
    """
    dispute = db.session.get_one(Dispute, dispute_id)
    order = _order(dispute.order_id)
    moved, free, taken = queries.of_order(order.id), _available(order), _moves("dispute", dispute_id)
    sources = {
        "owed": moved.get("owed", 0),
        "held": moved.get("held", 0),
        "available": min(moved.get("available", 0), free),
    }
    wanted = dispute.amount_minor - rules.lost(taken)
    if wanted < 0:
        book(_book_of(order), "dispute", dispute_id, rules.returned(-wanted, taken), now, first=len(taken))
        return 0
    entries = rules.disputed(wanted, **sources, fees=moved.get("fees", 0))
    book(_book_of(order), "dispute", dispute_id, entries, now, first=len(taken))
    return wanted - sum(one.amount for one in entries)


def book_dispute_won(dispute_id: int, now: datetime) -> None:
    """Put back what a claim took, as the bank decided for us."""
    order = _order(db.session.get_one(Dispute, dispute_id).order_id)
    book(_book_of(order), "dispute_won", dispute_id, rules.undone(_moves("dispute", dispute_id)), now)


def book_taken_back(take_back_id: int, order_id: int, amount: int, now: datetime) -> None:
    """Take from what is available what a seller owes, as a bank took it when they had been paid out."""
    entries = rules.disputed(amount, available=amount)
    book(_book_of(_order(order_id)), "taken_back", take_back_id, entries, now)


def taken_from_seller(dispute_id: int) -> int:
    """Return what a claim took out of the seller's accounts here."""
    moved = rules.totals(_moves("dispute", dispute_id))
    return -sum(moved.get(account, 0) for account in ("held", "available"))


def book_payout(payout_id: int, now: datetime) -> None:
    """Take a payout from what is available."""
    payout = db.session.get_one(Payout, payout_id)
    book(_book_of_payout(payout), "payout", payout_id, rules.paid_out(payout.amount_minor), now)


def book_payout_failed(payout_id: int, now: datetime) -> None:
    """Put back what the bank sent back."""
    payout = db.session.get_one(Payout, payout_id)
    entries = rules.undone(rules.paid_out(payout.amount_minor))
    book(_book_of_payout(payout), "payout_failed", payout_id, entries, now)


def _moves(deed: str, deed_id: int) -> list[Entry]:
    """Return the moves of a deed."""
    made = sa.select(Move).where(Move.deed == deed, Move.deed_id == deed_id).order_by(Move.part)
    return [Entry(one.from_account, one.to_account, one.amount_minor) for one in db.session.scalars(made)]


def _refund(refund_id: int) -> tuple[Refund, Order]:
    refund = db.session.get_one(Refund, refund_id)
    order_id = db.session.scalars(sa.select(Payment.order_id).where(Payment.id == refund.payment_id)).one()
    return refund, _order(order_id)


def _available(order: Order) -> int:
    """Return what a seller could be paid out now, and can't until this transaction ends."""
    theirs = sa.select(Balance.amount_minor).filter_by(
        seller_id=order.seller_id, account="available", currency=order.currency
    )
    return db.session.scalar(theirs.with_for_update()) or 0


def _order(order_id: int) -> Order:
    """Return an order as it is now, and stays until this transaction ends."""
    held = sa.select(Order).where(Order.id == order_id).with_for_update()
    return db.session.scalars(held.execution_options(populate_existing=True)).one()


def _book_of(order: Order) -> Book:
    return Book(order.seller_id, order.id, order.currency)


def _book_of_payout(payout: Payout) -> Book:
    return Book(payout.seller_id, None, payout.currency)


def _written(book_: Book, deed: str, deed_id: int, part: int, entry: Entry, now: datetime) -> bool:
    return insert_once(
        Move,
        id=new_id(),
        seller_id=book_.seller_id,
        order_id=book_.order_id,
        deed=deed,
        deed_id=deed_id,
        part=part,
        from_account=entry.source,
        to_account=entry.target,
        amount_minor=entry.amount,
        currency=book_.currency,
        at=now,
    )


def _change(book_: Book, account: str, change: int) -> None:
    """Change a balance by one statement that holds only if enough is there."""
    row = {"seller_id": book_.seller_id, "account": account, "currency": book_.currency}
    if change > 0:
        insert_once(Balance, **row, amount_minor=0)
    there = sa.update(Balance).filter_by(**row).where(Balance.amount_minor + change >= 0)
    there = there.values(amount_minor=Balance.amount_minor + change)
    done: Any = db.session.execute(there, execution_options={"synchronize_session": False})
    if not done.rowcount:
        raise Refused(rules.no_money())
