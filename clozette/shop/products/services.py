"""Verbs of products. Their sizes are listings that begin, pause and end together; stock changes as all stock does."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.closets import services as closets
from clozette.closets.models import Item
from clozette.closets.queries import item_by_key
from clozette.closets.rules import fold
from clozette.kernel import events
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused, refuse
from clozette.media.models import Photo
from clozette.shop.listings import rules as listing_rules
from clozette.shop.listings import services as listings
from clozette.shop.listings.events import ListingPublished
from clozette.shop.listings.models import Listing
from clozette.shop.products import queries, rules
from clozette.shop.products.access import Product
from clozette.shop.sellers.models import Seller
from clozette.shop.sellers.queries import ships

_OF_ITEM = ("category", "subcategory", "brand", "colours", "measurements")
_ASIDE = 1000
"""Where sizes wait while they change places: two are never at one."""


def add(
    seller: Seller, owner: Member, facts: Mapping[str, Any], photos: Sequence[Photo], *, form_key: str, now: datetime
) -> Product:
    """Begin a draft of a product. The same ``form_key`` gives what it made before.

    :param facts: of the item ``category``, ``subcategory``, ``brand``, ``colours``, ``measurements``; of its listings
        ``title``, ``words``, ``price_minor``, ``size_system``, and ``sizes``: of each its name, how many there are, and
        how many there were for who counted.
    :raises Refused: ``trader``, ``many``, ``price``, ``no-photo`` or ``too-many-photos``.
    """
    db.session.execute(sa.select(Seller.id).where(Seller.id == seller.id).with_for_update())  # its twin waits here
    before = item_by_key(owner.id, form_key)
    if before is not None:
        return Product(seller, before, queries.sizes(before.id))
    refuse(rules.why_not_deal(seller.kind, products=queries.count(owner.id)))
    refuse(listing_rules.why_not_price("sale", facts["price_minor"], None))
    told = {name: facts[name] for name in _OF_ITEM if name in facts}
    item = closets.add_product(owner, told, photos, upload_key=form_key, now=now)
    product = Product(seller, item, [])
    _write(product, facts, now)
    return product


def save(
    product: Product, facts: Mapping[str, Any], photos: Sequence[Photo], *, seen: int | None, now: datetime
) -> None:
    """Change a product. ``seen`` is the version that the form was filled from; what is absent of ``facts`` stays.

    Of sizes that were there before, ``sizes`` says how many more there are, or less; another name is another size.

    :raises Refused: ``changed-elsewhere``, ``price``, ``stock``, ``no-photo`` or ``too-many-photos``.
    """
    refuse(listing_rules.why_not_price("sale", facts["price_minor"], None))
    with db.session.begin_nested():  # photos that came with a refused form stay; of the form itself nothing may
        closets.save(product.item, {name: facts[name] for name in _OF_ITEM if name in facts}, seen=seen, now=now)
        closets.set_photos(product.item, photos, now=now)
        _write(product, facts, now)
    if product.lead.state == "sold" and any(size.remaining for size in product.sizes):
        _turn(product, ("sold",), state=sa.case((Listing.withheld_at.is_(None), "active"), else_="paused"))


def publish(product: Product, *, now: datetime) -> None:
    """Offer all sizes from now on, which makes the photos public.

    :raises Refused: if the seller is no trader, can't be paid or ships nowhere, or if none of any size is left.
    """
    seller = product.seller
    refuse(rules.only_traders() if seller.kind != "trader" else None)
    refuse(rules.why_not_publish([size.remaining for size in product.sizes]))
    refuse(listing_rules.why_not_publish("sale", seller, ships=ships(seller.id), has_file=False))
    closets.publicise(product.item, now=now)
    first = sa.func.coalesce(Listing.published_at, now)
    _turn(product, ("draft", "paused", "sold"), state="active", published_at=first, changed_at=now, withheld_at=None)
    events.publish(ListingPublished(product.lead.id, seller.id))


def pause(product: Product, *, now: datetime) -> None:
    """Offer it no more for now. What is held or paid goes on."""
    _turn(product, ("active",), state="paused", changed_at=now, withheld_at=now)


def remove(product: Product, *, now: datetime) -> None:
    """Take it down for good. Its photos are private, and go with it once no order needs them (``sweep``)."""
    _turn(product, ("draft", "active", "paused", "sold"), state="removed", changed_at=now)
    closets.hide(product.item)


def sweep(before: datetime) -> int:
    """Delete products that were taken down before then and that no order needs any more; say how many."""
    gone = queries.unneeded(before)
    for item in gone:
        closets.remove(item)
    return len(gone)


def _write(product: Product, facts: Mapping[str, Any], now: datetime) -> None:
    """Write what the sizes share, and their stock; sizes that are named no more are taken down."""
    before = {fold(size.size or ""): size for size in product.sizes}
    state = product.sizes[0].state if product.sizes else "draft"
    product.sizes = [_size(product, before.pop(fold(one[0] or ""), None), state, one, now) for one in facts["sizes"]]
    for gone in before.values():
        gone.state = "removed"
    db.session.flush()
    for place, one in enumerate(product.sizes, start=1):
        one.variant = _ASIDE + place
        _fill(one, product.item, facts, now)
        db.session.add(one)
    db.session.flush()
    for place, one in enumerate(product.sizes, start=1):
        one.variant = place
    db.session.flush()


def _size(
    product: Product, found: Listing | None, state: str, one: tuple[str | None, int, int], now: datetime
) -> Listing:
    size, stock, left = one
    if found is not None:
        listings.add_pieces(found, stock - left)
        found.size = size
        return found
    seller, item = product.seller, product.item
    lead = product.sizes[0] if product.sizes else None
    key = f"product-{item.id}-{secrets.token_hex(6)}"
    return Listing(
        seller=seller,
        item=item,
        form_key=key,
        currency=seller.currency,
        state=state,
        version=0,
        size=size,
        mode="sale",
        condition="new",
        stock=stock,
        remaining=stock,
        made_at=now,
        published_at=lead.published_at if lead else None,
        withheld_at=lead.withheld_at if lead else None,
    )


def _fill(listing: Listing, item: Item, facts: Mapping[str, Any], now: datetime) -> None:
    listing.title, listing.words, listing.price_minor = facts["title"], facts["words"], facts["price_minor"]
    listing.size_system = facts["size_system"]
    listing.version += 1
    listing.changed_at = now
    listings.copy_item(listing, item)


def _turn(product: Product, states: Sequence[str], **values: Any) -> None:
    """Change all sizes by one statement.

    :raises Refused: ``state`` if they are in another state by now.
    """
    ids = [size.id for size in product.sizes]
    there = sa.update(Listing).where(Listing.id.in_(ids), Listing.state.in_(states))
    done: Any = db.session.execute(there.values(**values), execution_options={"synchronize_session": False})
    if not done.rowcount:
        raise Refused(listing_rules.not_now())
    for size in product.sizes:
        db.session.refresh(size, ["state", "published_at", "changed_at"])
