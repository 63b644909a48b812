"""Verbs of carts. None of them touches the stock."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.kernel import database
from clozette.kernel.database import BigInt, db
from clozette.kernel.prepared import Among, Insert
from clozette.kernel.refusal import refuse
from clozette.shop.carts import rules
from clozette.shop.carts.models import CartLine


def put(member_id: int, wanted: Any, quantity: int, *, now: datetime) -> None:
    """Put so many pieces into a cart; pressed twice, they are still so many.

    :param wanted: what ``access.wanted`` gave.
    :raises Refused: ``own``, ``not-sold``, ``gone`` or ``full``.
    """
    own, full = wanted.member_id == member_id, wanted.lines >= rules.MOST_LINES
    refuse(rules.why_not_put(wanted.mode, wanted.state, own=own, full=full))
    put_back(member_id, {wanted.id: quantity}, now=now)


def put_back(member_id: int, lines: Mapping[int, int], *, now: datetime) -> None:
    """Put into a cart again what was bought out of it and not paid, whatever has become of it."""
    rows = [
        {"member_id": member_id, "listing_id": listing_id, "quantity": quantity, "at": now}
        for listing_id, quantity in sorted(lines.items())
    ]
    if rows:
        _PUT.run(database.connection(), *rows)


def set_quantity(line: CartLine, quantity: int) -> None:
    """Want so many pieces instead."""
    line.quantity = quantity
    db.session.flush()


def take_out(member_id: int, listing_ids: Iterable[int]) -> None:
    """Take lines out, if they are there."""
    _TAKEN_OUT.rows(database.connection(), list(listing_ids), {"member": member_id})


_TAKEN_OUT = Among(
    lambda some: (
        sa.delete(CartLine)
        .where(CartLine.member_id == sa.bindparam("member", None, type_=BigInt), CartLine.listing_id.in_(some))
        .returning(CartLine.listing_id)
    )
)


_PUT = Insert(
    CartLine,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["member_id", "listing_id"], set_={"quantity": insert.excluded.quantity}
    ),
)
