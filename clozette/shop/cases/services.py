"""What the two sides do in a case. Whoever calls this holds the order (``access`` does)."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused, refuse
from clozette.shop.cases import moves, paying, queries, rules
from clozette.shop.cases.models import Case, CaseEntry, CaseLine
from clozette.shop.cases.moves import Said
from clozette.shop.cases.rules import Course
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from clozette.shop.payments.changes import changed


def course_of(order: Order) -> Course:
    """Return how far an order is."""
    contested = order.contested_at is not None
    return Course(order.state, order.shipped_at, order.received_at, order.protected_until, contested)


def open_case(order: Order, kind: str, asked: Mapping[str, int], said: Said, *, by: Member, now: datetime) -> Case:
    """Complain about an order, for its buyer; from now on its money waits. The same form opens one case.

    :param asked: line id (as text) or ``shipping`` to minor units.
    :raises Refused: if it is too early or too late, more is asked than is left, or it was decided about that before.
    """
    known = _opened_by(order.id, said)
    if known is not None:
        return known
    refuse(rules.why_not_open(course_of(order), kind, now))
    paying.check(order, asked)
    refuse(rules.why_not_again(kind, asked, queries.decided(order.id)))
    if kind != "not_arrived" and order.state == "shipped":
        orders.receive(order, now)
    case = begin(order, kind, "open", now, due_at=now + rules.ANSWER_WITHIN)
    before = paying.given_back(order.id)
    db.session.add_all(
        CaseLine(case_id=case.id, part=part, position=at, asked_minor=amount, before_minor=before.get(part, 0))
        for at, (part, amount) in enumerate(asked.items())
    )
    moves.note(case.id, "buyer", "opened", now, said, by=by)
    return case


def begin(order: Order, kind: str, state: str, now: datetime, *, due_at: datetime | None = None) -> Case:
    """Make a case, and let the order wait for its end.

    :raises Refused: if there is one already, or the order is in another state by now.
    """
    case_id = new_id()
    facts = {"kind": kind, "state": state, "state_at": now, "opened_at": now, "due_at": due_at}
    free = sa.update(Order).where(Order.id == order.id, Order.contested_at.is_(None), Order.state == order.state)
    if not insert_once(Case, id=case_id, order_id=order.id, **facts) or not changed(free.values(contested_at=now)):
        raise Refused(rules.elsewhere())
    return db.session.get_one(Case, case_id)


def answer(case: Case, said: Said, *, by: Member, now: datetime) -> None:
    """Answer, for the seller: now it is the staff's turn."""
    if moves.is_said(case.id, said):
        return
    moves.move(case, "answered", now, due_at=now + rules.DECIDE_WITHIN)
    moves.note(case.id, "seller", "answered", now, said, by=by)


def say(case: Case, side: str, said: Said, *, by: Member, now: datetime) -> None:
    """Say or show more.

    :raises Refused: once it is decided.
    """
    if moves.is_said(case.id, said):
        return
    if case.state not in rules.SPEAKS:
        raise Refused(rules.elsewhere())
    moves.note(case.id, side, "evidence", now, said, by=by)


def settle(case: Case, *, by: Member, now: datetime) -> None:
    """Pay everything that is asked, for the seller: that ends it."""
    asked = {line.part: line.asked_minor for line in case.lines}
    moves.end(case, "settled", asked, now)
    moves.note(case.id, "seller", "settled", now, by=by)


def withdraw(case: Case, *, by: Member, now: datetime) -> None:
    """Give the case up, for the buyer: the order goes on as if nothing had been."""
    moves.end(case, "withdrawn", {}, now)
    moves.note(case.id, "buyer", "withdrawn", now, by=by)


def _opened_by(order_id: int, said: Said) -> Case | None:
    """Return the case that this very form opened before."""
    if said.form_key is None:
        return None
    opened = sa.select(Case).join(CaseEntry, CaseEntry.case_id == Case.id)
    return db.session.scalar(opened.where(Case.order_id == order_id, CaseEntry.form_key == said.form_key))
