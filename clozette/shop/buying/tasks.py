"""What is done by the clock: holds that are over."""

import structlog

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Declined, Later
from clozette.kernel.tasks import checkpoint, task
from clozette.shop.buying import holds, queries

log = structlog.get_logger()


@task("shop.end_holds")
def end_holds() -> None:
    """End every hold that is over, each in a transaction of its own. The service's page is closed first, so that nobody
    pays for what is given back; while the service doesn't answer, the pieces stay held.
    """
    for order_id in queries.due(clock.now()):
        checkpoint()
        try:
            holds.end(order_id, "expired", "unpaid", clock.now())
        except (Later, Declined) as error:
            db.session.rollback()
            log.warning("hold_not_ended", order=order_id, error=type(error).__name__)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others end
            db.session.rollback()
            log.error("hold_not_ended", order=order_id, error=type(error).__name__)
