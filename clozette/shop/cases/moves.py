"""What every deed in a case is made of: a move by one conditional statement, an entry, and the end.

Whoever calls these holds the order (``access.whole`` does).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from werkzeug.datastructures import FileStorage

from clozette.accounts.models import Member
from clozette.kernel import events
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused, refuse
from clozette.media import services as media
from clozette.shop.cases import paying, rules
from clozette.shop.cases.events import CaseMoved
from clozette.shop.cases.models import RUNNING, Case, CaseEntry, CasePhoto
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from clozette.shop.payments import disputes
from clozette.shop.payments.changes import changed


@dataclass(frozen=True)
class Said:
    """What somebody says and shows.

    :ivar form_key: from the form, so that one that is sent twice says it once.
    """

    words: str = ""
    photos: Sequence[FileStorage] = field(default=())
    form_key: str | None = None


def move(case: Case, to: str, now: datetime, **values: Any) -> None:
    """Bring a case into another state, and set ``values`` with it.

    :raises Refused: for a move that there is not, or if the case is in another state by now.
    """
    refuse(rules.why_not_move(case.state, to))
    there = sa.update(Case).where(Case.id == case.id, Case.state == case.state)
    if not changed(there.values(state=to, state_at=now, **values)):
        raise Refused(rules.elsewhere())


def note(
    case_id: int, side: str, what: str, now: datetime, said: Said | None = None, *, by: Member | None = None
) -> None:
    """Write down what happened; whom it concerns is told after the commit.

    :raises Refused: ``photos`` if a side shows too many.
    """
    said, entry_id = said or Said(), new_id()
    refuse(rules.why_not_show(_shown(case_id, side), len(said.photos)) if said.photos else None)
    author = {"author_id": by.id if by else None, "side": side, "form_key": said.form_key}
    insert_once(CaseEntry, id=entry_id, case_id=case_id, what=what, words=said.words, at=now, **author)
    for place, upload in enumerate(said.photos):
        photo = media.add_photo(by.subject_id if by else None, upload, now)
        db.session.add(CasePhoto(photo_id=photo.id, entry_id=entry_id, position=place))
    db.session.flush()
    events.publish(CaseMoved(entry_id))


def _shown(case_id: int, side: str) -> int:
    mine = sa.select(sa.func.count()).select_from(CasePhoto).join(CaseEntry, CaseEntry.id == CasePhoto.entry_id)
    return db.session.scalar(mine.where(CaseEntry.case_id == case_id, CaseEntry.side == side)) or 0


def end(case: Case, to: str, pay: Mapping[str, int], now: datetime) -> None:
    """End a case: pay what is left of ``pay``, and let the order go on, or be over if all of it went back."""
    move(case, to, now, due_at=None)
    order = paying.pay_back(case, pay, now)
    if order.state in ("shipped", "received") and disputes.is_over(order):
        orders.move(order, "returned", now, contested_at=None, ended_because="case")
        return
    free(order.id)


def free(order_id: int) -> bool:
    """Let an order go on, if no case about it runs any more."""
    runs = sa.exists().where(Case.order_id == order_id, Case.state.in_(RUNNING))
    return changed(sa.update(Order).where(Order.id == order_id, ~runs).values(contested_at=None))


def is_said(case_id: int, said: Said) -> bool:
    """Whether this very form was taken before."""
    same = sa.exists().where(CaseEntry.case_id == case_id, CaseEntry.form_key == said.form_key)
    return said.form_key is not None and bool(db.session.scalar(sa.select(same)))
