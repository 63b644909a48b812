"""Verbs of reviews. Whoever calls them holds the order."""

from datetime import datetime

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused, refuse
from clozette.privacy import staff_reads
from clozette.shop.orders.models import Order
from clozette.shop.payments.changes import changed
from clozette.shop.reviews import facts, queries, rules
from clozette.shop.reviews.events import ReviewHidden, ReviewShown, ReviewWritten
from clozette.shop.reviews.models import Review
from clozette.shop.sellers.models import Seller


def write(order: Order, side: str, *, stars: int, as_described: bool | None, words: str, now: datetime) -> Review:
    """Say how it was, for one side of an order; until it is shown it may be said otherwise.

    :raises Refused: before it arrived, too late, or once either side's is shown.
    """
    people = {"buyer": order.buyer_id, "seller": db.session.get_one(Seller, order.seller_id).member_id}
    author_id, about_id = people[side], people["seller" if side == "buyer" else "buyer"]
    refuse(queries.why_not_write(order, side, now))
    if about_id is None:
        raise Refused(rules.gone())
    said = {"stars": stars, "as_described": as_described if side == "buyer" else None, "words": words}
    who = {"order_id": order.id, "side": side, "author_id": author_id, "about_id": about_id}
    review_id = new_id()
    is_new = insert_once(Review, id=review_id, **who, **said, written_at=now)
    if not is_new:
        mine = sa.update(Review).where(Review.order_id == order.id, Review.side == side)
        changed(mine.where(Review.shown_at.is_(None)).values(**said))
    if len(queries.of_order(order.id)) == len(people):
        show(order.id, now)
    elif is_new:
        events.publish(ReviewWritten(review_id))
    return db.session.scalars(sa.select(Review).filter_by(order_id=order.id, side=side)).one()


def show(order_id: int, now: datetime) -> None:
    """Show what was said about an order, once; not while a case is running about it."""
    waiting = sa.select(Review.id).join(Order, Order.id == Review.order_id).where(Order.id == order_id)
    for review_id in db.session.scalars(waiting.where(Order.contested_at.is_(None))).all():
        unseen = sa.update(Review).where(Review.id == review_id, Review.shown_at.is_(None))
        if changed(unseen.values(shown_at=now)):
            events.publish(ReviewShown(review_id))
    facts.reckon(db.session.scalars(sa.select(Order.seller_id).where(Order.id == order_id)).one())


def hide(review: Review, staff: Member, *, reason: str, now: datetime) -> None:
    """Hide a review that breaks the rules, once, with a reason that its author is told; it counts no more."""
    review_id, order_id, author_id = review.id, review.order_id, review.author_id
    seen = sa.update(Review).where(Review.id == review_id, Review.shown_at.is_not(None), Review.hidden_at.is_(None))
    if not changed(seen.values(hidden_at=now, hidden_because=reason, hidden_by_id=staff.id)):
        return
    author = db.session.get(Member, author_id) if author_id is not None else None
    if author is not None:
        staff_reads.note(
            subject_id=author.subject_id, reader_id=staff.subject_id, what="review hidden", reason=reason, now=now
        )
    facts.reckon(db.session.scalars(sa.select(Order.seller_id).where(Order.id == order_id)).one())
    events.publish(ReviewHidden(review_id))
