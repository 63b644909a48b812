"""What is done about offers after the commit, and by the clock."""

import structlog

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import checkpoint, enqueue, task
from clozette.shop.offers import mail, queries, services, words
from clozette.shop.offers.models import Offer, OfferStep

log = structlog.get_logger()


@task("shop.tell_offer_moved")
def tell_offer_moved(*, offer_id: int, state: str, rounds: int) -> None:
    """Tell whom a move concerns, if it still holds; what was declined by itself the page has said."""
    offer = queries.whole(offer_id)
    if offer is None or (offer.state, offer.rounds) != (state, rounds) or offer.ended_because:
        return
    named = offer.steps[-1]
    if state == "open":
        _tell(offer, offer.turn, "offer_made" if rounds == 1 else "offer_countered", named)
    elif state == "accepted":
        _tell(offer, named.side, "offer_accepted" if named.side == "buyer" else "offer_agreed", named)
    elif state == "declined":
        _tell(offer, named.side, "offer_declined", named)
    elif state == "withdrawn":
        _tell(offer, "seller", "offer_withdrawn", named)
    elif state == "expired":
        _tell(offer, "buyer", "offer_expired", named)
        _tell(offer, "seller", "offer_expired", named)


@task("shop.mail_offer")
def mail_offer(*, offer_id: int, kind: str, member_id: int) -> None:
    """Mail what somebody was told on the site."""
    offer, member = queries.whole(offer_id), db.session.get(Member, member_id)
    if offer is not None and member is not None and member.active:
        mail.tell(offer, member, kind)


@task("shop.end_offers")
def end_offers() -> None:
    """End every offer whose time is over, each in a transaction of its own; what it held goes back."""
    for offer_id in queries.due(clock.now()):
        checkpoint()
        try:
            offer = queries.whole(offer_id)
            if offer is not None:
                services.expire(offer, clock.now())
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one, the others end
            db.session.rollback()
            log.error("offer_not_ended", offer=offer_id, error=type(error).__name__)


def _tell(offer: Offer, side: str, kind: str, named: OfferStep) -> None:
    """Tell one side on the site, once for each sum; the mail is a task of its own, asked for in the same transaction."""
    me, other = offer.buyer_id, offer.seller.member_id
    if side == "seller":
        me, other = other, me
    if me is None or other is None:
        return
    deed = {"object_id": offer.id, "deed_id": named.id}
    if notifications.tell(me, actor_id=other, kind=kind, **deed, now=clock.now()) and kind in words.MAILED:
        enqueue(mail_offer, offer_id=offer.id, kind=kind, member_id=me)
