"""What moves a swap on: it looks at all the legs and does the next thing, however often it is asked to and after any fall.

The swap is locked before its orders, always; what asks the payment service or may take long is a transaction of its own.
"""

from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel import tasks
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Later
from clozette.kernel.refusal import Refused
from clozette.shop.buying import holds
from clozette.shop.ledger import queries as books
from clozette.shop.ledger import services as ledger
from clozette.shop.listings import services as listings
from clozette.shop.orders import deeds
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import HELD, Order
from clozette.shop.payments import refunds
from clozette.shop.payments import services as payments
from clozette.shop.swaps import queries, rules, services
from clozette.shop.swaps.models import Leg, Swap
from clozette.shop.swaps.rules import Parcel


def tend(swap_id: int, now: datetime) -> None:
    """Do what is to be done about a swap now; for a task.

    :raises Later: if a payment page could not be closed; the rest is done, and this again later.
    """
    swap = queries.whole(swap_id, lock=True)
    if swap is None:
        return
    if swap.state == "proposed" and swap.expires_at <= now:
        services.end(swap, "expired", "late", now)
    if swap.state in ("agreed", "running"):
        step = rules.next_step(swap.state, [_parcel(leg, now) for leg in swap.legs])
        if step is not None:
            _STEPS[step](swap, now)
    if swap.state == "failed":
        _unwind(swap_id, now)


def _parcel(leg: Leg, now: datetime) -> Parcel:
    assert leg.order_id is not None
    order = payments.hold(leg.order_id)
    over = order.protected_until is not None and order.protected_until <= now and order.contested_at is None
    gone = order.refunded_minor + books.of_order(order.id).get("lost", 0)
    return Parcel(order.state, is_over=over, is_less=gone > 0)


def _run(swap: Swap, now: datetime) -> None:
    """All have paid: from now on each has some days to send theirs."""
    services.move(swap, "running", now)
    for order in _orders(swap):
        orders.begin(order.id, now)
        listings.sold(payments.lines_of(order.id))


def _settle(swap: Swap, now: datetime) -> None:
    """All arrived, and nobody complained: the deposits go back, and what was added is the giver's."""
    services.move(swap, "done", now)
    for leg in swap.legs:
        order = db.session.get_one(Order, leg.order_id)
        values = refunds.charged_of(order).lines
        back = rules.deposit_back(values, leg.topup_minor)
        refunds.refund(order, back, because="swapped", key=f"swap-{order.ref}", now=now)
        orders.move(order, "complete", now, completed_at=now, ended_because="swapped")
        ledger.book_complete(order.id, now)


def _fail(swap: Swap, now: datetime) -> None:
    """One leg is not going to be there. What was sent counts as sold from now on; what was not is called off."""
    services.move(swap, "failed", now, ended_because="unpaid" if swap.state == "agreed" else "broken")


def _unwind(swap_id: int, now: datetime) -> None:
    """Call off every leg of a failed swap that nobody sent: its money goes back, and its pieces can be had again.

    One that a bank asks about waits for the bank's word.
    """
    waits: Later | Refused | None = None
    for order_id in queries.unfinished(swap_id):
        tasks.checkpoint()
        try:
            _call_off(order_id, now)
        except (Later, Refused) as why:  # one that can't be called off keeps no other waiting
            db.session.rollback()
            waits = why
    if waits is not None:
        tasks.checkpoint()  # what was done stays done
        raise waits


def _call_off(order_id: int, now: datetime) -> None:
    order, lines = payments.hold(order_id), payments.lines_of(order_id)
    if order.contested_at is not None:
        return
    if order.state in HELD:
        holds.end(order_id, "cancelled", "swap", now)
    elif order.state == "paid":
        deeds.cancel(order, because="swap", now=now)
    listings.offer_again(lines)


def _orders(swap: Swap) -> list[Order]:
    return list(db.session.scalars(sa.select(Order).where(Order.swap_id == swap.id).order_by(Order.id)))


_STEPS: Mapping[str, Callable[[Swap, datetime], None]] = {"run": _run, "settle": _settle, "fail": _fail}
