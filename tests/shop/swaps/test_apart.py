"""Who doesn't want to do with each other, or left, meets in no ring."""

import pytest
import sqlalchemy as sa

from clozette.accounts.services import blocks
from clozette.accounts.services import members as accounts
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.shop.listings.models import Listing
from clozette.shop.orders.models import Order
from clozette.shop.swaps import circles, wants
from clozette.shop.swaps.models import Swap
from tests.shop.swaps.test_circles import close
from tests.support.client import location


def state_of(swap_id: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Swap, swap_id).state


@pytest.mark.parametrize("pair", [(0, 2), (3, 1)])
def test_no_ring_of_four_shows_two_who_are_apart_to_one_another(ring, pair):
    group = close(ring(4))
    assert circles.find(group.sellers[0])
    one, other = pair
    blocks.block(group.members[one].id, group.members[other].id, now=clock.now())
    db.session.commit()
    assert circles.find(group.sellers[0]) == []
    with pytest.raises(Refused, match="not_possible"):
        group.propose()


def test_a_block_ends_a_ring_that_both_are_in(ring, client_of):
    group = ring(4)
    swap = group.propose()
    db.session.commit()
    location(client_of(group.members[0]).post(f"/@{group.members[2].handle}/block"))
    group.drain()
    assert state_of(swap.id) == "declined"


@pytest.mark.parametrize(("agreed", "ends"), [(False, "declined"), (True, "failed")])
def test_nothing_is_held_for_somebody_who_left(ring, agreed, ends):
    group = ring(2)
    swap = group.agree() if agreed else group.propose()
    db.session.commit()
    accounts.deactivate(group.members[1], now=clock.now())
    db.session.commit()
    group.drain()
    assert state_of(swap.id) == ends
    assert set(db.session.scalars(sa.select(Listing.remaining))) == {1}
    assert set(db.session.scalars(sa.select(Order.state))) <= {"cancelled"}


def test_things_of_somebody_who_blocked_me_are_not_listed(ring, client_of):
    group = ring(2)
    me, other = group.members
    wants.want(me, group.listings[1].id, clock.now())
    db.session.commit()
    link = f"/shop/{ids.encode(group.listings[1].id)}"
    assert link in client_of(me).get("/swaps/circles").text
    blocks.block(other.id, me.id, now=clock.now())
    db.session.commit()
    assert link not in client_of(me).get("/swaps/circles").text


def test_an_odd_reference_in_the_form_is_a_mistake_and_no_crash(ring, client_of):
    group = ring(2)
    answer = client_of(group.members[0]).post("/swaps", data={"counter": "a\0b"})
    assert answer.status_code in (404, 422)


def test_a_traders_leg_says_its_tax(ring):
    group = ring(2)
    trader = group.sellers[0]
    trader.kind, trader.legal_name, trader.address, trader.contact = "trader", "Ada Ltd", "1 Lane", "ada@ltd.test"
    trader.country, trader.tax_number, trader.tax_bp = "GB", "GB123456789", 2000
    db.session.commit()
    group.agree(value=6000)
    taxes = dict(db.session.execute(sa.select(Order.seller_id, Order.tax_minor)).all())
    assert taxes == {trader.id: 1000, group.sellers[1].id: 0}
