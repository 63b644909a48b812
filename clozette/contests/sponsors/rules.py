"""Decisions about handing out to sponsors: no database, no Flask, no clock."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from clozette.contests.sponsors.models import Handout, Sharing, Sponsor
from clozette.kernel.refusal import Refusal

OPEN_FOR = timedelta(days=14)
"""How long a sponsor may fetch what was prepared."""
MOST_PEOPLE = 5_000
"""How many people one hand-over may be about: its payload is made and logged as a whole."""
CLOSED = ("closed", "judged", "announced", "done")
"""States of a contest from which on its entries stand."""
ANNOUNCED = ("announced", "done")
"""States of a contest in which it has winners."""
ACCEPTED = ("accepted", "addressed", "shipped", "received")
"""States of a winner who said yes to the prize."""


def why_not_prepare(sharing: Sharing, too_early: Refusal | None, *, has_hook: bool, means: str) -> Refusal | None:
    """Refuse what nobody is asked for any more, what isn't due, and a way that the sponsor has not."""
    if sharing.replaced_at is not None:
        return replaced()
    if means == "webhook" and not has_hook:
        return no_hook()
    return too_early


def why_not_theirs(sponsor: Sponsor, agreed_name: str) -> Refusal | None:
    """Refuse a sponsor who is closed, and one who is not called any more what people read when they agreed."""
    if sponsor.closed_at is not None:
        return Refusal("closed", _("Nothing is handed to this sponsor any more."))
    return renamed(sponsor.legal_name, agreed_name) if sponsor.legal_name != agreed_name else None


def renamed(name: str, agreed_name: str) -> Refusal:
    """Say that people read another name when they agreed, and how to go on."""
    words = _(
        "People agreed to share this with “%(then)s”; the sponsor is called “%(now)s” by now. If it is the same company,"
        " write the former name back until this is handed over.",
        then=agreed_name,
        now=name,
    )
    return Refusal("renamed", words)


def no_hook() -> Refusal:
    """Say that there is nowhere to send it to."""
    return Refusal("no_hook", _("The sponsor has no address of their own that was tried."), "means")


def why_not_approve(handout: Handout, by_id: int, now: datetime) -> Refusal | None:
    """Refuse who prepared it, and what was decided or is over."""
    if by_id == handout.made_by_id:
        return Refusal("oneself", _("Somebody else has to approve what you prepared."))
    if handout.approved_at is not None:
        return Refusal("approved", _("This was approved already."))
    return why_over(handout, now)


def why_over(handout: Handout, now: datetime) -> Refusal | None:
    """Say why nothing can be fetched any more, or not yet."""
    if handout.ended_at is not None:
        return Refusal("ended", _("This was ended."))
    if now >= handout.expires_at:
        return Refusal("expired", _("The time to fetch this is over."))
    if now < handout.opens_at:
        return Refusal("early", _("This can’t be fetched yet."))
    return None


def why_not_fetch(handout: Handout, sharing: Sharing, *, fetched: int, people: int, now: datetime) -> Refusal | None:
    """Refuse what is over, used up, too large for one person to decide on, or about nobody."""
    if (over := why_over(handout, now)) is not None:
        return over
    if sharing.replaced_at is not None:
        return replaced()
    if fetched >= handout.most:
        return Refusal("used_up", _("This was fetched as often as it may be. Ask us for more."))
    if not people:
        return Refusal("nobody", _("There is nobody whose yes to this stands."))
    if people > handout.free_up_to and handout.approved_at is None:
        return Refusal("waits", _("A second person of ours has to approve this first."))
    if people > MOST_PEOPLE:
        return Refusal("too_many", _("This is about too many people to be handed over at once."))
    return None


def replaced() -> Refusal:
    """Say that people were asked for something else since."""
    return Refusal("replaced", _("People are asked for something else by now; their yes to this counts no more."))


def too_early() -> Refusal:
    """Say that entries can still come and go."""
    return Refusal("early", _("Nothing is handed over before it is closed."))


def not_announced() -> Refusal:
    """Say that there are no winners yet."""
    return Refusal("early", _("There are no winners yet."))


def cancelled() -> Refusal:
    """Say that it was called off."""
    return Refusal("cancelled", _("It was cancelled: nothing of it is handed over."))


def why_not_due(state: str, reaches: str) -> Refusal | None:
    """Refuse to hand over entries of a contest in some state to its sponsor."""
    if state == "cancelled":
        return cancelled()
    if state not in CLOSED:
        return too_early()
    return not_announced() if reaches == "winners" and state not in ANNOUNCED else None


def by_hook() -> Refusal:
    """Say that it is sent to the sponsor's own address."""
    return Refusal("by_hook", _("This is sent to your own address, and not fetched here."))


def why_not_over(state: str, closes_at: datetime, now: datetime) -> Refusal | None:
    """Refuse to hand over what people of a survey or a promotion share while they can still take part."""
    return too_early() if state == "draft" or (state == "open" and now < closes_at) else None


def why_not_send(handout: Handout, now: datetime) -> Refusal | None:
    """Refuse to send what is fetched by hand, or is over."""
    if handout.means != "webhook":
        return Refusal("by_hand", _("This is fetched by the sponsor, and not sent."))
    return why_over(handout, now)


def under_way() -> Refusal:
    """Say that it is being sent."""
    return Refusal("under_way", _("It is being sent already."))
