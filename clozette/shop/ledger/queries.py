"""Reads of the ledger: what is in an account, and what its moves add up to, which is the same."""

from dataclasses import dataclass

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.ledger import rules
from clozette.shop.ledger.models import OURS, Balance, Move
from clozette.shop.ledger.rules import Entry
from clozette.shop.sellers.models import Seller


@dataclass(frozen=True, slots=True)
class Standing:
    """A seller's money: what waits for orders to be complete, and what can be paid out."""

    held: int
    available: int


def balance(seller_id: int) -> Standing:
    """Return what a seller has here, in the seller's currency."""
    theirs = sa.and_(Seller.id == Balance.seller_id, Seller.currency == Balance.currency)
    rows = sa.select(Balance.account, Balance.amount_minor).join(Seller, theirs).where(Seller.id == seller_id)
    known = {row.account: row.amount_minor for row in db.session.execute(rows)}
    return Standing(known.get("held", 0), known.get("available", 0))


def of_order(order_id: int) -> dict[str, int]:
    """Return what an order's moves add up to, by account."""
    rows = sa.select(Move.from_account, Move.to_account, Move.amount_minor).where(Move.order_id == order_id)
    return rules.totals(Entry(*row) for row in db.session.execute(rows))


def faults() -> list[tuple[int, str, str]]:
    """Return seller, account and currency of every balance that is not what its moves add up to."""
    key = (Move.seller_id, Move.currency)
    put = sa.select(*key, Move.to_account.label("account"), Move.amount_minor.label("amount"))
    taken = sa.select(*key, Move.from_account.label("account"), (-Move.amount_minor).label("amount"))
    kept = sa.select(Balance.seller_id, Balance.currency, Balance.account, (-Balance.amount_minor).label("amount"))
    every = sa.union_all(put, taken, kept).subquery()
    columns = (every.c.seller_id, every.c.account, every.c.currency)
    wrong = (
        sa.select(*columns).where(every.c.account.in_(OURS)).group_by(*columns).having(sa.func.sum(every.c.amount) != 0)
    )
    return [(seller, account, currency) for seller, account, currency in db.session.execute(wrong)]
