"""Whom it is told when a refund did not arrive, and what the clock tries again."""

import sqlalchemy as sa
import structlog

from clozette.accounts.access import is_present
from clozette.accounts.models import Member, Role
from clozette.community import notifications
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports import payments
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import checkpoint, enqueue, task
from clozette.shop.desk.views import ROLE
from clozette.shop.orders.models import Order
from clozette.shop.orders.tasks import mail_order
from clozette.shop.owing import queries, services, words
from clozette.shop.payments.models import Refund

log = structlog.get_logger()


@task("shop.tell_refund_failed")
def tell_refund_failed(*, refund_id: int) -> None:
    """Tell the buyer and the staff, each once, that money is owed; unless it is on its way again."""
    if db.session.get_one(Refund, refund_id).state != "failed":
        return
    _tell_buyer(refund_id, "refund_owed")
    staff = sa.select(Member.id).join(Role, Role.member_id == Member.id).where(Role.name == ROLE, is_present())
    for member_id in db.session.scalars(staff).all():
        notifications.announce(member_id, kind=words.TO_STAFF, object_id=refund_id, now=clock.now())


@task("shop.tell_refund_settled")
def tell_refund_settled(*, refund_id: int) -> None:
    """Tell the buyer that they were paid by other means."""
    _tell_buyer(refund_id, "refund_settled")


@task("shop.try_owed_again")
def try_owed_again() -> None:
    """Ask again for what was declined a day ago or more."""
    if not payments.is_on():
        return
    for refund_id in queries.due(clock.now()):
        checkpoint()
        try:
            services.again(refund_id, clock.now())
        except Refused as refused:
            db.session.rollback()
            log.info("refund_not_owed", refund_id=refund_id, why=refused.refusal.code)


def _tell_buyer(refund_id: int, kind: str) -> None:
    order_id = queries.order_of(refund_id)
    buyer_id = db.session.scalar(sa.select(Order.buyer_id).where(Order.id == order_id))
    buyer = db.session.get(Member, buyer_id) if buyer_id is not None else None
    if buyer is None or not buyer.active or order_id is None:
        return
    told = notifications.announce(buyer.id, kind=kind, object_id=order_id, deed_id=refund_id, now=clock.now())
    if told:
        enqueue(mail_order, order_id=order_id, kind=kind)
