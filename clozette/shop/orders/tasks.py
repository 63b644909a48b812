"""What is done about orders after the commit, and by the clock; each order in a transaction of its own."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, enqueue, task
from clozette.privacy.disclosures.models import Recipient, Telling
from clozette.privacy.disclosures.telling import mark_told
from clozette.shop.orders import deeds, forgetting, handing, leaving, mail, passing, queries, services, words
from clozette.shop.orders.models import Order

log = structlog.get_logger()


@task("shop.introduce")
def introduce(*, order_id: int) -> None:
    """Let both sides of a paid order know of each other, the buyer by a receipt."""
    order = queries.whole(order_id, lock=True)
    if order is None or order.state != "paid" or order.ship_by is None:  # the leg of a swap waits for the others
        return
    deeds.introduce(order, clock.now())
    if order.state != "cancelled" and order.swap_id is None:
        for kind in words.PAID_DIGITAL if order.digital else words.PAID:
            _tell(order, kind)


@task("shop.tell_order_moved")
def tell_order_moved(*, order_id: int, state: str) -> None:
    """Tell whom a move concerns, if it still holds."""
    order = queries.whole(order_id)
    if order is not None and order.state == state and order.paid_at is not None:
        for kind in words.said_of(order, state):
            _tell(order, kind)
    if state == "complete":
        enqueue(pass_on, order_id=order_id)


@task("shop.tell_order_due")
def tell_order_due(*, order_id: int) -> None:
    """Remind the seller."""
    order = queries.whole(order_id)
    if order is not None and order.state == "paid":
        _tell(order, "order_due")


@task("shop.tell_cancel_asked")
def tell_cancel_asked(*, order_id: int) -> None:
    """Tell the seller that the buyer would rather not have it."""
    order = queries.whole(order_id)
    if order is not None and order.state == "paid":
        _tell(order, "cancel_asked")


@task("shop.mail_order")
def mail_order(*, order_id: int, kind: str) -> None:
    """Mail what somebody was told on the site."""
    order = queries.whole(order_id)
    member = _told(order, kind) if order is not None else None
    if order is not None and member is not None:
        mail.tell(order, member, kind)


@task("shop.pass_on")
def pass_on(*, order_id: int) -> None:
    """Put what was bought into the buyer's closet."""
    order = queries.whole(order_id)
    if order is not None and order.state == "complete":
        passing.pass_on(order, clock.now())


@task("shop.tend_orders")
def tend_orders() -> None:
    """Remind sellers, call off what they didn't send, count parcels as received, and complete what is over."""
    for step in _STEPS:
        for order_id in queries.due(step, clock.now()):
            checkpoint()
            try:
                _tend(step, order_id)
            except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
                db.session.rollback()
                log.error("order_not_tended", order=order_id, step=step, error=type(error).__name__)


@task("shop.tell_who_got_it")
def tell_who_got_it(*, telling_id: int) -> None:
    """Tell a member who got somebody's data by an order, on the site, what has become of them (78)."""
    telling = db.session.get(Telling, telling_id, with_for_update=True)
    if telling is None or telling.told_at is not None:
        return
    member = handing.member_behind(db.session.get_one(Recipient, telling.recipient_id))
    if member is not None and member.active:
        kind = words.OF_DATA[telling.kind]
        notifications.announce(member.id, kind=kind, object_id=telling.id, now=clock.now())
        mark_told(telling, now=clock.now())


@task("shop.forget_addresses")
def forget_addresses() -> None:
    """Forget addresses of orders that were never paid, and telephone numbers of those that are long over."""
    forgetting.forget(clock.now())


@task("shop.settle_departed")
def settle_departed() -> None:
    """Pay out what sellers who are gone are still owed."""
    for seller_id in leaving.departed():
        checkpoint()
        leaving.settle(seller_id, clock.now())


def _tend(step: str, order_id: int) -> None:
    order, now = queries.whole(order_id, lock=True), clock.now()
    if order is not None:
        _STEPS[step](order, now)


def _call_off(order: Order, now: datetime) -> None:
    if order.ship_by is not None and order.ship_by <= now:
        deeds.cancel(order, because="unsent", now=now)


def _tell(order: Order, kind: str) -> None:
    """Tell it on the site, once; the mail is a task of its own, asked for in the same transaction."""
    member = _told(order, kind)
    if member is not None and notifications.announce(member.id, kind=kind, object_id=order.id, now=clock.now()):
        enqueue(mail_order, order_id=order.id, kind=kind)


def _told(order: Order, kind: str) -> Member | None:
    """Return whom a kind is for, if they are still there."""
    member_id = order.seller.member_id if kind in words.OF_SELLER else order.buyer_id
    member = db.session.get(Member, member_id) if member_id is not None else None
    return member if member is not None and member.active else None


_STEPS: Mapping[str, Callable[[Order, datetime], None]] = {
    "remind": services.remind,
    "unsent": _call_off,
    "unheard": services.receive,
    "over": services.complete,
}
