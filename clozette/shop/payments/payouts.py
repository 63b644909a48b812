"""Money of sellers on its way to their banks: decided here, sent by a task, there when the payment service says so."""

from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined
from clozette.shop import amounts
from clozette.shop.ledger import queries as books
from clozette.shop.ledger import services as ledger
from clozette.shop.payments import takebacks
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import PayoutAsked, PayoutMoved
from clozette.shop.payments.models import Payout
from clozette.shop.payments.refunds import CLOCKS_DIFFER, KEY_HOLDS, named_by
from clozette.shop.sellers.models import Seller

log = structlog.get_logger()
STATES = {"sent": "sent", "done": "paid", "failed": "failed"}
"""What we call what the service says."""


def pay_out(seller: Seller, amount_minor: int, *, key: str, now: datetime) -> Payout:
    """Decide to pay a seller out, in the seller's currency; the same key decides once.

    :raises Refused: ``no_money`` if less is available.
    """
    payout_id = new_id()
    values = {"amount_minor": amount_minor, "currency": seller.currency, "asked_at": now, "state": "asked"}
    if insert_once(Payout, id=payout_id, seller_id=seller.id, key=key, **values):
        ledger.book_payout(payout_id, now)
        events.publish(PayoutAsked(payout_id))
    return db.session.scalars(sa.select(Payout).where(Payout.key == key)).one()


def most(seller: Seller, now: datetime) -> int:
    """Return what a seller can be paid out now: what they owe is taken first, and what a bank asks about waits."""
    takebacks.net(seller.id, now)
    return amounts.payable(free(seller.id), seller.currency)


def free(seller_id: int) -> int:
    """Return what of a seller's money is available, and neither owed nor asked about by a bank."""
    waits = takebacks.owed_by(seller_id) + takebacks.asked_about(seller_id)
    return max(0, books.balance(seller_id).available - waits)


def send(payout_id: int, now: datetime) -> None:
    """Tell the payment service; for a task: it lets go of the database meanwhile.

    :raises Later: to be tried again.
    """
    row = db.session.get_one(Payout, payout_id)
    seller = db.session.get_one(Seller, row.seller_id)
    if row.state != "asked" or seller.account is None:
        return
    account, is_late, since = seller.account, row.asked_at < now - KEY_HOLDS, row.asked_at - CLOCKS_DIFFER
    asked, reference = (row.amount_minor, row.currency, row.key), ids.encode(payout_id)
    ports.save()
    there = ports.payments()
    try:
        answer = (
            next((one for one in there.payouts(account, since) if one.reference == reference), None)
            if is_late
            else there.payout(account, *asked, reference=reference)
        )
    except Declined as no:
        log.error("payout_declined", payout_id=payout_id, why=no.why)
        answer = None
    if answer is None:  # also one that never got there: its key may do it twice by now, so the seller asks anew
        _move(payout_id, "failed", None, now)
        return
    _move(payout_id, STATES[answer.state], answer.id, now)


def heard(answer: ports.Payout, now: datetime) -> bool:
    """Take over what the payment service says of a payout; whether it is one of ours."""
    ours = Payout.outside == answer.id
    if (named := named_by(answer.reference)) is not None:
        ours = sa.or_(ours, Payout.id == named)
    row = db.session.scalar(sa.select(Payout).where(ours))
    if row is not None:
        _move(row.id, STATES[answer.state], answer.id, now)
    return row is not None


def _move(payout_id: int, to: str, outside: str | None, now: datetime) -> None:
    """Bring a payout on; one that arrived may still come back from the bank."""
    froms = {"sent": ("asked",), "paid": ("asked", "sent"), "failed": ("asked", "sent", "paid")}[to]
    mine = sa.update(Payout).where(Payout.id == payout_id, Payout.state.in_(froms))
    if changed(mine.values(state=to, outside=outside, done_at=None if to == "sent" else now)):
        if to == "failed":
            ledger.book_payout_failed(payout_id, now)
        events.publish(PayoutMoved(payout_id))
