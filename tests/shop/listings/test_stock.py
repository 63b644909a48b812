"""Stock: taken by one statement, given back once, sold out when the last piece is paid."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import Viewer
from clozette.shop.listings import services
from clozette.shop.listings.access import own_listing
from clozette.shop.listings.models import Listing
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_order, make_seller
from tests.support.races import at_once


def left(session: orm.Session, listing: Listing) -> int:
    return session.scalar(sa.select(Listing.remaining).where(Listing.id == listing.id)) or 0


def test_one_of_fifty_gets_the_last_piece(app: Flask, db_session: orm.Session) -> None:
    listing = make_listing(make_seller(make_member("ada")))
    listing_id = listing.id
    db_session.commit()
    raised = at_once(app, *[lambda: services.reserve({listing_id: 1})] * 50)
    assert len(raised) == 49
    assert {error.refusal.code for error in raised if isinstance(error, Refused)} == {"gone"}
    assert all(isinstance(error, Refused) for error in raised)
    assert left(db_session, listing) == 0


def test_what_lacks_one_piece_takes_none(db_session: orm.Session) -> None:
    seller = make_seller(make_member("ada"))
    plenty, scarce = make_listing(seller, stock=5, remaining=5), make_listing(seller)
    with pytest.raises(Refused, match="gone"):
        services.reserve({scarce.id: 2, plenty.id: 3})
    with pytest.raises(Refused, match="gone"):
        services.reserve({scarce.id: 1, plenty.id: 6})
    assert (left(db_session, plenty), left(db_session, scarce)) == (5, 1)


@pytest.mark.parametrize("columns", [{"state": "paused"}, {"state": "draft"}, {"mode": "swap"}, {"mode": "view"}])
def test_only_what_is_offered_for_money_is_taken(db_session: orm.Session, columns: dict[str, str]) -> None:
    listing = make_listing(make_seller(make_member("ada")), **columns)
    with pytest.raises(Refused, match="gone"):
        services.reserve({listing.id: 1})


def test_given_back_it_can_be_taken_again_and_never_more_than_there_was(db_session: orm.Session) -> None:
    listing = make_listing(make_seller(make_member("ada")))
    services.reserve({listing.id: 1})
    services.give_back({listing.id: 1})
    services.reserve({listing.id: 1})
    services.give_back({listing.id: 1})
    with pytest.raises(sa.exc.IntegrityError):
        services.give_back({listing.id: 1})


def test_what_its_seller_withheld_stays_so_when_it_comes_back(db_session: orm.Session) -> None:
    member = make_member("ada")
    listing = make_listing(make_seller(member), make_item(member, public=True))
    for state in ("paused", "active"):
        services.reserve({listing.id: 1})
        if state == "paused":
            services.pause(listing, now=clock.now())
        services.sold({listing.id: 1})
        services.give_back({listing.id: 1})
        services.offer_again([listing.id])
        db_session.refresh(listing)
        assert listing.state == state
        if state == "paused":
            services.publish(own_listing(Viewer(member_id=member.id), listing.id), now=clock.now())


def test_it_is_sold_when_the_last_piece_is_paid_and_nobody_holds_another(db_session: orm.Session) -> None:
    listing = make_listing(make_seller(make_member("ada")), stock=2, remaining=2)
    paid, held = make_order(make_member("bea"), listing, "paid"), make_order(make_member("cleo"), listing)
    services.sold({listing.id: 1})
    db_session.refresh(listing)
    assert (paid.state, listing.state) == ("paid", "active")
    held.state = "paid"
    db_session.flush()
    services.sold({listing.id: 1})
    db_session.refresh(listing)
    assert listing.state == "sold"
