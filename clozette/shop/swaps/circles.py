"""Rings of two, three or four through one member, found from who would swap for what.

Bounded whatever there is: only the newest ``NEIGHBOURS`` who want something of the member's and whose things the member
wants are looked at, and of the ways between those the newest ``WAYS`` on either side; the two sides meet in the middle,
and no more than ``RINGS`` are compared.
"""

import heapq
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clozette.accounts.models import Block, Member
from clozette.kernel.database import db
from clozette.shop.listings.models import Listing
from clozette.shop.sellers.models import Rate, Seller
from clozette.shop.swaps.models import Want

NEIGHBOURS, WAYS, RINGS, LOOKED_AT, MOST = 100, 1_000, 5_000, 300, 20
_Giver, _Taker = aliased(Seller), aliased(Seller)
_GivingMember, _TakingMember = aliased(Member), aliased(Member)


@dataclass(frozen=True, slots=True)
class Person:
    """One of a ring."""

    member_id: int
    seller_id: int
    name: str
    handle: str
    country: str


@dataclass(frozen=True, slots=True)
class Gift:
    """What one would send to another who wants it."""

    listing_id: int
    title: str
    price: int | None
    giver: Person
    taker: Person


@dataclass(frozen=True, slots=True)
class Circle:
    """A ring: the first gift is the member's own, the last comes to them."""

    gifts: tuple[Gift, ...]

    @property
    def spread(self) -> float:
        """How far the prices lie apart, as a part of the highest; nothing where no two are known."""
        known = [gift.price for gift in self.gifts if gift.price]
        return 0.0 if len(known) < 2 else 1 - min(known) / max(known)

    @property
    def value(self) -> int | None:
        """What would do as everybody's deposit: the middle of the known prices."""
        known = sorted(gift.price for gift in self.gifts if gift.price)
        return known[len(known) // 2] if known else None


_Ways = dict[int, dict[int, Gift]]


def find(seller: Seller) -> Sequence[Circle]:
    """Return the best rings through a member who sells: the shorter first, then those of nearer prices."""
    ways = _ways(seller.currency)
    away = _once(ways.where(_Giver.id == seller.id).limit(NEIGHBOURS))
    home = _once(ways.where(_Taker.id == seller.id).limit(NEIGHBOURS))
    takers, givers = {gift.taker.seller_id for gift in away}, {gift.giver.seller_id for gift in home}
    if not takers or not givers:
        return []
    onwards = _once(ways.where(_Giver.id.in_(takers), _Taker.id != seller.id).limit(WAYS))
    before = _once(ways.where(_Taker.id.in_(givers), _Giver.id != seller.id).limit(WAYS))
    found = _rings(away, _by(onwards), _by(before), {gift.giver.seller_id: gift for gift in home})
    best = heapq.nsmallest(LOOKED_AT, itertools.islice(found, RINGS), key=lambda one: (len(one.gifts), one.spread))
    return _possible(best)[:MOST]


def _rings(away: Sequence[Gift], onwards: _Ways, before: _Ways, home: Mapping[int, Gift]) -> Iterator[Circle]:
    """Yield every ring that these ways make, each once; the short ones first."""
    for first in away:
        if first.taker.seller_id in home:
            yield Circle((first, home[first.taker.seller_id]))
    seconds = {one: {**before.get(one, {}), **onwards.get(one, {})} for one in (gift.taker.seller_id for gift in away)}
    for first in away:
        for two, second in seconds[first.taker.seller_id].items():
            if two in home:
                yield Circle((first, second, home[two]))
    for first in away:
        for two, second in seconds[first.taker.seller_id].items():
            for three, third in before.get(two, {}).items():
                if three != first.taker.seller_id and three in home:
                    yield Circle((first, second, third, home[three]))


def _by(gifts: Iterable[Gift]) -> _Ways:
    """Return gifts by who gives them, then by who takes them."""
    found: _Ways = {}
    for gift in gifts:
        found.setdefault(gift.giver.seller_id, {})[gift.taker.seller_id] = gift
    return found


def _ways(currency: str) -> sa.Select[Any]:
    """Return every gift that somebody wants and both sides could take part with, the newest wish first."""
    gifts: Any = sa.select(Listing.id, Listing.title, Listing.price_minor, *_facts(_Giver, _GivingMember))
    gifts = gifts.add_columns(*_facts(_Taker, _TakingMember))
    gifts = gifts.select_from(Want).join(Listing, Listing.id == Want.listing_id)
    gifts = gifts.join(_Giver, _Giver.id == Listing.seller_id).join(_Taker, _Taker.member_id == Want.member_id)
    gifts = gifts.join(_GivingMember, _GivingMember.id == _Giver.member_id)
    gifts = gifts.join(_TakingMember, _TakingMember.id == _Taker.member_id)
    offered = (Listing.state == "active", Listing.mode == "swap", Listing.remaining > 0)
    able = [sa.and_(one.state == "active", one.currency == currency) for one in (_Giver, _Taker)]
    there = [
        sa.and_(one.confirmed_at.is_not(None), one.deactivated_at.is_(None)) for one in (_GivingMember, _TakingMember)
    ]
    ways: sa.Select[Any] = gifts.where(*offered, *able, *there).order_by(Want.at.desc())
    return ways


def _facts(seller: Any, member: Any) -> Sequence[Any]:
    return member.id, seller.id, member.display_name, member.handle, member.country


def _once(ways: sa.Select[Any]) -> list[Gift]:
    """Return one gift for each two members."""
    found: dict[tuple[int, int], Gift] = {}
    for listing_id, title, price, *facts in db.session.execute(ways):
        giver, taker = Person(*facts[:5]), Person(*facts[5:])
        found.setdefault((giver.seller_id, taker.seller_id), Gift(listing_id, title, price, giver, taker))
    return list(found.values())


def _possible(rings: Sequence[Circle]) -> list[Circle]:
    """Leave out rings in which two who don't want to do with each other, or a parcel that can't get there, would meet."""
    gifts = {gift for ring in rings for gift in ring.gifts}
    apart, ways = _blocks(gifts), _rates(gifts)
    return [ring for ring in rings if _meets(ring, apart) and all(_goes(gift, ways) for gift in ring.gifts)]


def _meets(ring: Circle, apart: set[tuple[int, int]]) -> bool:
    """Whether all of a ring may see each other's names: its page shows them, neighbours or not."""
    people = [gift.giver.member_id for gift in ring.gifts]
    return not any(two in apart for two in itertools.permutations(people, 2))


def _goes(gift: Gift, ways: set[tuple[int, str]]) -> bool:
    return (gift.giver.seller_id, gift.taker.country) in ways


def _blocks(gifts: Iterable[Gift]) -> set[tuple[int, int]]:
    people = {one.member_id for gift in gifts for one in (gift.giver, gift.taker)}
    rows = sa.select(Block.blocker_id, Block.blocked_id).where(
        Block.blocker_id.in_(people), Block.blocked_id.in_(people)
    )
    return {(blocker, blocked) for blocker, blocked in db.session.execute(rows)}


def _rates(gifts: Iterable[Gift]) -> set[tuple[int, str]]:
    sellers = {gift.giver.seller_id for gift in gifts}
    countries = {gift.taker.country for gift in gifts}
    rows = sa.select(Rate.seller_id, Rate.country).where(Rate.seller_id.in_(sellers), Rate.country.in_(countries))
    return {(seller, country) for seller, country in db.session.execute(rows)}


def is_ring(listings: Sequence[Listing]) -> bool:
    """Whether each of these is wanted by whoever gives the next: by the seller of the first the last one."""
    takers = [*(one.seller.member_id for one in listings[1:]), listings[0].seller.member_id]
    wanted = sa.select(Want.listing_id, Want.member_id).where(Want.listing_id.in_([one.id for one in listings]))
    known = {(listing_id, member_id) for listing_id, member_id in db.session.execute(wanted)}
    return all((one.id, taker) in known for one, taker in zip(listings, takers, strict=True))
