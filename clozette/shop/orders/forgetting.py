"""What is forgotten of where orders went, once nothing needs it: tax law wants to know whom a bill names, not more."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.orders.models import Order, OrderAddress

UNPAID_FOR = timedelta(days=7)
"""So long the addresses of an order stay that was never paid: a payment may still come late."""
PHONE_FOR = timedelta(days=90)
"""So long a telephone number stays after an order's end; it is there for whoever brings the parcel."""
_UNPAID = ("expired", "cancelled")
_ENDED = ("complete", "returned", "refunded", "cancelled")


def forget(now: datetime) -> int:
    """Forget what is due, and say how many addresses it took something from. Twice is once."""
    never = sa.select(Order.id).where(
        Order.state.in_(_UNPAID), Order.paid_at.is_(None), Order.state_at < now - UNPAID_FOR
    )
    over = sa.select(Order.id).where(Order.state.in_(_ENDED), Order.state_at < now - PHONE_FOR)
    gone = sa.delete(OrderAddress).where(OrderAddress.order_id.in_(never))
    silent = sa.update(OrderAddress).where(OrderAddress.order_id.in_(over), OrderAddress.phone != "").values(phone="")
    return sum(_run(statement) for statement in (gone, silent))


def _run(statement: sa.Delete | sa.Update) -> int:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return int(done.rowcount)
