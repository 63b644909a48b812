"""Rings found from who would swap for what."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.services import blocks
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.shop.sellers.models import Rate
from clozette.shop.swaps import circles, wants
from clozette.shop.swaps import ring as drawings
from clozette.shop.swaps.models import Swap, Want
from clozette.shop.swaps.tasks import forget_wants
from tests.factories.accounts import make_member
from tests.factories.shop import make_listing
from tests.shop.swaps.conftest import GIVEN, YES, Round
from tests.support.client import location


def close(group: Round) -> Round:
    """Let each want what the one before gives."""
    for place, listing in enumerate(group.listings):
        taker = group.members[(place + 1) % len(group.members)]
        wants.want(taker, listing.id, clock.now())
    db.session.commit()
    return group


def names(found: Any) -> list[str]:
    """Return rings as letters."""
    return ["".join(gift.giver.name[0] for gift in one.gifts) for one in found]


@pytest.mark.parametrize(("members", "expected"), [(2, "AB"), (3, "ABC"), (4, "ABCD")])
def test_a_ring_is_found_by_each_of_it(ring, members, expected):
    group = close(ring(members))
    for place, seller in enumerate(group.sellers):
        assert names(circles.find(seller)) == [expected[place:] + expected[:place]]


def test_shorter_and_nearer_rings_come_first(ring):
    group = close(ring(4))
    ada, dan = group.members[0], group.members[3]
    for listing, price in zip(group.listings, (4000, 3900, 100, 4100), strict=True):
        listing.price_minor = price
    wants.want(ada, group.listings[1].id, clock.now())  # Ada and Bea want each other's
    wants.want(dan, group.listings[1].id, clock.now())  # Ada, Bea, Dan
    wants.want(ada, group.listings[2].id, clock.now())  # Ada, Bea, Cat
    found = circles.find(group.sellers[0])
    assert names(found) == ["AB", "ABD", "ABC", "ABCD"]
    assert [one.value for one in found] == [4000, 4000, 3900, 4000]


def test_who_cannot_take_part_is_in_no_ring(ring):
    group = close(ring(3))

    def found() -> int:
        db.session.flush()
        return len(circles.find(group.sellers[0]))

    for row, name, value in (
        (group.sellers[1], "state", "stopped"),
        (group.sellers[1], "currency", "SGD"),
        (group.listings[1], "state", "paused"),
        (group.listings[1], "remaining", 0),
        (group.listings[1], "mode", "view"),
        (group.members[1], "deactivated_at", clock.now()),
    ):
        before = getattr(row, name)
        setattr(row, name, value)
        assert found() == 0, name
        setattr(row, name, before)
    assert found() == 1
    db.session.execute(sa.delete(Rate).where(Rate.seller_id == group.sellers[1].id, Rate.country == "GB"))
    assert found() == 0


def test_a_block_breaks_a_ring_of_neighbours_or_not(ring):
    group = close(ring(4))
    blocks.block(group.members[3].id, group.members[2].id, now=clock.now())
    assert circles.find(group.sellers[0]) == []
    db.session.rollback()
    blocks.block(group.members[3].id, group.members[1].id, now=clock.now())
    assert circles.find(group.sellers[0]) == []  # these two send each other nothing, but its page names all


def test_the_search_is_bounded_and_looks_at_the_short_rings_first(ring, monkeypatch):
    group = close(ring(4))
    wants.want(group.members[0], group.listings[1].id, clock.now())
    db.session.commit()
    assert names(circles.find(group.sellers[0])) == ["AB", "ABCD"]
    for bound in ("RINGS", "NEIGHBOURS", "LOOKED_AT", "MOST"):
        with monkeypatch.context() as less:
            less.setattr(circles, bound, 1)
            assert len(circles.find(group.sellers[0])) == 1, bound
    monkeypatch.setattr(circles, "WAYS", 0)
    assert names(circles.find(group.sellers[0])) == ["AB"]


@pytest.mark.parametrize("members", [3, 4])
def test_a_circle_from_the_page_to_its_end(client_of, ring, members, stopped_clock):
    stopped_clock.stop()
    group = close(ring(members))
    ada = client_of(group.members[0])
    page = ada.get("/swaps/circles").text
    assert f"Ada sends “{group.listings[0].title.replace(chr(39), '&#39;')}” to Bea." in page
    asked = {
        "form_key": re.search(r'name="form_key" value="([^"]+)"', page)[1],
        "listings": re.findall(r'name="listings" value="([^"]+)"', page),
        "deposit": "40",
    }
    where = location(ada.post("/swaps/circles", data=asked))
    assert location(ada.post("/swaps/circles", data=asked)) == where
    for member in group.members:
        assert client_of(member).post(f"{where}/yes", data=YES).status_code == 303
    group.drain()
    for order in group.orders():
        group.pay(order)
    for place in range(members):
        group.send(place)
        group.receive(place)
    stopped_clock.forward(days=8)
    group.tend()
    assert db.session.scalars(sa.select(Swap.state)).one() == "done"
    assert group.states() == ["complete"] * members
    assert group.balances() == [(0, 0)] * members


def test_what_is_no_ring_is_not_proposed(client_of, ring):
    group = close(ring(3))
    browser = client_of(group.members[0])
    mine, hers, other = (ids.encode(listing.id) for listing in group.listings)
    for listings in ([mine, hers], [hers, other, mine], [mine, other, hers], [mine], [], [mine, hers, ids.encode(7)]):
        asked = {"form_key": "k", "listings": listings, "deposit": "40"}
        assert browser.post("/swaps/circles", data=asked).status_code == 409, listings
    good = {"form_key": "k", "listings": [mine, hers, other]}
    assert browser.post("/swaps/circles", data={**good, "deposit": "x"}).status_code == 422
    assert db.session.scalars(sa.select(Swap.id)).all() == []


def test_wanting_and_taking_it_back(app, client_of, ring):
    group = ring(2)
    browser, listing = client_of(group.members[0]), group.listings[1]
    address = f"/shop/{ids.encode(listing.id)}"
    assert "I would swap for it" in browser.get(address).text
    for _time in (1, 2):
        assert browser.post(f"{address}/want").status_code == 303
    assert "I would no longer swap for it" in browser.get(address).text
    assert listing.title.split("'")[0] in browser.get("/swaps/circles").text
    assert browser.delete(f"{address}/want").status_code == 303
    assert db.session.scalars(sa.select(Want.member_id)).all() == []
    for other in (group.listings[0], make_listing(group.sellers[1])):
        assert browser.post(f"/shop/{ids.encode(other.id)}/want").status_code == 404
    wants.want(group.members[0], listing.id, clock.now())
    listing.state = "sold"
    db.session.commit()
    forget_wants.run()
    assert db.session.scalars(sa.select(Want.member_id)).all() == []


def test_the_young_want_nothing(client_of, ring):
    group = ring(2)
    minor = make_member("min", birth_date=clock.today().replace(year=clock.today().year - 15))
    with pytest.raises(Refused, match="adults-only"):
        wants.want(minor, group.listings[0].id, clock.now())


def test_a_ring_is_drawn_with_all_its_ways(client_of, ring):
    group = ring(4)
    swap = group.propose()
    page = client_of(group.members[2]).get(f"/swaps/{swap.ref}").text
    assert page.count('<path class="swap-ring__way"') == 4
    assert "Cat sends “cat&#39;s coat” to Dan." in page
    assert GIVEN["shipping_city"] not in page


@pytest.mark.parametrize("members", [2, 3, 4])
def test_the_drawing_stays_on_its_paper(members):
    drawing = drawings.draw(members)
    points = [*drawing.nodes, *(arrow.label for arrow in drawing.arrows)]
    assert len(drawing.nodes) == len(drawing.arrows) == members
    assert all(30 <= one.x <= drawings.WIDTH - 30 and 30 <= one.y <= drawings.HEIGHT - 30 for one in drawing.nodes)
    assert all(30 <= one.y - drawing.top <= drawing.height - 30 for one in drawing.nodes)
    assert all(12 <= one.x <= drawings.WIDTH - 12 and 12 <= one.y <= drawings.HEIGHT - 12 for one in points)
    assert all(12 <= one.y - drawing.top <= drawing.height - 12 for one in points)
    assert len(set(points)) == 2 * members
