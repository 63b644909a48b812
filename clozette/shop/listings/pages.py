"""Pages of the shop as rows: what a page has to know of a listing before it asks whether the listing's card is made.

One statement a page, compiled once for each set of filters. Who sees what is decided here, for every page anew.
"""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from clozette.accounts.access import unblocked
from clozette.accounts.models import Member
from clozette.closets.models import Item, ItemPhoto
from clozette.kernel import database
from clozette.kernel.ids import MAX_ID
from clozette.kernel.kept import Kept
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.prepared import Prepared
from clozette.kernel.viewer import Viewer
from clozette.media.models import Photo
from clozette.shop.listings import queries
from clozette.shop.listings.access import offered, stands
from clozette.shop.listings.models import Listing
from clozette.shop.listings.queries import Filters
from clozette.shop.sellers.models import Rate, Seller

MOST_SETS = 256
_ME, _WHOSE, _BEFORE = (sa.bindparam(name, None, type_=Listing.id.type) for name in ("me", "whose", "before"))
_COUNTRY: sa.BindParameter[Any] = sa.bindparam("country", None, type_=Rate.country.type)
_prepared: Kept[Prepared] = Kept(MOST_SETS)


class Row(NamedTuple):
    """A listing.

    :ivar left: whether anybody could take it now; of a product, how many sizes.
    :ivar token: of its cover, if that is public; ``first_minor``: what shipping a first piece costs.
    """

    id: int
    title: str
    size: str | None
    condition: str
    mode: str
    price_minor: int | None
    currency: str
    left: int
    token: str | None
    first_minor: int | None


def shop(viewer: Viewer, filters: Filters, country: str, after: int | None) -> Page[Row]:
    """Return a page of what is offered, newest first."""
    return _page(viewer, filters, country, after, whose=None)


def of_member(viewer: Viewer, member: Member, country: str, after: int | None) -> Page[Row]:
    """Return a page of what a member offers."""
    return _page(viewer, Filters(), country, after, whose=member.id)


def _page(viewer: Viewer, filters: Filters, country: str, after: int | None, *, whose: int | None) -> Page[Row]:
    key = (filters, viewer.is_member, whose is None)
    statement = _prepared.get(key)
    if statement is None:
        statement = Prepared(_statement(*key))
        _prepared.put(key, statement)
    given = {"me": viewer.member_id, "whose": whose, "country": country, "before": MAX_ID if after is None else after}
    rows = statement.rows(database.reader(), given)
    return page_of([Row._make(row) for row in rows], lambda row: row.id)


def _statement(filters: Filters, is_member: bool, everybody: bool) -> sa.Select[Any]:
    """Return it with the parameters that differ from viewer to viewer left open."""
    still = sa.and_(Item.id == Listing.item_id, Item.member_id == Seller.member_id)
    cover = sa.and_(ItemPhoto.item_id == Item.id, ItemPhoto.position == 0)
    rate = sa.and_(Rate.seller_id == Listing.seller_id, Rate.country == _COUNTRY)
    facts: Any = (*(getattr(Listing, name) for name in Row._fields[:7]), _left().label("left"))
    rows: Any = sa.select(*facts, Photo.public_token, Rate.first_minor)
    rows = rows.join(Seller, Seller.id == Listing.seller_id).join(Member, Member.id == Seller.member_id)
    rows = rows.outerjoin(Item, still).outerjoin(ItemPhoto, cover).outerjoin(Photo, Photo.id == ItemPhoto.photo_id)
    whose = sa.true() if everybody else Seller.member_id == _WHOSE
    seen = unblocked(_ME, Seller.member_id) if is_member else sa.true()
    found = rows.outerjoin(Rate, rate).where(
        offered(), stands(), seen, whose, *queries.narrowed(filters), Listing.id < _BEFORE
    )
    made: sa.Select[Any] = found.order_by(Listing.id.desc()).limit(sa.literal_column(str(PAGE_SIZE + 1)))
    return made


def _left() -> sa.ColumnElement[int]:
    size = aliased(Listing)
    open_ = size.state.in_([sa.literal_column(f"'{state}'") for state in queries.OPEN])  # as the index says it
    sizes = sa.select(sa.func.count()).where(size.item_id == Listing.item_id, open_, size.remaining > 0)
    product = Listing.variant > 0
    return sa.case((product, sizes.where(size.variant > 0).scalar_subquery()), (Listing.remaining > 0, 1), else_=0)
