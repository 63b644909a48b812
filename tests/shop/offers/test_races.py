"""Many at once: of two answers one holds, and no piece is promised twice."""

from typing import Any

import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks.perform import perform
from clozette.shop.listings.models import Listing
from clozette.shop.offers import tasks as ours
from clozette.shop.offers.models import Offer
from clozette.shop.offers.words import page_of
from clozette.shop.orders.models import Order
from tests.factories.accounts import make_member
from tests.factories.buying import form_of as cart_form
from tests.factories.buying import put
from tests.factories.offers import checkout_form, form_of, make_offer
from tests.factories.shop import make_listing
from tests.support.client import location
from tests.support.races import together

SEEN = {"seen": "open.1"}


def states() -> list[str]:
    db.session.expire_all()
    return sorted(db.session.scalars(sa.select(Offer.state)))


def remaining() -> int:
    return db.session.scalars(sa.select(Listing.remaining)).one()


def ready(*browsers: Any) -> None:
    """Let each have what it sends with a form, so that the threads only press."""
    for browser in browsers:
        browser.csrf_token()
    db.session.commit()


def test_the_seller_accepts_while_the_buyer_takes_it_back(beas, sams, bea, coat):
    page = page_of(make_offer(bea, coat))
    ready(beas, sams)
    answers = together(
        [lambda: sams.post(f"{page}/accept", data=SEEN), lambda: beas.post(f"{page}/withdraw", data=SEEN)]
    )
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert (states(), remaining()) in [(["accepted"], 0), (["withdrawn"], 1)]


def test_two_offers_for_one_piece_are_accepted(sams, bea, coat):
    pages = [page_of(make_offer(member, coat)) for member in (bea, make_member("cleo"))]
    ready(sams)
    answers = together([lambda page=page: sams.post(f"{page}/accept", data=SEEN) for page in pages])
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    assert (states(), remaining()) == (["accepted", "open"], 0)


def test_somebody_buys_while_the_seller_accepts(client_of, sams, bea, coat):
    cleo = client_of(make_member("cleo", country="GB"))
    page = page_of(make_offer(bea, coat))
    put(cleo, coat)
    form = cart_form(cleo, coat.seller_id)
    ready(sams, cleo)
    answers = together([lambda: sams.post(f"{page}/accept", data=SEEN), lambda: cleo.post("/checkout", data=form)])
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    ordered = db.session.scalar(sa.select(sa.func.count()).select_from(Order))
    assert (states(), ordered, remaining()) in [(["accepted"], 0, 0), (["open"], 1, 0)]


def test_yes_is_pressed_four_times(sams, bea, coat):
    coat.stock = coat.remaining = 5
    page = page_of(make_offer(bea, coat))
    ready(sams)
    answers = together([lambda: sams.post(f"{page}/accept", data=SEEN)] * 4)
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409, 409]
    assert (states(), remaining()) == (["accepted"], 4)


def test_an_offer_is_sent_four_times(beas, coat):
    form = form_of(beas, [coat], "30")
    ready(beas)
    answers = together([lambda: beas.post("/offers", data=form)] * 4)
    assert len({location(answer) for answer in answers}) == 1
    assert states() == ["open"]


def test_the_time_is_over_while_the_buyer_buys(app, beas, bea, seller, stopped_clock):
    hat = make_listing(seller)
    made = make_offer(bea, hat, state="accepted", turn="buyer")
    form = checkout_form(beas, page_of(made))
    made.until = clock.now()
    ready(beas)

    def end() -> None:
        with app.app_context():
            perform(app, ours.end_offers.name, {})

    together([end, lambda: beas.post("/checkout", data=form), lambda: beas.post("/checkout", data=form)])
    ordered = db.session.scalar(sa.select(sa.func.count()).select_from(Order))
    assert (states(), ordered, remaining()) in [(["expired"], 0, 1), (["bought"], 1, 0)]


def test_bought_from_two_windows_it_is_one_order(beas, bea, coat):
    made = make_offer(bea, coat, state="accepted", turn="buyer")
    forms = [checkout_form(beas, page_of(made)) for _window in range(2)]
    ready(beas)
    answers = together([lambda form=form: beas.post("/checkout", data=form) for form in forms])
    assert sorted(answer.headers["Location"].split("/")[1] for answer in answers) == ["checkout", "offers"]
    assert (states(), remaining()) == (["bought"], 0)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Order)) == 1
