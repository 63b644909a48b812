"""What a case does to the money of its order, line by line."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.kernel.refusal import Refused, refuse
from clozette.shop.cases import rules
from clozette.shop.cases.models import Case, CaseLine
from clozette.shop.ledger import queries as books
from clozette.shop.orders.models import Order
from clozette.shop.payments import refunds
from clozette.shop.payments import rules as money
from clozette.shop.payments import services as payments
from clozette.shop.payments.rules import Split

given_back = refunds.given_back


def left_of(order: Order) -> dict[str, int]:
    """Return what was paid and not yet paid back, by line and for shipping; lines with nothing left are not in it.

    Nothing is, where the buyer's bank has taken something: its word was the last.
    """
    if books.of_order(order.id).get("lost"):
        return {}
    charged, given = refunds.charged_of(order), given_back(order.id)
    whole = {**charged.lines, money.SHIPPING: charged.shipping}
    left = {part: amount - given.get(part, 0) for part, amount in whole.items()}
    return {part: amount for part, amount in left.items() if amount > 0}


def check(order: Order, asked: Mapping[str, int]) -> None:
    """Raise ``Refused`` if nothing is asked, or more than is left."""
    if books.of_order(order.id).get("lost"):
        raise Refused(money.taken_back())
    given = Split(given_back(order.id), 0)
    refuse(money.why_not_refund(refunds.charged_of(order), [given], asked))


def pay_back(case: Case, decided: Mapping[str, int], now: datetime) -> Order:
    """Pay what is left of a decision, once for a case; return its order as it is then."""
    order = payments.hold(case.order_id)
    lines = sa.select(CaseLine.part, CaseLine.before_minor).where(CaseLine.case_id == case.id)
    before = {row.part: row.before_minor for row in db.session.execute(lines)}
    due = rules.left_to_pay(decided, before, given_back(order.id))
    if due := refunds.within(order, due):
        refunds.refund(order, due, because="case", key=f"case-{case.id}", now=now)
    return payments.hold(case.order_id)
