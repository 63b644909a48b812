"""Background work of payments."""

from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from clozette.kernel import clock
from clozette.kernel.ports import payments
from clozette.kernel.tasks import task
from clozette.shop.payments import alone, hearing, payouts, refunds, runs, waiting

log = structlog.get_logger()


@task("payments.hear")
def hear(*, heard_id: int) -> None:
    """Heed what the payment service told."""
    hearing.heed(heard_id, clock.now())


@task("payments.send_refund")
def send_refund(*, refund_id: int) -> None:
    """Tell the payment service of a refund."""
    refunds.send(refund_id, clock.now())


@task("payments.send_payout")
def send_payout(*, payout_id: int) -> None:
    """Tell the payment service of a payout."""
    payouts.send(payout_id, clock.now())


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
