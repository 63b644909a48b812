"""Background work of payments."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import structlog

from clozette.kernel import clock
from clozette.kernel.ports import payments
from clozette.kernel.tasks import checkpoint, task
from clozette.shop.payments import alone, hearing, payouts, refunds, runs, takebacks, waiting

NEWS_STAYS = timedelta(days=90)
log = structlog.get_logger()


@task("payments.hear")
def hear(*, heard_id: int) -> None:
    """Heed what the payment service told."""
    hearing.heed(heard_id, clock.now())


@task("payments.forget_news")
def forget_news() -> None:
    """Forget what the payment service told long ago."""
    hearing.forget(clock.now() - NEWS_STAYS)


@task("payments.send_refund")
def send_refund(*, refund_id: int) -> None:
    """Tell the payment service of a refund."""
    refunds.send(refund_id, clock.now())


@task("payments.send_payout")
def send_payout(*, payout_id: int) -> None:
    """Tell the payment service of a payout."""
    payouts.send(payout_id, clock.now())


@task("payments.send_take_back")
def send_take_back(*, take_back_id: int) -> None:
    """Tell the payment service of what is taken back from a seller."""
    takebacks.send(take_back_id, clock.now())


@task("payments.settle_debts")
def settle_debts() -> None:
    """Take what sellers owe from what they have earned since, by the clock."""
    for seller_id in takebacks.debtors():
        checkpoint()
        takebacks.net(seller_id, clock.now())


@task("payments.send_again")
def send_again() -> None:
    """Send and heed what is still to be, by the clock: a task is given up after some hours."""
    if payments.is_on():
        alone.each("payments.send_again", lambda: waiting.late(clock.now()), _again, patience=3)


def _again(one: tuple[str, int]) -> None:
    what, row_id = one
    _WAYS[what](row_id, clock.now())


_WAYS: Mapping[str, Callable[[int, datetime], None]] = {
    "refund": refunds.send,
    "payout": payouts.send,
    "take_back": takebacks.send,
    "news": hearing.heed,
}


@task("payments.reconcile")
def reconcile() -> None:
    """Hold the last days against the payment service's own lists, once more by the clock."""
    if payments.is_on():
        runs.ask(because="clock", now=clock.now())


@task("payments.compare")
def compare(*, run_id: int) -> None:
    """Do it: a webhook that never came is made up for."""
    if not payments.is_on():
        return
    for finding in runs.run(run_id, clock.now()):
        log.error("books_differ", **finding.said())
