"""Our rows held against the payment service's lists, both ways. What is safe is mended, everything else told."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import TypeVar

import sqlalchemy as sa
import structlog

from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.kernel.ports.payments import Declined
from clozette.shop.orders.models import Order
from clozette.shop.payments import balances, disputes, payouts, refunds, services
from clozette.shop.payments.models import Dispute, Payment, Payout, Refund, TakeBack
from clozette.shop.sellers.models import Seller

UNDER_WAY = timedelta(minutes=10)
"""So young a difference is not one: the word of it is on its way."""
MOST_ASKED = 200
Save = Callable[[], None]
T = TypeVar("T")
log = structlog.get_logger()


@dataclass(frozen=True)
class Finding:
    """One thing that differed. ``what`` in words of ours; ``name`` is an order's reference or an id, of nobody by itself."""

    what: str
    name: str
    is_mended: bool = False

    def said(self) -> dict[str, object]:
        """Return it for a log."""
        return asdict(self)


def reconcile(since: datetime, now: datetime, *, save: Save = ports.save) -> list[Finding]:
    """Compare everything since a moment, and what is under way however long.

    :param save: commits what was mended, so that no lock is held while the service is asked.
    :raises Later: if the service can't be asked now.
    """
    there = ports.payments()
    pages, given_back = list(there.sessions(since)), list(there.refunds(since))
    found = [one for page in pages for one in _alone(page.id, _page, page, now)]
    found += _payments({page.id for page in pages}, since, now)
    save()
    found += [one for answer in given_back for one in _alone(answer.id, _refund, answer, now)]
    found += _refunds({one.id for one in given_back}, since, now)
    save()
    found += _refunds_under_way(there, {one.id for one in given_back}, now, save)
    found += _disputes(there, since, now, save)
    for account in _accounts(since):
        save()
        found += _payouts(there, account, since, now, save)
    return [*found, *_sums(there, since, now, save)]


def _alone(name: str, look: Callable[[T, datetime], Finding | None], about: T, now: datetime) -> list[Finding]:
    """Look at one thing in a savepoint: whatever is wrong with it, the others are looked at too."""
    try:
        with db.session.begin_nested():
            found = look(about, now)
    except Exception as error:  # noqa: BLE001 - see above
        log.error("not_compared", name=name, error=type(error).__name__)
        return [Finding("can't be compared", name)]
    return [found] if found is not None else []


def _page(page: ports.Session, now: datetime) -> Finding | None:
    """What they have: is it ours, and do we know it?"""
    payment = services.of_page(page)
    if payment is None:
        return Finding("a page that no order of ours has", page.id)
    ref, state = db.session.scalars(sa.select(Order.ref).where(Order.id == payment.order_id)).one(), payment.state
    if not services.fits(payment, page):
        return Finding("a page for another amount, or a second one", ref)
    if page.state == "paid" and state != "paid":
        services.take_over(page, now)
        return Finding("paid there, not here", ref, is_mended=True)
    if page.state == "expired" and state == "open":
        services.take_over(page, now)
        return Finding("closed there, open here", ref, is_mended=True)
    return Finding("paid here, not there", ref) if page.state != "paid" and state == "paid" else None


def _payments(known: set[str], since: datetime, now: datetime) -> Iterator[Finding]:
    """What we have: do they?"""
    ours = sa.select(Payment, Order.ref).join(Order, Order.id == Payment.order_id)
    begun = Payment.session.is_not(None), Payment.asked_at >= since + UNDER_WAY, Payment.asked_at < now - UNDER_WAY
    for payment, ref in db.session.execute(ours.where(*begun)).all():
        if payment.session not in known:
            yield Finding("a page that they don't know", ref)


def _refund(one: ports.Refund, now: datetime) -> Finding | None:
    row, tries = refunds.of_answer(one)
    if row is None:
        return Finding("a refund that is not ours", one.id)
    if row.amount_minor != one.amount_minor:
        return Finding("a refund of another amount", one.id)
    is_over = tries != row.tries or row.state in ("failed", "settled")
    if one.state == ("failed" if is_over else row.state):
        return None
    differs = f"a refund that is {one.state} there, {'owed' if is_over else row.state} here"
    if is_over:
        return Finding(differs, one.id)
    refunds.heard(one, now)
    return Finding(differs, one.id, is_mended=True)


def _refunds(known: set[str], since: datetime, now: datetime) -> Iterator[Finding]:
    young = Refund.asked_at >= since + UNDER_WAY, Refund.asked_at < now - UNDER_WAY
    for row in db.session.scalars(sa.select(Refund).where(Refund.state == "done", *young)).all():
        if row.outside not in known:
            yield Finding("a refund that they don't know", row.key)
    unsent = sa.select(Refund).where(Refund.state == "asked", Refund.asked_at < now - UNDER_WAY)
    for row in db.session.scalars(unsent.limit(MOST_ASKED)).all():
        yield Finding("a refund that was never sent", row.key)


def _refunds_under_way(there: ports.Payments, known: set[str], now: datetime, save: Save) -> Iterator[Finding]:
    """Ask for each that was sent, however old: a bank takes weeks to say no."""
    mine = sa.select(Refund.outside).where(Refund.state == "sent", Refund.outside.is_not(None))
    for name in db.session.scalars(mine.order_by(Refund.asked_at).limit(MOST_ASKED)).all():
        if name not in known:
            save()
            yield from _asked(str(name), there.refunded, _refund, now)


def _asked(
    name: str, ask: Callable[[str], T], look: Callable[[T, datetime], Finding | None], now: datetime
) -> list[Finding]:
    try:
        answer = ask(name)
    except Declined:
        return [Finding("one that they don't know", name)]
    return _alone(name, look, answer, now)


def _disputes(there: ports.Payments, since: datetime, now: datetime, save: Save) -> Iterator[Finding]:
    """Compare what banks want back, also what they wanted long ago and did not decide; and what sellers gave for it."""
    listed = list(there.disputes(since))
    for one in listed:
        yield from _alone(one.id, _dispute, one, now)
    mine = sa.select(Dispute.outside).where(Dispute.state.in_(("inquiry", "open")), Dispute.outside.is_not(None))
    for name in db.session.scalars(mine.order_by(Dispute.heard_at).limit(MOST_ASKED)).all():
        if name not in {one.id for one in listed}:
            save()
            yield from _asked(str(name), there.dispute, _dispute, now)
    refs = sa.select(Order.ref).join(Dispute, Dispute.order_id == Order.id)
    refs = refs.join(TakeBack, TakeBack.dispute_id == Dispute.id).where(TakeBack.state != "done")
    for ref in db.session.scalars(refs.where(TakeBack.asked_at < now - UNDER_WAY).limit(MOST_ASKED)).all():
        yield Finding("what a bank took, and is not taken back from the seller", ref)


def _dispute(one: ports.Dispute, now: datetime) -> Finding | None:
    order_id = disputes.order_of(one)
    if order_id is None:
        return Finding("a dispute that is not ours", one.id)
    before, known = disputes.heard(order_id, one, now), disputes.state_of(one)
    if known == before:
        return Finding(f"a dispute that is {one.state} there, {known} here", one.id) if known != one.state else None
    return Finding(f"a dispute that is {one.state} there, {before or 'unknown'} here", one.id, is_mended=True)


def _accounts(since: datetime) -> list[str]:
    """Return the accounts of which something was paid out since, or is under way."""
    recent = sa.or_(Payout.asked_at >= since, Payout.state.in_(("asked", "sent")))
    mine = sa.select(Seller.account).join(Payout, Payout.seller_id == Seller.id).where(recent)
    return list(db.session.scalars(mine.where(Seller.account.is_not(None)).distinct()))


def _payouts(there: ports.Payments, account: str, since: datetime, now: datetime, save: Save) -> Iterator[Finding]:
    listed = list(there.payouts(account, since))
    known = {one.id for one in listed}
    for one in listed:
        yield from _alone(one.id, _payout, one, now)
    ours = sa.select(Payout).join(Seller, Seller.id == Payout.seller_id).where(Seller.account == account)
    for row in db.session.scalars(ours.where(Payout.state == "asked", Payout.asked_at < now - UNDER_WAY)).all():
        yield Finding("a payout that was never sent", row.key)
    lately = Payout.state == "paid", Payout.asked_at >= since + UNDER_WAY, Payout.asked_at < now - UNDER_WAY
    for row in db.session.scalars(ours.where(*lately)).all():
        if row.outside not in known:
            yield Finding("a payout that they don't know", row.key)
    sent = ours.with_only_columns(Payout.outside).where(Payout.state == "sent", Payout.outside.is_not(None))
    for name in db.session.scalars(sent.order_by(Payout.asked_at).limit(MOST_ASKED)).all():
        if name not in known:
            save()
            yield from _asked(str(name), lambda one: there.paid_out(account, one), _payout, now)


def _payout(one: ports.Payout, now: datetime) -> Finding | None:
    named = refunds.named_by(one.reference)
    row = db.session.scalar(sa.select(Payout).where(sa.or_(Payout.outside == one.id, Payout.id == named)))
    if row is None:
        return Finding("a payout that is not ours", one.id)
    if row.amount_minor != one.amount_minor:
        return Finding("a payout of another amount", one.id)
    if row.state == payouts.STATES[one.state]:
        return None
    differs = f"a payout that is {one.state} there, {row.state} here"
    if row.state == "failed":
        return Finding(differs, one.id)
    payouts.heard(one, now)
    return Finding(differs, one.id, is_mended=True)


def _sums(there: ports.Payments, since: datetime, now: datetime, save: Save) -> Iterator[Finding]:
    """Does each account have what our books say? Only where nothing is on its way that one side knows of first."""
    for seller_id, account, currency in balances.moved(since):
        save()
        try:
            has = there.balance(account, currency)
        except Declined:
            yield Finding("an account that they don't know", account)
            continue
        booked = balances.expected(seller_id, currency)
        if has != booked and not balances.is_moving(seller_id, now - UNDER_WAY):
            yield Finding(f"an account that has {has} there, {booked} by our books", account)
