"""What is done about offers after the commit, and by the clock."""

from collections.abc import Callable
from datetime import datetime

import structlog

from clozette.accounts.models import Member
from clozette.community import notifications
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import checkpoint, enqueue, task
from clozette.shop.offers import mail, queries, services, words
from clozette.shop.offers.models import Offer, OfferStep

log = structlog.get_logger()


@task("shop.tell_offer_moved")
def tell_offer_moved(*, offer_id: int, state: str, rounds: int) -> None:
    """Tell whom a move concerns, if it still holds."""
    offer = queries.whole(offer_id)
    if offer is None or (offer.state, offer.rounds) != (state, rounds):
        return
    named = offer.steps[-1]
    for side, kind in words.who_is_told(offer, named.side):
        _tell(offer, side, kind, named)


@task("shop.mail_offer")
def mail_offer(*, offer_id: int, kind: str, member_id: int) -> None:
    """Mail what somebody was told on the site."""
    offer, member = queries.whole(offer_id), db.session.get(Member, member_id)
    if offer is not None and member is not None and member.active:
        mail.tell(offer, member, kind)


@task("shop.end_offers")
def end_offers() -> None:
    """End what is over, each in a transaction of its own: its time, or the things; what it held goes back."""
    for offer_id in queries.due(clock.now()):
        _end(offer_id, services.expire)
    for offer_id in queries.without_things():
        _end(offer_id, services.lapse)


@task("shop.forget_offers")
def forget_offers() -> None:
    """Delete what came to nothing half a year ago."""
    services.forget(clock.now())


def _end(offer_id: int, deed: Callable[[Offer, datetime], None]) -> None:
    checkpoint()
    try:
        offer = queries.whole(offer_id)
        if offer is not None:
            deed(offer, clock.now())
    except Refused:  # it moved on meanwhile
        db.session.rollback()
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
