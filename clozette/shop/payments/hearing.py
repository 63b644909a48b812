"""What the payment service tells us: kept once, then asked anew, so that its order and its copies don't matter."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
import structlog

from clozette.kernel import database, events
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.ports import payments
from clozette.kernel.ports.payments import Declined, Event
from clozette.kernel.prepared import Insert
from clozette.shop.payments import disputes, onboarding, payouts, refunds, services
from clozette.shop.payments.changes import changed
from clozette.shop.payments.events import NewsHeard
from clozette.shop.payments.models import MAX_ID, Heard
from clozette.shop.sellers.models import Seller

log = structlog.get_logger()
Apply = Callable[[str, str | None, datetime], None]
_KEEP = Insert(Heard, lambda insert: insert.on_conflict_do_nothing())


def keep(event: Event, now: datetime) -> None:
    """Keep that something was told, unless it was before; what we have no use for is not kept."""
    if not is_heeded(event.kind) or len(event.subject) > MAX_ID:
        return
    heard_id = new_id()
    heard = {"id": heard_id, "event": event.id, "heard_at": now}
    told = {"kind": event.kind, "subject": event.subject, "account": event.account, "made_at": event.made_at}
    if _KEEP.run(database.connection(), {**heard, **told}):
        events.publish(NewsHeard(heard_id))


def heed(heard_id: int, now: datetime) -> None:
    """Ask what there is now, and take it over; for a task, twice does no harm.

    :raises Later: to be tried again.
    """
    row = db.session.get_one(Heard, heard_id)
    way = _way(row.kind)
    if row.done_at is not None or way is None:
        return
    subject, account = row.subject, row.account
    try:
        way(subject, account, now)
    except Declined as no:
        log.error("news_of_nothing", kind=row.kind, why=no.why)
    changed(sa.update(Heard).where(Heard.id == heard_id, Heard.done_at.is_(None)).values(done_at=now))


def is_heeded(kind: str) -> bool:
    """Whether we have a use for a kind of events."""
    return _way(kind) is not None


def forget(before: datetime) -> None:
    """Forget what was heeded before a moment: nothing is told that late again, and then it would do no harm."""
    db.session.execute(sa.delete(Heard).where(Heard.done_at < before), execution_options={"synchronize_session": False})


def _way(kind: str) -> Apply | None:
    return next((way for prefix, way in _WAYS.items() if kind.startswith(prefix)), None)


def _session(subject: str, account: str | None, now: datetime) -> None:
    payments.save()
    services.take_over(payments.payments().session(subject), now)


def _lost(subject: str, account: str | None, now: datetime) -> None:
    payments.save()
    services.give_up(payments.payments().session(subject), now)


def _refund(subject: str, account: str | None, now: datetime) -> None:
    payments.save()
    if not refunds.heard(payments.payments().refunded(subject), now):
        log.error("refund_not_ours", refund=subject)


def _payout(subject: str, account: str | None, now: datetime) -> None:
    if account is None:
        return
    payments.save()
    if not payouts.heard(payments.payments().paid_out(account, subject), now):
        log.error("payout_not_ours", payout=subject)


def _account(subject: str, account: str | None, now: datetime) -> None:
    """Look at the account, of whose part the news may be; one that turned its back on us gets no more money."""
    named = account or subject
    try:
        onboarding.look(named, now)
    except Declined as no:
        if no.why not in ("forbidden", "missing"):
            raise
        log.error("account_gone", account=named)
        gone = sa.update(Seller).where(Seller.account == named, Seller.state == "active")
        changed(gone.values(state="pending", wants=[], checked_at=now))


def _dispute(subject: str, account: str | None, now: datetime) -> None:
    payments.save()
    answer = payments.payments().dispute(subject)
    order_id = disputes.order_of(answer)
    if order_id is None:
        log.error("dispute_not_ours", dispute=subject)
        return
    disputes.heard(order_id, answer, now)


_WAYS: dict[str, Apply] = {
    "checkout.session.async_payment_failed": _lost,
    "checkout.session.": _session,
    "refund.": _refund,
    "charge.refund.": _refund,
    "charge.dispute.": _dispute,
    "payout.": _payout,
    "account.": _account,
    "v2.core.account": _account,
}
