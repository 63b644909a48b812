"""Verbs of swaps: propose, say yes, say no. ``swap`` is locked, so that of two at once one sees what the other did."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.accounts.access import is_blocked_between
from clozette.accounts.models import Member
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.ports import payments as port
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy import notices, subjects
from clozette.shop.acknowledging import acknowledge
from clozette.shop.ages import why_not_trade
from clozette.shop.buying import rules as buying
from clozette.shop.listings.models import Listing
from clozette.shop.orders import refs
from clozette.shop.sellers import rates
from clozette.shop.sellers.models import Seller
from clozette.shop.sellers.rules import why_not_sell
from clozette.shop.swaps import agreeing, queries, rules
from clozette.shop.swaps.events import SwapMoved
from clozette.shop.swaps.models import Leg, Piece, Swap

POINT = "CP4"


@dataclass(frozen=True, slots=True)
class Part:
    """A parcel that is proposed: who gives what, what it is worth, and how much of that stays with the giver anyway."""

    giver: Seller
    listings: Sequence[Listing]
    value: int
    topup: int = 0


def propose(
    proposer: Member, parts: Sequence[Part], *, form_key: str, counter_of: Swap | None = None, now: datetime
) -> Swap:
    """Propose a ring: each gives a parcel to the giver of the next one. The same ``form_key`` proposes once.

    :raises Refused: if the proposer is too young or can't be paid, or the terms don't fit together.
    """
    subjects.lock([proposer.subject_id])  # two presses of one member take turns
    before = queries.by_key(proposer.id, form_key)
    if before is not None:
        return before
    _look(proposer, parts, now)
    swap = Swap(
        ref=refs.new(),
        form_key=form_key,
        proposer_id=proposer.id,
        counter_of=counter_of and counter_of.id,
        state_at=now,
        currency=parts[0].giver.currency,
        made_at=now,
        expires_at=now + rules.ANSWER_WITHIN,
    )
    db.session.add(swap)
    db.session.flush()
    for position, part in enumerate(parts):
        _add(swap, position, part, parts[(position + 1) % len(parts)].giver.member_id)
    if counter_of is not None and counter_of.state == "proposed":
        end(counter_of, "declined", "counter", now)
    events.publish(SwapMoved(swap.id, "proposed"))
    return swap


def say_yes(
    swap: Swap, member: Member, asked: Mapping[str, Any], shown: notices.Shown | None, *, now: datetime
) -> None:
    """Agree, and say where the parcel goes; the last yes makes the orders and holds everything, or is not taken.

    :raises Refused: ``gone`` if something can't be had now, and for whatever keeps one of the ring from taking part.
    """
    leg = leg_of(swap, member.id)
    if leg.answer == "yes" and swap.state in ("proposed", "agreed"):
        return
    refuse(rules.why_not_answer(swap.state, leg.answer, swap.expires_at, now))
    refuse(why_not_trade(is_minor=member.is_minor(now.date())) or (None if port.is_on() else buying.off()))
    refuse(why_not_sell(_seller_of(swap, member.id)))
    refuse(None if rates.shipping(leg.giver_id, asked["shipping_country"]) else rules.no_way())
    leg.answer, leg.answered_at, leg.address = "yes", now, dict(asked)
    db.session.flush()
    acknowledge(member.subject_id, POINT, shown, method="form:swap", now=now)
    if all(other.answer == "yes" for other in swap.legs):
        agreeing.agree(swap, now)
        move(swap, "agreed", now, expires_at=now + rules.PAY_WITHIN)


def say_no(swap: Swap, member: Member, *, now: datetime) -> None:
    """Decline a proposal, take back a yes, or step back before everybody has paid; then nothing comes of it.

    :raises Refused: once everybody has paid.
    """
    if swap.state == "proposed":
        leg = leg_of(swap, member.id)
        leg.answer, leg.answered_at = "no", now
        end(swap, "declined", "no", now)
    else:
        move(swap, "failed", now, sa.literal(swap.state == "agreed"), ended_because="withdrawn")


def end(swap: Swap, to: str, because: str, now: datetime) -> None:
    """End a proposal of which nothing comes; where the parcels would have gone nobody needs to know."""
    move(swap, to, now, ended_because=because)
    for leg in swap.legs:
        leg.address = None
    db.session.flush()


def move(swap: Swap, to: str, now: datetime, *conditions: sa.ColumnElement[bool], **values: Any) -> None:
    """Bring a swap into another state by one statement, and set ``values`` with it.

    :raises Refused: for a move that there is not, or if the swap is in another state by now.
    """
    refuse(rules.why_not_move(swap.state, to))
    there = sa.update(Swap).where(Swap.id == swap.id, Swap.state == swap.state, *conditions)
    done: Any = db.session.execute(
        there.values(state=to, state_at=now, **values), execution_options={"synchronize_session": False}
    )
    if not done.rowcount:
        raise Refused(rules.elsewhere())
    db.session.refresh(swap, ["state", "state_at", "expires_at", "ended_because"])
    events.publish(SwapMoved(swap.id, to))


def leg_of(swap: Swap, member_id: int) -> Leg:
    """Return the leg by which a member gets something."""
    return next(leg for leg in swap.legs if leg.receiver_id == member_id)


def _look(proposer: Member, parts: Sequence[Part], now: datetime) -> None:
    refuse(why_not_trade(is_minor=proposer.is_minor(now.date())))
    refuse(why_not_sell(next(part.giver for part in parts if part.giver.member_id == proposer.id)))
    if queries.count_proposed(proposer.id) >= rules.MOST_OPEN:
        raise Refused(rules.too_many())
    _look_apart([part.giver.member_id for part in parts])
    for part, following in zip(parts, [*parts[1:], parts[0]], strict=True):
        _look_at(part, following)


def _look_apart(people: Sequence[int | None]) -> None:
    """Let only those meet in a ring who may see each other: its page names all of them."""
    for one, other in itertools.combinations(people, 2):
        if one is None or other is None or is_blocked_between(one, other):
            raise Refused(rules.blocked())


def _look_at(part: Part, following: Part) -> None:
    one, other = part.giver, following.giver
    refuse(rules.why_not_value(part.value, part.topup))
    if one.currency != other.currency:
        raise Refused(rules.other_currency())
    if one.state != "active":
        raise Refused(rules.not_ready())
    if any(listing.state != "active" or listing.remaining < 1 for listing in part.listings):
        raise Refused(rules.gone())


def _add(swap: Swap, position: int, part: Part, receiver_id: int | None) -> None:
    leg = Leg(
        swap_id=swap.id,
        position=position,
        giver_id=part.giver.id,
        receiver_id=receiver_id,
        value_minor=part.value,
        topup_minor=part.topup,
    )
    db.session.add(leg)
    db.session.flush()
    values = rules.share_out(part.value, [listing.price_minor or 0 for listing in part.listings])
    for place, (listing, value) in enumerate(zip(part.listings, values, strict=True)):
        piece = {"leg_id": leg.id, "listing_id": listing.id, "position": place}
        db.session.add(Piece(**piece, title=listing.title, value_minor=value))
    db.session.flush()


def _seller_of(swap: Swap, member_id: int) -> Seller | None:
    return next((leg.giver for leg in swap.legs if leg.giver.member_id == member_id), None)
