"""What speaks for a sale goes to the buyer's bank: what is listed and nothing else, once, in time, and its word counts."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.payments import Declined, Later, Shown, depart_with
from clozette.kernel.ports.release import NotReleased
from clozette.privacy.disclosures.models import Disclosure, Handover
from clozette.shop.cases import access, deciding, handing, keeping, moves, proving, queries, rules, services
from clozette.shop.cases.models import Case, CaseEntry, Proof
from clozette.shop.cases.moves import Said
from clozette.shop.cases.tasks import send_proofs_again, tend_cases
from clozette.shop.orders import deeds
from clozette.shop.orders import queries as orders
from clozette.shop.orders.models import OrderLine
from clozette.shop.payments.models import Dispute
from tests.factories.accounts import make_member, sign_in
from tests.factories.photos import upload
from tests.shop.payments.test_refunds import deliver, intent_of, paid

__all__ = ["paid"]
WINS = "winning_evidence"


@pytest.fixture
def judy(db_session):
    """Give one of the staff."""
    return make_member("judy", roles=("moderator",))


@pytest.fixture
def asked(app, client, world, paid, seller, judy):
    """Give the case of a bank that took the money of what was sent, in the hands of the staff."""
    tasks.drain(app)
    deeds.ship(orders.whole(paid.id, lock=True), courier="dhl", tracking="JD 0140", shares=[], now=clock.now())
    db.session.commit()
    claim(app, client, world, paid)
    case = access.whole(db.session.scalars(sa.select(Case.id)).one())
    sam = db.session.get_one(Member, seller.member_id)
    services.say(case, "seller", Said("It was in the post.", [upload()]), by=sam, now=clock.now())
    deciding.take(case, judy, clock.now())
    db.session.commit()
    return case


def claim(app, client, world, order, *, warns: bool = False) -> None:
    """Let the bank of an order's buyer ask, or take the money, and hear of it."""
    words = ("warning_needs_response", "needs_response") if world.on_the_wire else ("inquiry", "open")
    world.people.disputed(intent_of(order), words[not warns])
    hear(app, client, world)


def hear(app, client, world) -> None:
    deliver(client, world)
    tasks.drain(app)
    db.session.expire_all()


def prove(client, staff, case, words: str, photo: str = ""):
    """Send it off as the staff does."""
    sign_in(client, staff, second_factor=True)
    data = {"words": words, "photo": photo}
    return client.post(f"/admin/shop/cases/{ids.encode(case.id)}/proof", data=data, base_url="https://localhost")


def test_what_is_listed_goes_to_the_bank_and_nothing_else(app, client, world, asked, judy, buyer, seller):
    photo = ids.encode(queries.photos_of(asked.order_id)[0].id)
    sign_in(client, judy, second_factor=True)
    page = client.get(f"/admin/shop/cases/{ids.encode(asked.id)}", base_url="https://localhost").text
    assert "Name and address of the parcel" in page
    for _time in (1, 2):
        assert prove(client, judy, asked, WINS, photo).status_code == 303
    tasks.drain(app)
    hear(app, client, world)
    row = db.session.scalars(sa.select(Proof)).one()
    assert (row.state, row.asking, row.sellers_asking) == ("sent", None, None)
    assert row.fields[-2:] == ["sellers_words", "photo"]
    if world.on_the_wire:
        (said,) = [one["evidence"] for one in world.people.books.every("dispute")]
        assert said.pop("uncategorized_file").startswith("file_")
        assert said == {
            "customer_name": "Mary Miller",
            "customer_email_address": buyer.email,
            "shipping_address": "Mary Miller\n1 High Street\nLondon\nGB",
            "shipping_carrier": "DHL / Deutsche Post",
            "shipping_tracking_number": "JD 0140",
            "shipping_date": clock.now().date().isoformat(),
            "product_description": db.session.scalars(sa.select(OrderLine.title)).one(),
            "refund_refusal_explanation": "It was in the post.",
            "uncategorized_text": WINS,
        }
        assert db.session.scalars(sa.select(Dispute.state)).one() == "won"
    told = sa.select(Disclosure.subject_id).join(Handover, Handover.id == Disclosure.handover_id)
    people = db.session.scalars(told.where(Handover.purpose == "dispute")).all()
    assert sorted(people) == sorted([buyer.subject_id, db.session.get_one(Member, seller.member_id).subject_id])
    for member in (buyer, db.session.get_one(Member, seller.member_id)):
        sign_in(client, member)
        page = client.get(f"/cases/{ids.encode(asked.id)}", base_url="https://localhost").text
        assert ("What the bank was told" in page, WINS in page) == (True, True)


def test_an_answer_that_does_not_come_sends_it_once(app, client, world, asked, judy):
    if world.on_the_wire:
        world.people.spoil("dropped-after")
    else:
        world.people.loses.append(Later("lost"))
    prove(client, judy, asked, "It was sent.")
    with pytest.raises(Later):
        tasks.drain(app)
    row = db.session.scalars(sa.select(Proof)).one()
    assert row.state == "asked"
    proving.send(row.id, clock.now())
    assert (row.state, row.asking) == ("sent", None)


def test_too_late(app, client, world, asked, judy, stopped_clock):
    stopped_clock.stop()
    stopped_clock.forward(days=7)
    for _time in (1, 2):
        tasks.enqueue(tend_cases)
        tasks.drain(app)
    sign_in(client, judy, second_factor=True)
    assert client.get("/notifications", base_url="https://localhost").text.count("waits for proof") == 1
    stopped_clock.forward(days=3)
    answer = prove(client, judy, asked, "It was sent.")
    assert (answer.status_code, "takes no proof" in answer.text) == (409, True)
    assert db.session.scalars(sa.select(Proof)).all() == []


def test_what_was_given_up_is_sent_by_the_clock(app, client, world, asked, judy, stopped_clock):
    """A task is given up after some hours; then nobody would have told the bank, or been reminded to."""
    prove(client, judy, asked, "It was sent.")
    if world.on_the_wire:
        world.people.spoil("dropped-before")
    else:
        world.people.fails.append(Later("unreachable"))
    with pytest.raises(Later):
        tasks.drain(app)
    stopped_clock.forward(hours=2)
    tasks.enqueue(send_proofs_again)
    tasks.drain(app)
    assert db.session.scalars(sa.select(Proof.state)).one() == "sent"


@pytest.mark.parametrize("world", ["till"], indirect=True)
def test_what_was_declined_can_be_told_again(app, client, world, asked, judy):
    """The bank knows nothing of it; the case waits for the staff as before."""
    due_at = asked.due_at
    assert prove(client, judy, asked, "It was sent.").status_code == 303
    world.people.fails.append(Declined("too_large"))
    tasks.drain(app)
    db.session.expire_all()
    assert (db.session.scalars(sa.select(Proof.state)).one(), asked.due_at) == ("failed", due_at)
    for _time in (1, 2):
        assert prove(client, judy, asked, "It was sent with DHL.").status_code == 303
    tasks.drain(app)
    db.session.expire_all()
    told = db.session.execute(sa.select(Proof.state, Proof.words)).all()
    assert [tuple(one) for one in told] == [("sent", "It was sent with DHL.")]


def test_what_a_bank_was_told_is_forgotten_with_the_case(app, client, world, asked, judy, buyer):
    prove(client, judy, asked, "Mary has the coat.")
    entries = sa.select(CaseEntry.words).where(CaseEntry.words.contains("Mary"))
    assert db.session.scalars(entries).all() == ["Mary has the coat."]
    list(keeping.forget_side(buyer.subject_id))
    assert db.session.scalars(entries).all() == []


def test_what_a_bank_was_told_is_forgotten_long_after(app, client, world, asked, judy, seller):
    prove(client, judy, asked, "Mary has the coat.")
    moves.move(access.whole(asked.id), "closed", clock.now())
    keeping.forget_old(clock.now() + rules.KEPT + timedelta(days=1))
    assert db.session.scalars(sa.select(CaseEntry.words).where(CaseEntry.words != "")).all() == []


def test_a_picture_that_no_slip_names_stays(app, asked, judy, buyer):
    release = handing.to_bank(access.whole(asked.id).order, buyer, "It was sent.", judy, clock.now())
    db.session.commit()
    with pytest.raises(NotReleased, match="picture"):
        depart_with(release, None, Shown("photo.jpg", b"x"))
