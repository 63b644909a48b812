"""Taking a buyer's complaint up again, where the bank had taken its place and decided for the seller."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.cases import moves, rules
from clozette.shop.cases.models import Case, CaseEntry
from clozette.shop.payments.changes import changed

_AFTER: Mapping[str, tuple[str, timedelta]] = {
    "opened": ("open", rules.ANSWER_WITHIN),
    "answered": ("answered", rules.DECIDE_WITHIN),
    "silent": ("decided", rules.APPEAL_WITHIN),
    "decided": ("decided", rules.APPEAL_WITHIN),
    "appealed": ("appealed", rules.DECIDE_WITHIN),
    "return": ("address", rules.ADDRESS_WITHIN),
    "address": ("sending", rules.SEND_BACK_WITHIN),
    "sent_back": ("back", rules.BACK_WITHIN),
    "objected": ("appealed", rules.DECIDE_WITHIN),
}
"""What happened last in a case to the state that it left it in, and how long that one lasts."""


def resume(order_id: int, now: datetime) -> bool:
    """Take up the complaint that the bank's case ended, where it stood, with its days anew; whether there was one."""
    newest = sa.select(CaseEntry.what).where(CaseEntry.case_id == Case.id).order_by(CaseEntry.id.desc()).limit(1)
    ended = newest.correlate(Case).scalar_subquery() == "bank"
    mine = sa.select(Case).where(Case.order_id == order_id, Case.kind != "bank", Case.state == "closed", ended)
    case = db.session.scalar(mine.order_by(Case.id.desc()).limit(1))
    if case is None:
        return False
    said = sa.select(CaseEntry.what).where(CaseEntry.case_id == case.id, CaseEntry.what.in_(_AFTER))
    state, lasts = _AFTER[db.session.scalars(said.order_by(CaseEntry.id.desc()).limit(1)).one()]
    over = sa.update(Case).where(Case.id == case.id, Case.state == "closed")
    changed(over.values(state=state, state_at=now, due_at=now + lasts, handled_by_id=None))
    moves.note(case.id, "house", "resumed", now)
    return True
