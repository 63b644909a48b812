"""What is done about swaps after the commit, and by the clock; each in a transaction of its own."""

import structlog

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, enqueue, task
from clozette.shop.orders.tasks import introduce
from clozette.shop.swaps import driving, queries, services, telling, wants

log = structlog.get_logger()


@task("shop.tend_swap")
def tend_swap(*, swap_id: int) -> None:
    """Do the next thing about a swap."""
    driving.tend(swap_id, clock.now())


@task("shop.tend_swaps")
def tend_swaps() -> None:
    """Look for swaps about which there is something to do: what ran out, what is over, what was missed."""
    for swap_id in queries.due(clock.now()):
        checkpoint()
        try:
            driving.tend(swap_id, clock.now())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others go on
            db.session.rollback()
            log.error("swap_not_tended", swap=swap_id, error=type(error).__name__)


@task("shop.forget_wants")
def forget_wants() -> None:
    """Forget what was wanted and is gone."""
    wants.sweep()


@task("shop.drop_proposal")
def drop_proposal(*, swap_id: int) -> None:
    """Let nothing come of a swap that not all have paid, if two of its ring don't want to do with each other, or one left."""
    swap, now = queries.whole(swap_id, lock=True), clock.now()
    if swap is not None and swap.state == "proposed":
        services.end(swap, "declined", "apart", now)
    elif swap is not None and swap.state == "agreed":
        services.move(swap, "failed", now, ended_because="apart")


@task("shop.tell_swap_moved")
def tell_swap_moved(*, swap_id: int, state: str) -> None:
    """Tell all of a ring what happened, if it still holds; once all have paid, who sends what to where."""
    swap = queries.whole(swap_id)
    if swap is None or swap.state != state:
        return
    if state == "failed":
        enqueue(tend_swap, swap_id=swap_id)
    for leg in swap.legs:
        if state == "running" and leg.order_id is not None:
            enqueue(introduce, order_id=leg.order_id)
        for kind in telling.kinds_of(swap, leg):
            _tell(swap.id, leg.receiver_id, kind)


@task("shop.mail_swap")
def mail_swap(*, swap_id: int, member_id: int, kind: str) -> None:
    """Mail what somebody was told on the site."""
    swap = queries.whole(swap_id)
    if swap is not None:
        telling.mail(swap, member_id, kind)


def _tell(swap_id: int, member_id: int | None, kind: str) -> None:
    if member_id is not None and telling.announce(swap_id, member_id, kind, clock.now()):
        enqueue(mail_swap, swap_id=swap_id, member_id=member_id, kind=kind)
