"""What happens to orders and between members, for swaps: inside the transaction of the deed."""

from clozette.accounts.events import MemberBlocked, MemberDeactivated
from clozette.kernel.database import db
from clozette.kernel.tasks import enqueue
from clozette.shop.orders.events import OrderMoved
from clozette.shop.orders.models import Order
from clozette.shop.swaps import queries
from clozette.shop.swaps.tasks import drop_proposal, tend_swap


def follow(event: OrderMoved) -> None:
    """Look at a swap anew when one of its legs moved."""
    swap_id = db.session.get_one(Order, event.order_id).swap_id
    if swap_id is not None:
        enqueue(tend_swap, swap_id=swap_id)


def part(event: MemberBlocked) -> None:
    """Let nothing come of proposals of rings in which two don't want to do with each other."""
    for swap_id in queries.between(event.blocker_id, event.blocked_id):
        enqueue(drop_proposal, swap_id=swap_id)


def leave(event: MemberDeactivated) -> None:
    """Hold nobody's things and deposits for somebody who has left."""
    for swap_id in queries.unpaid_of(event.member_id):
        enqueue(drop_proposal, swap_id=swap_id)
