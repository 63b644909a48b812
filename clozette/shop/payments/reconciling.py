"""Our rows held against the payment service's lists, both ways. What is safe is mended, everything else told."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.kernel.ports import payments as ports
from clozette.shop.orders.models import Order
from clozette.shop.payments import payouts, refunds, services
from clozette.shop.payments.models import Payment, Payout, Refund
from clozette.shop.sellers.models import Seller

UNDER_WAY = timedelta(minutes=10)
"""So young a difference is not one: the word of it is on its way."""


@dataclass(frozen=True)
class Finding:
    """One thing that differed. ``what`` in words of ours; ``name`` is an order's reference or an id, of nobody by itself."""

    what: str
    name: str
    is_mended: bool = False

    def said(self) -> dict[str, object]:
        """Return it for a log."""
        return asdict(self)


def reconcile(since: datetime, now: datetime) -> list[Finding]:
    """Compare everything since a moment.

    :raises Later: if the service can't be asked now.
    """
    there = ports.payments()
    pages = list(there.sessions(since))
    given_back = list(there.refunds(since))
    found = [*_pages(pages, now), *_payments({page.id for page in pages}, since, now)]
    ports.save()
    found += [*_given_back(given_back, now), *_refunds({one.id for one in given_back}, since, now)]
    ports.save()
    return [*found, *_payouts(there, since, now)]


def _pages(pages: list[ports.Session], now: datetime) -> Iterator[Finding]:
    """What they have: is it ours, and do we know it?"""
    for page in pages:
        ours = sa.select(Payment, Order.ref).join(Order, Order.id == Payment.order_id)
        row = db.session.execute(ours.where(sa.or_(Payment.session == page.id, Order.ref == page.ref))).first()
        if row is None:
            yield Finding("a page that no order of ours has", page.id)
        elif not services.fits(row[0], page):
            yield Finding("a page for another amount, or a second one", row[1])
        elif page.state == "paid" and row[0].state != "paid":
            services.take_over(page, now)
            yield Finding("paid there, not here", row[1], is_mended=True)
        elif page.state == "expired" and row[0].state == "open":
            services.take_over(page, now)
            yield Finding("closed there, open here", row[1], is_mended=True)
        elif page.state != "paid" and row[0].state == "paid":
            yield Finding("paid here, not there", row[1])


def _payments(known: set[str], since: datetime, now: datetime) -> Iterator[Finding]:
    """What we have: do they?"""
    ours = sa.select(Payment, Order.ref).join(Order, Order.id == Payment.order_id)
    begun = Payment.session.is_not(None), Payment.asked_at >= since + UNDER_WAY, Payment.asked_at < now - UNDER_WAY
    for payment, ref in db.session.execute(ours.where(*begun)).all():
        if payment.session not in known:
            yield Finding("a page that they don't know", ref)


def _given_back(given_back: list[ports.Refund], now: datetime) -> Iterator[Finding]:
    for one in given_back:
        named = refunds.named_by(one.reference)
        row = db.session.scalar(sa.select(Refund).where(sa.or_(Refund.outside == one.id, Refund.id == named)))
        if row is None:
            yield Finding("a refund that is not ours", one.id)
        elif row.amount_minor != one.amount_minor:
            yield Finding("a refund of another amount", one.id)
        elif one.state != row.state and row.state != "failed":
            differs = f"a refund that is {one.state} there, {row.state} here"
            refunds.heard(one, now)
            yield Finding(differs, one.id, is_mended=True)


def _refunds(known: set[str], since: datetime, now: datetime) -> Iterator[Finding]:
    young = Refund.asked_at >= since + UNDER_WAY, Refund.asked_at < now - UNDER_WAY
    for row in db.session.scalars(sa.select(Refund).where(Refund.state.in_(("sent", "done")), *young)).all():
        if row.outside not in known:
            yield Finding("a refund that they don't know", row.key)
    for row in db.session.scalars(sa.select(Refund).where(Refund.state == "asked", *young)).all():
        yield Finding("a refund that was never sent", row.key)


def _payouts(there: ports.Payments, since: datetime, now: datetime) -> Iterator[Finding]:
    accounts = sa.select(Seller.account).where(Seller.account.is_not(None))
    mine = accounts.join(Payout, Payout.seller_id == Seller.id).where(Payout.asked_at >= since).distinct()
    for account in db.session.scalars(mine).all():
        ports.save()
        for one in list(there.payouts(str(account), since)):
            named = refunds.named_by(one.reference)
            row = db.session.scalar(sa.select(Payout).where(sa.or_(Payout.outside == one.id, Payout.id == named)))
            if row is None:
                yield Finding("a payout that is not ours", one.id)
            elif row.amount_minor != one.amount_minor:
                yield Finding("a payout of another amount", one.id)
            elif row.state not in (payouts.STATES[one.state], "failed"):
                differs = f"a payout that is {one.state} there, {row.state} here"
                payouts.heard(one, now)
                yield Finding(differs, one.id, is_mended=True)
