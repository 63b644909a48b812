"""Verbs of listings. Stock changes by one conditional statement each, so that no piece is sold twice."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from clozette.closets import services as closets
from clozette.closets.models import Item
from clozette.closets.rules import fold
from clozette.kernel import database, events
from clozette.kernel.database import BigInt, db
from clozette.kernel.prepared import Prepared
from clozette.kernel.refusal import Refused, refuse
from clozette.shop.files.queries import current_of
from clozette.shop.listings import queries, rules
from clozette.shop.listings.events import ListingPublished
from clozette.shop.listings.models import Listing
from clozette.shop.offers.models import Offer, OfferLine
from clozette.shop.orders.models import HELD, Order, OrderLine
from clozette.shop.sellers.models import Seller
from clozette.shop.sellers.queries import ships

_PLAIN = ("mode", "title", "words", "condition", "price_minor", "floor_minor")
UNCOUNTED = 1_000_000
"""So many there are of something digital: it doesn't run out."""


def offer(seller: Seller, item: Item, facts: Mapping[str, Any], *, form_key: str, now: datetime) -> Listing:
    """Begin a draft for an item (locked by ``closets.access.own_item``). The same ``form_key`` gives what it made before.

    :param facts: columns of ``Listing``, those of the item left out; ``stock`` may be absent.
    :raises Refused: ``wished``, ``archived``, ``offered``, ``price`` or ``floor``.
    """
    db.session.execute(sa.select(Seller.id).where(Seller.id == seller.id).with_for_update())  # its twin waits here
    before = queries.by_key(seller.id, form_key)
    if before is not None:
        return before
    offered = queries.open_of(item.id) is not None
    refuse(rules.why_not_offer(kind=item.kind, archived=item.archived_at is not None, offered=offered))
    listing = Listing(seller=seller, item=item, form_key=form_key, currency=seller.currency, made_at=now)
    listing.state, listing.version = "draft", 0
    listing.stock = listing.remaining = _stock(facts)
    _write(listing, facts, now)
    db.session.add(listing)
    db.session.flush()
    return listing


def save(listing: Listing, facts: Mapping[str, Any], *, seen: int | None, now: datetime) -> None:
    """Change a listing. ``seen`` is the version that the form was filled from.

    :raises Refused: ``changed-elsewhere``, ``price``, ``floor``, ``stock`` if more pieces are taken than it leaves, or
        ``no-file`` for something offered that would have nothing to fetch.
    """
    refuse(rules.why_not_save(seen=seen, current=listing.version))
    taken = listing.state == "sold" or listing.remaining < listing.stock
    refuse(rules.why_not_turn(listing.mode, facts["mode"], taken=taken))
    if facts["mode"] == "fee" and listing.state == "active" and current_of(listing.id) is None:
        raise Refused(rules.no_file())
    _restock(listing, _stock(facts))
    _write(listing, facts, now)
    db.session.flush()


def publish(listing: Listing, *, now: datetime) -> None:
    """Offer it from now on, which makes the item public; from a draft, a pause, or sold out where pieces came back.

    :raises Refused: if the seller can't be paid, ships nowhere, has no file for what is digital, or the item is gone.
    """
    has_file = current_of(listing.id) is not None
    refuse(rules.why_not_publish(listing.mode, listing.seller, ships=ships(listing.seller_id), has_file=has_file))
    if listing.item is None:
        raise Refused(rules.not_now())
    if listing.state == "sold" and queries.open_of(listing.item.id) is not None:
        raise Refused(rules.twice())
    closets.publicise(listing.item, now=now)
    shown = sa.update(Listing).where(
        Listing.id == listing.id,
        sa.or_(Listing.state.in_(("draft", "paused")), sa.and_(Listing.state == "sold", Listing.remaining > 0)),
    )
    first = sa.func.coalesce(Listing.published_at, now)
    _turn(listing, shown.values(state="active", published_at=first, changed_at=now, withheld_at=None))
    events.publish(ListingPublished(listing.id, listing.seller_id))


def pause(listing: Listing, *, now: datetime) -> None:
    """Offer it no more for now. What is held or paid goes on."""
    shown = sa.update(Listing).where(Listing.id == listing.id, Listing.state == "active")
    _turn(listing, shown.values(state="paused", changed_at=now, withheld_at=now))


def remove(listing: Listing, *, now: datetime) -> None:
    """Take it down for good. Orders keep what they copied."""
    _turn(listing, sa.update(Listing).where(Listing.id == listing.id).values(state="removed", changed_at=now))


def add_pieces(listing: Listing, more: int) -> None:
    """Have so many pieces more, or less, by one statement: what is taken meanwhile stays taken.

    :raises Refused: ``stock`` if more of them are taken than that leaves.
    """
    there = sa.update(Listing).where(Listing.id == listing.id, Listing.remaining + more >= 0)
    if not _change(there.values(stock=Listing.stock + more, remaining=Listing.remaining + more)):
        raise Refused(rules.too_few())
    db.session.refresh(listing, ["stock", "remaining"])


def follow_item(item_id: int) -> None:
    """Copy anew from an item what the shop is searched by."""
    with_item = joinedload(Listing.item).selectinload(Item.labels)
    offered = sa.select(Listing).where(Listing.item_id == item_id, Listing.state.in_(queries.OPEN))
    for listing in db.session.scalars(offered.options(with_item)):
        if listing.item is not None:
            copy_item(listing, listing.item)
    db.session.flush()


def pause_item(item_id: int) -> None:
    """Offer an item no more that others can't see any longer."""
    _change(sa.update(Listing).where(Listing.item_id == item_id, Listing.state == "active").values(state="paused"))


def remove_item(item_id: int) -> None:
    """Take down what is offered of an item that is deleted."""
    open_ = Listing.state.in_(queries.OPEN)
    _change(sa.update(Listing).where(Listing.item_id == item_id, open_).values(state="removed"))


def reserve(lines: Mapping[int, int], modes: Sequence[str] = rules.BOUGHT) -> None:
    """Take so many pieces off each listing (id → number), or none of any; always in the order of their ids.

    :param modes: how they must be offered.
    :raises Refused: ``gone`` if somebody was quicker.
    """
    database.flush()
    taken: dict[int, int] = {}
    for listing_id, number in sorted(lines.items()):
        if not _take(listing_id, number, modes):
            give_back(taken)
            raise Refused(rules.gone())
        taken[listing_id] = number


def give_back(lines: Mapping[int, int]) -> None:
    """Put pieces back that were reserved; only for the one statement that ended the hold, once."""
    for listing_id, number in sorted(lines.items()):
        _change(sa.update(Listing).where(Listing.id == listing_id).values(remaining=Listing.remaining + number))


def sold(lines: Mapping[int, int]) -> None:
    """Mark what is sold out once the order is paid; as long as others hold pieces that they may not pay, it is not."""
    shown = Listing.state.in_(("active", "paused"))
    for listing_id in sorted(lines):
        out = sa.update(Listing).where(Listing.id == listing_id, Listing.variant == 0, shown)
        out = out.where(Listing.remaining == 0, ~_is_held(Listing))
        if not _change(out.values(state="sold")):
            _change(_sell_out(listing_id).where(shown).values(state="sold"))


def offer_again(listing_ids: Iterable[int]) -> None:
    """Offer again what was marked as sold and came back, if everybody may still see it and it isn't offered anew by now.

    A product comes back with all its sizes.
    """
    other, size = aliased(Listing), aliased(Listing)
    anew = sa.exists().where(other.item_id == Listing.item_id, other.variant == 0, other.state.in_(queries.OPEN))
    came = sa.select(size.item_id).where(size.id.in_(list(listing_ids)), size.variant > 0, size.remaining > 0)
    itself = sa.and_(Listing.id.in_(list(listing_ids)), Listing.remaining > 0)
    its_product = sa.and_(Listing.variant > 0, Listing.item_id.in_(came))
    seen = sa.exists().where(Item.id == Listing.item_id, Item.publicised_at.is_not(None), Item.archived_at.is_(None))
    back = sa.update(Listing).where(sa.or_(itself, its_product), Listing.state == "sold")
    state = sa.case((Listing.withheld_at.is_(None), "active"), else_="paused")
    _change(back.where(seen, ~anew).values(state=state))


def _sell_out(listing_id: int) -> sa.Update:
    """Return the statement that changes all sizes of the product that a listing is one of, when none of any is left or held."""
    sold, size = aliased(Listing), aliased(Listing)
    product = sa.select(sold.item_id).where(sold.id == listing_id, sold.variant > 0)
    left = sa.exists().where(size.item_id == Listing.item_id, size.variant > 0, size.state != "removed")
    left = left.where(sa.or_(size.remaining > 0, _is_held(size)))
    return sa.update(Listing).where(Listing.variant > 0, Listing.item_id.in_(product), ~left)


def _is_held(listing: Any) -> sa.ColumnElement[bool]:
    """Return the SQL condition that somebody holds pieces which they may not pay."""
    held = sa.exists().where(OrderLine.listing_id == listing.id, Order.id == OrderLine.order_id, Order.state.in_(HELD))
    agreed = sa.exists().where(OfferLine.listing_id == listing.id, Offer.id == OfferLine.offer_id)
    return sa.or_(held, agreed.where(Offer.state == "accepted"))


def _take(listing_id: int, number: int, modes: Sequence[str]) -> bool:
    given = {"listing": listing_id, "number": number}
    return bool(_taking(tuple(modes)).rows(database.connection(), given))


@cache
def _taking(modes: tuple[str, ...]) -> Prepared:
    """Return the statement that takes pieces off a listing, made once."""
    number: sa.BindParameter[int] = sa.bindparam("number", None, type_=BigInt)
    there = sa.update(Listing).where(
        Listing.id == sa.bindparam("listing", None, type_=BigInt),
        Listing.state == "active",
        Listing.mode.in_(modes),
        Listing.remaining >= number,
    )
    return Prepared(there.values(remaining=Listing.remaining - number).returning(Listing.id))


def _change(statement: sa.Update) -> bool:
    done: Any = db.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(done.rowcount)


def _write(listing: Listing, facts: Mapping[str, Any], now: datetime) -> None:
    refuse(rules.why_not_price(facts["mode"], facts["price_minor"], facts["floor_minor"]))
    for name in _PLAIN:
        setattr(listing, name, facts[name])
    if listing.item is not None:
        copy_item(listing, listing.item)
    listing.version += 1
    listing.changed_at = now


def copy_item(listing: Listing, item: Item) -> None:
    """Copy from an item what the shop is searched by; a size of a product is the listing's own."""
    listing.category, listing.brand = item.category_code, item.brand
    if not listing.variant:
        listing.size_system, listing.size = item.size_system, item.size
    listing.search_text = fold(" ".join([listing.title, listing.brand or "", listing.words, *item.tags]))


def _stock(facts: Mapping[str, Any]) -> int:
    return UNCOUNTED if facts["mode"] == "fee" else int(facts.get("stock") or 1)


def _restock(listing: Listing, stock: int) -> None:
    """Change how many there are by one statement: pieces that are taken meanwhile stay taken."""
    more = stock - Listing.stock
    there = sa.update(Listing).where(Listing.id == listing.id, Listing.remaining + more >= 0)
    if not _change(there.values(stock=stock, remaining=Listing.remaining + more)):
        raise Refused(rules.too_few())
    db.session.refresh(listing, ["stock", "remaining"])


def _turn(listing: Listing, statement: sa.Update) -> None:
    if not _change(statement):
        raise Refused(rules.not_now())
    db.session.refresh(listing, ["state", "published_at", "changed_at"])
