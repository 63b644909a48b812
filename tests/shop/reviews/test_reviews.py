"""What both sides say of each other: blind until both are shown, then for good."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.accounts.services import blocks
from clozette.community.models import Notification
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.privacy.models import StaffRead
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from clozette.shop.orders import queries as orders
from clozette.shop.reviews import rules, services
from clozette.shop.reviews.models import Review
from clozette.shop.reviews.tasks import show_reviews
from tests.factories.accounts import make_member, sign_in
from tests.shop.cases.conftest import complain, whole
from tests.support import races

NOW = clock.now()
DAY = timedelta(days=1)


def say(order: Any, side: str, stars: int = 5, words: str = "Lovely.") -> Review:
    """Say how it was."""
    found = orders.whole(order.id, lock=True)
    assert found is not None
    made = services.write(found, side, stars=stars, as_described=side == "buyer", words=words, now=clock.now())
    db.session.commit()
    return made


def tend(app: Any) -> None:
    """Let the clock's task run, and what comes of it."""
    tasks.enqueue(show_reviews)
    tasks.drain(app)
    db.session.expire_all()


def shown() -> list[bool]:
    """Return which reviews are shown."""
    return [at is not None for at in db.session.scalars(sa.select(Review.shown_at).order_by(Review.id))]


@pytest.mark.parametrize(
    ("state", "since", "mine", "theirs", "code"),
    [
        ("shipped", NOW, None, None, "review_state"),
        ("received", NOW, None, None, None),
        ("complete", NOW - 60 * DAY, None, None, "review_late"),
        ("returned", NOW - 59 * DAY, None, None, None),
        ("complete", NOW, NOW, None, "shown"),
        ("complete", NOW, None, NOW, "not_blind"),
    ],
)
def test_when_a_review_can_be_written(state, since, mine, theirs, code):
    refusal = rules.why_not_write(state, since, mine, theirs, NOW)
    assert (refusal.code if refusal else None) == code


def test_neither_sees_the_others_before_both_are_shown(app, client_of, arrived, sam, bea, seller):
    beas, sams = client_of(bea), client_of(sam)
    here, there = f"/orders/{arrived.ref}/review", f"/selling/orders/{arrived.ref}/review"
    assert here in beas.get(f"/orders/{arrived.ref}").text
    said = {"stars": "4", "as_described": "true", "words": "As in the pictures."}
    assert beas.post(here, data={"stars": "4"}).status_code == 422  # silence is not "not as described"
    assert beas.post(here, data=said).status_code == 303
    assert "As in the pictures." not in sams.get(there).text
    assert "As in the pictures." not in sams.get("/@sam/reviews").text
    assert beas.post(here, data={**said, "words": "A little shorter."}).status_code == 303  # not shown yet
    assert sams.post(there, data={"stars": "5", "words": "Paid at once."}).status_code == 303
    assert "A little shorter." in sams.get(there).text
    assert "Paid at once." in beas.get(here).text
    assert beas.post(here, data={**said, "stars": "1"}).status_code == 409
    page = client_of().get("/@sam/reviews").text
    assert ("A little shorter." in page, "As in the pictures." in page, "Bea Buyer" in page) == (True, False, True)
    assert (seller.reviewed, seller.stars_sum, seller.described, seller.sends_hours) == (1, 4, 1, 1)
    tasks.drain(app)
    told = db.session.scalars(sa.select(Notification.member_id).where(Notification.kind == "review_shown")).all()
    assert set(told) == {sam.id, bea.id}
    assert "Read what was said of you" in beas.get("/notifications").text
    listing = whole(arrived).lines[0].listing_id
    assert "4 of 5 stars" in client_of().get("/@sam/shop").text
    assert client_of().get(f"/shop/{ids.encode(listing)}").status_code == 200


def test_after_fourteen_days_one_alone_is_shown_and_nobody_answers_it(app, client_of, arrived, sam, stopped_clock):
    stopped_clock.stop()
    say(arrived, "buyer")
    stopped_clock.forward(days=14, seconds=-1)
    tend(app)
    assert shown() == [False]
    sams, there = client_of(sam), f"/selling/orders/{arrived.ref}/review"
    assert "say it too within fourteen days" in sams.get("/notifications").text
    assert "The other side has written. Write yours by" in sams.get(there).text
    stopped_clock.forward(seconds=1)
    tend(app)
    assert shown() == [True]
    assert sams.post(there, data={"stars": "1", "words": "And you!"}).status_code == 409
    assert 'name="stars"' not in sams.get(there).text
    assert shown() == [True]
    moments = db.session.scalars(sa.select(Review.shown_at)).all()
    services.show(arrived.id, clock.now() + DAY)
    assert db.session.scalars(sa.select(Review.shown_at)).all() == moments


def test_nothing_is_shown_while_a_case_is_running(app, arrived, bea, stopped_clock):
    stopped_clock.stop()
    complain(arrived, bea)
    say(arrived, "buyer", 1)
    say(arrived, "seller", 1)
    assert shown() == [False, False]
    stopped_clock.forward(days=15)
    tend(app)
    assert shown() == [False, False]
    arrived.contested_at = None
    db.session.commit()
    tend(app)
    assert shown() == [True, True]


def test_both_at_once_are_both_shown(app, arrived):
    order_id = arrived.id
    db.session.commit()

    def deed(side: str) -> Any:
        def write() -> None:
            found = orders.whole(order_id, lock=True)
            assert found is not None
            services.write(found, side, stars=3, as_described=None, words="", now=clock.now())

        return write

    raised = races.at_once(app, deed("buyer"), deed("seller"), deed("buyer"))
    assert all(isinstance(no, Refused) and no.refusal.code == "shown" for no in raised)
    db.session.expire_all()
    assert shown() == [True, True]


def test_the_staff_hides_one_with_a_reason(app, client_of, arrived, sam, bea, judy, seller):
    say(arrived, "buyer", 1, "Where do you live?")
    say(arrived, "seller")
    review = db.session.scalars(sa.select(Review).where(Review.side == "buyer")).one()
    address = f"/admin/shop/reviews/{ids.encode(review.id)}/hiding"
    judys = app.test_client()
    sign_in(judys, judy, second_factor=True)
    assert address in judys.get("/@sam/reviews").text
    assert address not in client_of(sam).get("/@sam/reviews").text
    assert client_of(sam).post(address, data={"reason": "I don't like it."}).status_code == 404
    assert judys.post(address, data={"reason": "short"}).status_code == 422
    for _time in (1, 2):
        assert judys.post(address, data={"reason": "It threatens somebody."}).status_code == 303
    tasks.drain(app)
    db.session.expire_all()
    assert "Where do you live?" not in client_of().get("/@sam/reviews").text
    assert (seller.reviewed, seller.stars_sum) == (0, 0)
    assert "It threatens somebody." in client_of(bea).get("/notifications").text
    assert "It threatens somebody." in client_of(bea).get(f"/orders/{arrived.ref}/review").text
    read = db.session.scalars(sa.select(StaffRead).where(StaffRead.what == "review hidden")).one()
    assert (read.subject_id, read.reason) == (bea.subject_id, "It threatens somebody.")


def test_a_block_hides_a_name_and_no_star(client_of, arrived, bea):
    say(arrived, "buyer")
    say(arrived, "seller")
    cat = make_member("cat")
    blocks.block(cat.id, bea.id, now=clock.now())
    db.session.commit()
    page = client_of(cat).get("/@sam/reviews").text
    assert ("Lovely." in page, "Bea Buyer" in page) == (True, False)


def test_who_left_says_nothing_and_the_star_stays(client_of, arrived, bea, seller, stopped_clock):
    stopped_clock.stop()
    say(arrived, "buyer")
    say(arrived, "seller")
    erasure = erasures.ask(bea.subject_id, via="page", now=clock.now())
    stopped_clock.forward(days=15)
    assert executor.execute(erasure.id, now=clock.now(), save=db.session.commit)
    db.session.expire_all()
    assert "Lovely." not in client_of().get("/@sam/reviews").text
    kept = db.session.scalars(sa.select(Review).where(Review.side == "buyer")).one()
    assert (kept.author_id, kept.words, kept.stars, seller.reviewed) == (None, "", 5, 1)
