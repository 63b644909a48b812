"""What is forgotten of a case: long after its end every word and photo, and what the staff said of it when a side is erased.

The amounts stay in the books.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.media import services as media
from clozette.media.models import Photo
from clozette.shop.cases import rules
from clozette.shop.cases.models import RUNNING, Case, CaseDecision, CaseEntry, CasePhoto, Proof
from clozette.shop.orders.models import Order
from clozette.shop.sellers.models import Seller

_AT_ONCE = 100


def forget_old(now: datetime) -> None:
    """Forget what was said and shown in cases that ended that long ago."""
    old = sa.select(Case.id).where(Case.state.not_in(RUNNING), Case.state_at < now - rules.KEPT)
    shown = sa.select(CasePhoto.photo_id).join(CaseEntry, CaseEntry.id == CasePhoto.entry_id)
    photos = sa.select(Photo).where(Photo.id.in_(shown.where(CaseEntry.case_id.in_(old)))).limit(_AT_ONCE)
    for photo in db.session.scalars(photos).all():
        media.delete_photo(photo)
    said = sa.update(CaseEntry).where(CaseEntry.case_id.in_(old), CaseEntry.author_id.is_not(None))
    db.session.execute(said.values(words="", author_id=None).execution_options(synchronize_session=False))
    _forget_reasons(old)


def forget_side(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: what the staff said of their orders and sales, to decide or to a bank, which speaks of both sides."""
    me = sa.select(Member.id).where(Member.subject_id == subject_id).scalar_subquery()
    sold = sa.select(Seller.id).where(Seller.member_id == me)
    mine = sa.or_(Order.buyer_id == me, Order.seller_id.in_(sold))
    yield _forget_reasons(sa.select(Case.id).join(Order, Order.id == Case.order_id).where(mine))


def _forget_reasons(cases: sa.Select[int]) -> int:
    told = sa.select(Case.dispute_id).where(Case.id.in_(cases), Case.dispute_id.is_not(None))
    proofs = sa.update(Proof).where(Proof.dispute_id.in_(told), Proof.words != "")
    db.session.execute(proofs.values(words="").execution_options(synchronize_session=False))
    noted = sa.update(CaseEntry).where(CaseEntry.case_id.in_(cases), CaseEntry.side == "staff", CaseEntry.words != "")
    db.session.execute(noted.values(words="").execution_options(synchronize_session=False))
    said = sa.update(CaseDecision).where(CaseDecision.case_id.in_(cases), CaseDecision.reasons != "")
    done: Any = db.session.execute(said.values(reasons="").execution_options(synchronize_session=False))
    return int(done.rowcount)
