"""What the stored words of offers are called in the reader's language, and what the two sides are told."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from flask_babel import get_locale, gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import selectinload

from clozette.community.notifications import Group, Line, Renderer
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.kernel.viewer import Viewer
from clozette.shop.offers.models import Offer, OfferLine

STATES: Mapping[str, LazyString] = {
    "open": _l("Open"),
    "accepted": _l("Agreed"),
    "declined": _l("Declined"),
    "withdrawn": _l("Taken back"),
    "expired": _l("Time is over"),
    "bought": _l("Ordered"),
}
LOOKS: Mapping[str, str] = {"open": "accent", "accepted": "good", "bought": "good"}
"""How a badge of a state looks; the others are plain."""
TOLD: Mapping[str, LazyString] = {
    "offer_made": _l("%(amount)s is offered for “%(title)s”: say yes, no, or another price"),
    "offer_countered": _l("%(amount)s is the answer to the offer for “%(title)s”: it is your turn"),
    "offer_accepted": _l("Your offer of %(amount)s for “%(title)s” is accepted: buy it in time"),
    "offer_agreed": _l("The buyer takes your price of %(amount)s for “%(title)s”: it is held for them"),
    "offer_declined": _l("%(amount)s for “%(title)s” is declined"),
    "offer_withdrawn": _l("The offer of %(amount)s for “%(title)s” is taken back"),
    "offer_gone": _l("“%(title)s” can't be had any more, so your offer of %(amount)s is over"),
    "offer_expired": _l("The time for the offer of %(amount)s for “%(title)s” is over"),
}
"""What is told, by the kind of the notification."""
MAILED = frozenset({"offer_made", "offer_countered", "offer_accepted", "offer_agreed", "offer_declined"})
"""What is mailed besides."""


def who_is_told(offer: Offer, named_by: str) -> Sequence[tuple[str, str]]:
    """Return which sides are told what of how an offer stands. ``named_by``: who named the last sum.

    What was below the least the page has said, and a block says nothing.
    """
    if offer.ended_because in ("floor", "block"):
        return []
    if offer.state == "open":
        return [(offer.turn, "offer_made" if offer.rounds == 1 else "offer_countered")]
    if offer.state == "expired" and offer.ended_because == "gone":
        return [("buyer", "offer_gone")]
    return {
        "accepted": [(named_by, "offer_accepted" if named_by == "buyer" else "offer_agreed")],
        "declined": [(named_by, "offer_declined")],
        "withdrawn": [("seller", "offer_withdrawn")],
        "expired": [("buyer", "offer_expired"), ("seller", "offer_expired")],
    }.get(offer.state, [])


def told(offer: Offer, kind: str) -> str:
    """Say what happened, in the reader's language."""
    return str(TOLD[kind]) % {"amount": offer.amount.format(get_locale() or "en"), "title": title_of(offer)}


def title_of(offer: Offer) -> str:
    """Say what an offer is for, in short."""
    first, *more = offer.lines
    if not more:
        return first.listing.name
    return str(gettext("%(title)s and %(num)s more", title=first.listing.name, num=len(more)))


def page_of(offer: Offer) -> str:
    """Return where both sides look at an offer."""
    return f"/offers/{encode(offer.id)}"


def teller(kind: str) -> Renderer:
    """Return what words the notifications of one kind."""

    def render(_viewer: Viewer, groups: Sequence[Group]) -> Mapping[int, Line]:
        about = sa.select(Offer).where(Offer.id.in_([group.object_id for group in groups]))
        offers = db.session.scalars(about.options(selectinload(Offer.lines).joinedload(OfferLine.listing)))
        return {offer.id: Line(told(offer, kind), page_of(offer)) for offer in offers}

    return render
