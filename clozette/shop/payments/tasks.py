"""Background work of payments."""

from datetime import timedelta

import structlog

from clozette.kernel import clock
from clozette.kernel.ports import payments
from clozette.kernel.tasks import task
from clozette.shop.payments import hearing, payouts, reconciling, refunds

log = structlog.get_logger()
LATELY = timedelta(days=2)


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
    """Hold the last days against the payment service's own lists: a webhook that never came is made up for."""
    if not payments.is_on():
        return
    for finding in reconciling.reconcile(clock.now() - LATELY, clock.now()):
        log.error("books_differ", **finding.said())
