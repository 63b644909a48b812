"""What happens elsewhere, for offers: inside the transaction of the deed."""

from clozette.accounts.events import MemberBlocked, MemberDeactivated
from clozette.kernel import clock
from clozette.shop.offers import services


def part(event: MemberBlocked) -> None:
    """Who wants nothing to do with somebody makes them no offers, and takes none from them."""
    services.part(event.blocker_id, event.blocked_id, clock.now(), because="block")


def leave(event: MemberDeactivated) -> None:
    """Who is gone answers no more, and buys nothing."""
    services.part(event.member_id, None, clock.now(), because="left")
