"""Leaving by the token in a mail. It ends what it names and nothing else, as often as it is used, for ever."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _
from itsdangerous import BadSignature

from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters import keys
from clozette.newsletters.sending import services as sending
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import notices

ONE_CLICK, PAGE, MAIL = "one-click", "page:leave", "mail:leave"
"""How somebody left, for the ledger: their mail program's button, the page's button, a mail to us."""

GOES_BACK = timedelta(hours=1)
_UNDO = "clozette.newsletters.undo"


@dataclass(frozen=True)
class Left:
    """What leaving led to.

    :ivar newsletter: the one that the token names; nothing where the subscription is gone with all of the person's data.
    :ivar ended: the subscriptions that this very deed ended and that had been confirmed: they can be taken up again.
    :ivar suppressed: whether this deed stopped all mail to the address.
    """

    newsletter: Newsletter | None
    at: datetime
    ended: tuple[int, ...] = ()
    suppressed: bool = False

    @property
    def undo(self) -> str:
        """Return the stamp that takes this deed back for an hour; nothing if it changed nothing that could come back."""
        return _stamp(self) if self.ended else ""


def standing(token: str) -> tuple[Newsletter | None, str] | None:
    """Return the newsletter that a token leads out of, and the subscription's state; nothing for a token not ours."""
    link = keys.read("leave", token)
    if link is None:
        return None
    subscription = db.session.get(Subscription, link.subscription_id)
    return (subscription.newsletter, subscription.state) if subscription else (None, "")


def act(token: str, how: str, now: datetime, *, everything: bool = False) -> Left | None:
    """End the subscription that a token names, or all of its contact's; nothing for a token that we didn't make.

    Whatever of it is gone meanwhile (subscription, campaign, account) is left, too.

    :param how: ``ONE_CLICK``, ``PAGE`` or ``MAIL``.
    """
    link = keys.read("leave", token)
    if link is None:
        return None
    subscription = db.session.get(Subscription, link.subscription_id)
    if subscription is None:
        return Left(None, now)
    if everything:
        left = leave_all(subscription.contact, how, now, link.campaign_id)
    else:
        left = leave([subscription], how, now, link.campaign_id)
    return replace(left, newsletter=subscription.newsletter)


def leave(subscriptions: Collection[Subscription], how: str, now: datetime, campaign_id: int = 0) -> Left:
    """End some subscriptions of one contact."""
    ended = []
    for one in sorted(subscriptions, key=lambda one: one.id):
        was = one.state
        if services.leave(one, method=how, now=now, campaign_id=campaign_id) and was == "confirmed":
            ended.append(one.id)
    if ended and campaign_id:
        sending.unsubscribed(campaign_id, one.contact_id, now)
    return Left(None, now, tuple(ended))


def leave_all(contact: Contact, how: str, now: datetime, campaign_id: int = 0) -> Left:
    """End every subscription of a contact, and send it no marketing again until its reader asks for it."""
    left = leave(contact.subscriptions, how, now, campaign_id)
    return replace(left, suppressed=services.suppress(contact, "left", source=how.partition(":")[0], now=now))


def undo(stamp: str, now: datetime) -> list[Newsletter]:
    """Take a leaving back, once, within the hour; return what is subscribed again.

    :raises Refused: if it is too late, or something else happened to the subscriptions meanwhile.
    """
    ended, at, suppressed = _read(stamp, now)
    mine = (
        sa.select(Subscription)
        .where(Subscription.id.in_(ended), Subscription.state == "unsubscribed", Subscription.changed_at == at)
        .order_by(Subscription.id)
    )
    found = db.session.scalars(mine.with_for_update().execution_options(populate_existing=True)).all()
    if not found:
        raise Refused(_too_late())
    if suppressed:
        suppressions.lift(found[0].contact.address_key, ("left",), now, since=at)
    for one in found:
        services.give(one, "undo", method="page:undo", now=now)
    return [one.newsletter for one in found]


def _stamp(left: Left) -> str:
    said = {"s": [ids.encode(one) for one in left.ended], "a": left.at.isoformat(), "f": left.suppressed}
    return notices.signer(_UNDO).dumps(said)


def _read(stamp: str, now: datetime) -> tuple[list[int], datetime, bool]:
    try:
        said = notices.signer(_UNDO).loads(stamp)
    except BadSignature:
        raise Refused(_too_late()) from None
    at = datetime.fromisoformat(said["a"])
    if not at <= now <= at + GOES_BACK:
        raise Refused(_too_late())
    return [ids.decode(one) for one in said["s"]], at, bool(said["f"])


def _too_late() -> Refusal:
    return Refusal("too_late", _("This can't be undone here any more. You can subscribe again at any time."))
