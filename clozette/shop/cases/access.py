"""The only ways to a case for a person: the two sides of its order, and the staff. For anybody else there is none: 404."""

from dataclasses import dataclass

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import joinedload, selectinload

from clozette.kernel.database import db, is_reading
from clozette.kernel.viewer import Viewer
from clozette.shop.cases.models import Case
from clozette.shop.orders.models import Order
from clozette.shop.payments import services as payments
from clozette.shop.sellers.models import Seller

ROLE = "moderator"
WHOLE = (
    selectinload(Case.lines),
    selectinload(Case.decisions),
    joinedload(Case.order).selectinload(Order.lines),
    joinedload(Case.order).joinedload(Order.seller).joinedload(Seller.member),
)


@dataclass(frozen=True)
class Seat:
    """A case, and on which side of it the viewer is."""

    case: Case
    side: str


def seat_of(viewer: Viewer, case_id: int) -> Seat:
    """Return a case of the viewer's, or 404; its order is locked where the transaction may write."""
    case = case_for_staff(case_id)
    sides = {case.order.buyer_id: "buyer", case.order.seller.member_id: "seller"}
    side = sides.get(viewer.member_id) if viewer.member_id is not None else None
    if side is None:
        abort(404)
    return Seat(case, side)


def case_for_staff(case_id: int) -> Case:
    """Return any case, or 404; its order is locked where the transaction may write."""
    return whole(case_id) or abort(404)


def of_dispute(dispute_id: int) -> Case:
    """Return the newest case of a bank's claim, with what belongs to it."""
    wanted = sa.select(Case).where(Case.dispute_id == dispute_id).options(*WHOLE).order_by(Case.id.desc())
    return db.session.scalars(wanted.limit(1)).one()


def whole(case_id: int) -> Case | None:
    """Return a case as it is now, with what belongs to it; whoever may write holds its order first."""
    order_id = db.session.scalar(sa.select(Case.order_id).where(Case.id == case_id))
    if order_id is not None and not is_reading():
        payments.hold(order_id)
    wanted = sa.select(Case).where(Case.id == case_id).options(*WHOLE)
    return db.session.scalar(wanted.execution_options(populate_existing=True))
