"""Who sells, for the staff; a seller's record is shown for a reason only, and each look is written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import abort
from sqlalchemy.orm import joinedload

from clozette.accounts import finding
from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.kernel.paging import PAGE_SIZE, Page, page_of
from clozette.kernel.viewer import Viewer
from clozette.privacy import staff_reads
from clozette.privacy.disclosures.models import Case
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger.queries import Standing
from clozette.shop.orders.models import Order
from clozette.shop.payments.models import Payout
from clozette.shop.sellers.models import STATES, Seller

SHOWN = ("legal_name", "address", "contact", "tax_number", "tax_bp", "account", "wants", "checked_at")
"""What a record shows, besides the orders and the money."""
_LAST = 20


@dataclass(frozen=True)
class Record:
    """What is kept of somebody as a seller."""

    seller: Seller
    money: Standing
    orders: dict[str, int]
    payouts: Sequence[Payout]


def page(search: str, state: str, after: int | None) -> Page[Seller]:
    """Return sellers, the newest first: all, those in a state, those whose handle begins so."""
    chosen = sa.select(Seller).options(joinedload(Seller.member)).order_by(Seller.id.desc()).limit(PAGE_SIZE + 1)
    if state in STATES:
        chosen = chosen.where(Seller.state == state)
    if search:
        theirs = sa.select(Member.id).where(finding.by_handle(search.removeprefix("@").casefold()))
        chosen = chosen.where(Seller.member_id.in_(theirs))
    if after is not None:
        chosen = chosen.where(Seller.id < after)
    return page_of(db.session.scalars(chosen).all(), lambda seller: seller.id)


def any_seller(seller_id: int) -> Seller:
    """Return a seller, or 404."""
    wanted = sa.select(Seller).where(Seller.id == seller_id).options(joinedload(Seller.member))
    return db.session.scalar(wanted) or abort(404)


def open_case(staff: Viewer, seller: Seller, now: datetime) -> Case | None:
    """Return the case in which this member of staff need not be asked again."""
    if seller.member is None or staff.subject_id is None:
        return None
    return staff_reads.case_of(subject_id=seller.member.subject_id, reader_id=staff.subject_id, now=now)


def look(staff: Viewer, seller: Seller, reason: str | None, now: datetime) -> Record:
    """Return a seller's record, and write the look down: in the case that is open, or in a new one for ``reason``."""
    assert staff.subject_id is not None
    if seller.member is not None:  # of somebody who left nothing is kept that leads to them
        about: dict[str, Any] = {"subject_id": seller.member.subject_id, "reader_id": staff.subject_id}
        case = staff_reads.open_case(**about, reason=reason, now=now) if reason else open_case(staff, seller, now)
        assert case is not None
        fields = [f"shop_sellers.{name}" for name in SHOWN]
        staff_reads.note(**about, what="selling", reason=case.reason, now=now, case=case, fields=fields)
    return _record(seller)


def _record(seller: Seller) -> Record:
    states = sa.select(Order.state, sa.func.count()).where(Order.seller_id == seller.id).group_by(Order.state)
    last = sa.select(Payout).where(Payout.seller_id == seller.id).order_by(Payout.id.desc()).limit(_LAST)
    orders = {row[0]: row[1] for row in db.session.execute(states)}
    return Record(seller, ledger.balance(seller.id), orders, db.session.scalars(last).all())
