"""Verbs of files of digital goods. Bytes are kept before the commit; those that no row leads to, the sweep finds."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app
from werkzeug.datastructures import FileStorage

from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused, refuse
from clozette.settings import Settings
from clozette.shop.files import kinds, queries, rules, store
from clozette.shop.files.models import GoodsFile
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order, OrderLine
from clozette.shop.sellers.models import Seller


def put(listing: Listing, upload: FileStorage, *, now: datetime) -> GoodsFile:
    """Sell this file with a listing (locked) from now on; who bought the one before keeps that.

    :raises BadFile: if it is nothing that is sold here, with a message for the seller.
    :raises Refused: ``room`` if the seller's files take up all that each has.
    """
    data = upload.stream.read()
    if not data:
        raise kinds.BadFile("empty", kinds.empty())
    given = upload.filename or ""
    kind = kinds.tell(data, given)
    name = kinds.name_of(given, kind)
    before, digest = queries.current_of(listing.id), hashlib.sha256(data).hexdigest()
    if before is not None and (before.sha256, before.name) == (digest, name):
        return before
    _has_room(listing.seller_id, len(data))
    if before is not None:
        before.replaced_at = now
        db.session.flush()
    made = GoodsFile(
        id=new_id(), listing_id=listing.id, name=name, kind=kind, bytes=len(data), sha256=digest, added_at=now
    )
    made.folder = store.put(data)
    db.session.add(made)
    db.session.flush()
    return made


def count_fetch(order: Order, line_id: int, now: datetime) -> None:
    """Note that a buyer fetches what they paid for: one statement, so that of this and a refund one knows of the other.

    :raises Refused: ``no-file`` if the order is not paid, or the line was paid back.
    """
    line = sa.update(OrderLine).where(
        OrderLine.id == line_id,
        OrderLine.order_id == order.id,
        OrderLine.file_id.is_not(None),
        OrderLine.refunded_minor < OrderLine.price_minor * OrderLine.quantity,
        sa.exists().where(Order.id == order.id, Order.state.in_(rules.FETCHED)),
    )
    first = sa.func.coalesce(OrderLine.fetched_at, now)
    done: Any = db.session.execute(
        line.values(fetches=OrderLine.fetches + 1, fetched_at=first), execution_options={"synchronize_session": False}
    )
    if not done.rowcount:
        raise Refused(rules.not_yours())


def _has_room(seller_id: int, adding: int) -> None:
    settings: Settings = current_app.extensions["clozette.settings"]
    db.session.execute(sa.select(Seller.id).where(Seller.id == seller_id).with_for_update())  # two at once take turns
    used = queries.used_by(seller_id)
    refuse(rules.why_not_keep(used=used, adding=adding, quota=settings.media_quota_mb * 1024**2))


def forget(file: GoodsFile) -> None:
    """Forget a file that nobody paid for, bytes first; orders that came to nothing no longer lead to it."""
    store.remove(file.folder)
    db.session.execute(sa.update(OrderLine).where(OrderLine.file_id == file.id).values(file_id=None))
    db.session.delete(file)
    db.session.flush()


def drop_unsold(before: datetime) -> None:
    """Forget the files that were replaced before a moment and that nobody bought.

    Their bytes go with the next sweep.
    """
    db.session.execute(sa.delete(GoodsFile).where(GoodsFile.replaced_at < before, ~queries.TAKEN))
