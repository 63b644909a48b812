"""Two deeds in one moment: one of them wins, the other is told, and the money is paid once."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.shop.cases import access, deciding, services
from clozette.shop.cases.models import Case, CaseDecision, CaseEntry
from clozette.shop.cases.moves import Said
from clozette.shop.ledger import queries as ledger
from clozette.shop.ledger import services as books
from clozette.shop.orders import deeds
from clozette.shop.orders import queries as orders_queries
from clozette.shop.orders import services as orders
from clozette.shop.payments.models import Refund
from tests.shop.cases.conftest import decide, line_of
from tests.shop.cases.test_cases import tend
from tests.support import races


def member(person: Any) -> Member:
    """Return somebody, read in this very thread."""
    return db.session.get_one(Member, person)


def whole(order_id: int) -> Any:
    """Return an order, read and locked in this very thread."""
    return orders_queries.whole(order_id, lock=True)


def opener(order_id: int, buyer_id: int, part: str, key: str, now: Any = None) -> Any:
    """Return a deed that complains."""

    def deed() -> None:
        said = Said("It is blue.", form_key=key)
        buyer = member(buyer_id)
        services.open_case(whole(order_id), "fake", {part: 4000}, said, by=buyer, now=now or clock.now())

    return deed


def only(raised: list[Exception]) -> str:
    """Return why one of two was refused."""
    (no,) = raised
    assert isinstance(no, Refused), no
    return no.refusal.code


@pytest.mark.parametrize(("second", "refused"), [("b", ["running"]), ("a", [])])
def test_two_complaints_at_once_are_one(app, arrived, bea, second, refused):
    """With two forms the second is told that there is one; with one form sent twice both get the same."""
    order_id, part, bea_id = arrived.id, line_of(arrived), bea.id
    db.session.commit()
    raised = races.at_once(app, opener(order_id, bea_id, part, "a"), opener(order_id, bea_id, part, second))
    assert [one.refusal.code for one in raised if isinstance(one, Refused)] == refused
    assert len(raised) == len(refused)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CaseEntry)) == 1


def test_the_clock_completes_while_a_case_is_opened(app, arrived, bea, seller):
    """The last second of the days for complaints: the money waits, or it is the seller's; never both."""
    order_id, part, until, bea_id = arrived.id, line_of(arrived), arrived.protected_until, bea.id
    db.session.commit()

    def complete() -> None:
        orders.complete(whole(order_id), until)

    at_last = opener(order_id, bea_id, part, "a", until - timedelta(seconds=1))
    assert only(races.at_once(app, at_last, complete)) in ("order_state", "case_state")
    db.session.expire_all()
    opened = db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1
    assert (arrived.state == "complete") != opened
    assert (arrived.contested_at is not None) == opened
    assert (ledger.balance(seller.id).held > 0) == opened


def test_the_buyer_withdraws_while_the_staff_decides(app, answered, arrived, bea, judy):
    case_id, bea_id, judy_id = answered.id, bea.id, judy.id
    db.session.commit()

    def withdraw() -> None:
        services.withdraw(access.whole(case_id), by=member(bea_id), now=clock.now())

    def by_staff() -> None:
        decide(access.whole(case_id), member(judy_id), 4000)

    raised = races.at_once(app, withdraw, by_staff)
    db.session.expire_all()
    if raised:  # withdrawn first: there is nothing to decide any more
        assert only(raised) == "case_state"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(CaseDecision)) == 0
    assert (answered.state, arrived.contested_at, arrived.refunded_minor) == ("withdrawn", None, 0)


def test_decided_twice_is_decided_once(app, answered, judy):
    case_id, judy_id = answered.id, judy.id
    db.session.commit()

    def deed(amount: int) -> Any:
        return lambda: decide(access.whole(case_id), member(judy_id), amount)

    assert only(races.at_once(app, deed(1000), deed(4000))) == "case_state"
    db.session.expire_all()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CaseDecision)) == 1


def test_a_refund_of_the_sellers_while_a_case_ends(app, answered, arrived, judy):
    """However the two meet, the buyer gets the coat's price once."""
    decide(answered, judy, 4000)
    case_id, order_id, part = answered.id, arrived.id, line_of(arrived)
    db.session.commit()

    def end() -> None:
        deciding.take_effect(access.whole(case_id), clock.now())

    def give() -> None:
        deeds.give_back(whole(order_id), {part: 3000}, key="k", now=clock.now())

    raised = races.at_once(app, end, give)
    assert all(isinstance(one, Refused) for one in raised)
    assert [one.refusal.code for one in raised if isinstance(one, Refused)] in ([], ["too_much"])
    db.session.expire_all()
    assert (answered.state, whole(order_id).lines[0].refunded_minor) == ("closed", 4000)
    assert ledger.faults() == []


def test_killed_in_the_middle_it_is_done_the_next_time(app, answered, arrived, judy, monkeypatch, stopped_clock):
    stopped_clock.stop()
    decide(answered, judy, 4000)
    stopped_clock.forward(days=7)

    def die(*arguments: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(books, "book_refund", die)
    with pytest.raises(KeyboardInterrupt):
        deciding.take_effect(access.whole(answered.id), clock.now())
    db.session.rollback()
    assert (answered.state, arrived.refunded_minor) == ("decided", 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Refund)) == 0
    monkeypatch.undo()
    tend(app)
    assert (answered.state, arrived.refunded_minor) == ("closed", 4177)
