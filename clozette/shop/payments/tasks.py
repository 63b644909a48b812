"""Background work of payments."""

import structlog

from clozette.kernel import clock
from clozette.kernel.ports import payments
from clozette.kernel.tasks import task
from clozette.shop.payments import hearing, payouts, refunds, runs

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
