"""What is done by the clock: holds that are over."""

from clozette.kernel import clock
from clozette.kernel.tasks import task
from clozette.shop.buying import holds, queries
from clozette.shop.payments import alone


@task("shop.end_holds")
def end_holds() -> None:
    """End every hold that is over. The service's page is closed first, so that nobody pays for what is given back; while the
    service doesn't answer, the pieces stay held, and the next run asks again.
    """
    alone.each("shop.end_holds", lambda: queries.due(clock.now()), _end)


def _end(order_id: int) -> None:
    holds.end(order_id, "expired", "unpaid", clock.now())
