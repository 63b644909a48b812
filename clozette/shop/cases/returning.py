"""Sending things back before the money goes back: the seller says where to, the buyer sends, the seller has them."""

from datetime import datetime

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.privacy.disclosures import BeingErased
from clozette.shop.cases import deciding, moves, rules
from clozette.shop.cases.models import Case
from clozette.shop.cases.moves import Said
from clozette.shop.orders import handing


def give_address(case: Case, words: str, *, by: Member, now: datetime) -> None:
    """Say where things are sent back to, for the seller: the buyer gets to know it through the one door.

    :raises Refused: if it is not asked for, or one of them is leaving.
    """
    order = case.order
    moves.move(case, "sending", now, due_at=now + rules.SEND_BACK_WITHIN)
    moves.note(case.id, "seller", "address", now, Said(words), by=by)
    buyer = db.session.get(Member, order.buyer_id) if order.buyer_id is not None else None
    try:
        if buyer is None:
            raise BeingErased("the buyer is gone")
        handing.to_returner(order, buyer, by, words, now)
    except BeingErased as error:
        raise Refused(rules.gone()) from error


def send_back(case: Case, courier: str, tracking: str, *, by: Member, now: datetime) -> None:
    """Note that the buyer sent things back."""
    moves.move(case, "back", now, due_at=now + rules.BACK_WITHIN, courier=courier, tracking=tracking)
    moves.note(case.id, "buyer", "sent_back", now, by=by)


def get_back(case: Case, *, by: Member | None, now: datetime) -> None:
    """Note that the seller has the things: the money goes back now; by nobody, once it took long enough."""
    if case.state != "back":
        raise Refused(rules.elsewhere())
    moves.end(case, "closed", deciding.latest(case.id).parts, now)
    moves.note(case.id, "seller" if by else "house", "got_back", now, by=by)


def go_unsent(case: Case, now: datetime) -> None:
    """End it without money, as the buyer sent nothing back in time."""
    moves.end(case, "closed", {}, now)
    moves.note(case.id, "house", "unsent", now)


def go_without(case: Case, now: datetime) -> None:
    """Pay without anything being sent back, as the seller did not say where to in time."""
    moves.end(case, "closed", deciding.latest(case.id).parts, now)
    moves.note(case.id, "house", "closed", now)
