"""A swap from its proposal to its end, through the pages of both."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.closets.models import Item
from clozette.kernel import ids, tasks
from clozette.kernel.database import db
from clozette.rights.export import contents
from clozette.shop.ledger import queries as ledger
from clozette.shop.listings.models import Listing
from clozette.shop.payments.models import Refund
from clozette.shop.swaps.models import Leg, Piece, Swap
from tests.shop.swaps.conftest import YES
from tests.support.client import location

HIDDEN = re.compile(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)"')
SENT = {"courier": "dhl", "tracking": "JD 0140"}


def form_of(browser: Any, address: str) -> dict[str, str]:
    """Open a page, and return what its forms hide."""
    page = browser.get(address)
    assert page.status_code == 200, address
    return dict(HIDDEN.findall(page.text))


def proposed_by_page(app: Any, client_of: Any, pair: Any) -> str:
    """Propose and agree through the pages; return where the swap is shown."""
    ada, bea = (client_of(member) for member in pair.members)
    mine, theirs = pair.listings
    hidden = form_of(ada, f"/swaps/new?for={ids.encode(theirs.id)}")
    terms = {
        "form_key": hidden["form_key"],
        "to": hidden["to"],
        "_notice": hidden["_notice"],
        "mine": ids.encode(mine.id),
        "theirs": ids.encode(theirs.id),
        "mine_value": "50",
        "theirs_value": "60",
        "adds": "me",
        "topup": "10",
    }
    where = location(ada.post("/swaps", data=terms))
    assert location(ada.post("/swaps", data=terms)) == where
    tasks.drain(app)
    assert "You are asked to swap" in bea.get("/notifications").text
    for browser in (ada, bea):
        hidden = form_of(browser, where)
        assert browser.post(f"{where}/yes", data={**YES, "_notice": hidden["_notice"]}).status_code == 303
    tasks.drain(app)
    return where


def send_all(client_of: Any, pair: Any) -> None:
    """Let everybody send, and say that it arrived."""
    for order in pair.orders():
        seller = next(m for m, s in zip(pair.members, pair.sellers, strict=True) if s.id == order.seller_id)
        buyer = next(m for m in pair.members if m.id == order.buyer_id)
        assert client_of(seller).post(f"/selling/orders/{order.ref}/ship", data=SENT).status_code == 303
        assert client_of(buyer).post(f"/orders/{order.ref}/received").status_code == 303


@pytest.mark.requirement(72)
def test_nobody_learns_anything_before_all_have_paid(app, client_of, ring):
    pair = ring(2)
    where = proposed_by_page(app, client_of, pair)
    swap = db.session.scalars(sa.select(Swap)).one()
    assert swap.state == "agreed"
    assert db.session.scalars(sa.select(Leg.address)).all() == [None, None]
    assert db.session.scalars(sa.select(Listing.remaining)).all() == [0, 0]

    orders = pair.orders()
    assert sorted(order.items_minor for order in orders) == [5000, 6000]
    pair.pay(orders[0])
    assert (
        "Nothing is sent before"
        in client_of(next(m for m in pair.members if m.id == orders[0].buyer_id)).get(where).text
    )
    assert set(db.session.scalars(sa.select(Listing.state))) == {"active"}  # it is held, not gone
    assert orders[0].ship_by is None
    assert orders[0].seller_handover_id is None  # nobody learns an address before all have paid
    pair.pay(orders[1])
    assert db.session.scalars(sa.select(Swap.state)).one() == "running"
    assert all(order.ship_by and order.seller_handover_id for order in pair.orders())


@pytest.mark.requirement(84)
def test_who_gives_a_thing_gets_it_in_their_archive_too(ring):
    group = ring(2)
    group.propose()
    ada = {one.name: one for one in contents.sections(group.members[0].subject_id)}
    for name, titles in (("shop_swap_pieces", ["bea's coat"]), ("shop_swap_pieces.others", ["ada's coat"])):
        assert db.session.scalars(ada[name].select.with_only_columns(Piece.title)).all() == titles


def test_two_members_swap(app, client_of, ring, stopped_clock):
    stopped_clock.stop()
    pair = ring(2)
    where = proposed_by_page(app, client_of, pair)
    for order in pair.orders():
        pair.pay(order)
    send_all(client_of, pair)
    pair.tend()
    assert {order.state for order in pair.orders()} == {"received"}
    stopped_clock.forward(days=7)
    pair.tend()
    assert db.session.scalars(sa.select(Swap.state)).one() == "done"
    assert [
        (order.state, order.refunded_minor) for order in sorted(pair.orders(), key=lambda one: one.items_minor)
    ] == [
        ("complete", 5000),
        ("complete", 5000),
    ]
    ada_has, bea_has = (ledger.balance(seller.id) for seller in pair.sellers)
    assert (ada_has, bea_has) == (ledger.Standing(0, 0), ledger.Standing(0, 1000))  # what Ada added is Bea's
    assert db.session.scalars(sa.select(Refund.state)).all() == ["done", "done"]
    assert ledger.faults() == []
    for member in pair.members:
        closet = db.session.scalars(sa.select(Item).where(Item.member_id == member.id, Item.archived_at.is_(None)))
        assert len(closet.all()) == 1
    assert "Swapped" in client_of(pair.members[0]).get(where).text
