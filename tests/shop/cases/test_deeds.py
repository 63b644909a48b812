"""What each side may do in a case, in which order, and what becomes of the money."""

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from clozette.community.models import Notification
from clozette.kernel import clock, ids, tasks
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.media.models import Photo
from clozette.privacy.disclosures.models import Disclosure, Handover
from clozette.rights.erasure import executor
from clozette.rights.erasure import services as erasures
from clozette.shop.cases import access, checks, deciding, keeping, returning, rules, services
from clozette.shop.cases.models import Case, CaseDecision, CaseEntry, CaseLine
from clozette.shop.cases.moves import Said
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders import deeds
from clozette.shop.orders import queries as order_queries
from clozette.shop.orders import services as orders
from clozette.shop.orders.models import Order
from tests.factories.accounts import sign_in
from tests.factories.photos import jpeg
from tests.shop.cases.conftest import decide, line_of, whole
from tests.shop.cases.test_cases import key_of, open_by_page, tend


def happened(case: Case) -> list[str]:
    """Return what happened in a case, in order."""
    mine = sa.select(CaseEntry.what).where(CaseEntry.case_id == case.id).order_by(CaseEntry.id)
    return list(db.session.scalars(mine))


def refused(deed: Any) -> str:
    """Return why a deed is refused; nothing of it stays."""
    with pytest.raises(Refused) as why:
        deed()
    db.session.rollback()
    return str(why.value.refusal.code)


def test_silence_is_decided_for_the_buyer(app, case, arrived, stopped_clock):
    stopped_clock.stop()
    stopped_clock.forward(days=2)
    tend(app)
    assert case.state == "open"
    stopped_clock.forward(days=1)
    tend(app)
    assert (case.state, arrived.refunded_minor) == ("decided", 0)  # the seller may appeal yet
    stopped_clock.forward(days=7)
    tend(app)
    assert (case.state, arrived.refunded_minor, arrived.contested_at) == ("closed", 4177, None)
    assert happened(case) == ["opened", "silent", "closed"]


def test_the_seller_settles(app, case, arrived, sam):
    services.settle(access.whole(case.id), by=sam, now=clock.now())
    db.session.commit()
    assert (case.state, arrived.refunded_minor, arrived.state) == ("settled", 4177, "received")
    assert refused(lambda: services.settle(access.whole(case.id), by=sam, now=clock.now())) == "case_state"


def test_when_all_goes_back_the_order_is_over(order, bea, sam, judy, stopped_clock):
    stopped_clock.stop()
    stopped_clock.forward(days=8)
    asked = {line_of(order): 4000, "shipping": 500}
    case = services.open_case(whole(order), "not_arrived", asked, Said("Nothing came."), by=bea, now=clock.now())
    assert order.state == "shipped"  # it did not arrive
    services.answer(access.whole(case.id), Said("I sent it."), by=sam, now=clock.now())
    deciding.take(access.whole(case.id), judy, clock.now())
    decide(case, judy, 4000, must_return=True)
    assert db.session.scalar(sa.select(CaseDecision.must_return)) is False  # what never came can't go back
    services.settle(access.whole(case.id), by=sam, now=clock.now())
    db.session.commit()
    assert (order.state, order.ended_because, order.refunded_minor) == ("returned", "case", 4700)
    assert (order.contested_at, ledger.faults()) == (None, [])


def test_the_clock_leaves_a_contested_order_alone(app, case, arrived, bea, seller, stopped_clock):
    stopped_clock.stop()
    services.answer(access.whole(case.id), Said("No."), by=bea, now=clock.now())
    db.session.commit()
    stopped_clock.forward(days=30)
    tend(app)
    assert (arrived.state, case.state) == ("received", "answered")
    assert refused(lambda: orders.complete(whole(arrived), clock.now())) == "order_state"
    services.withdraw(access.whole(case.id), by=bea, now=clock.now())
    db.session.commit()
    tend(app)
    assert (arrived.state, case.state, arrived.refunded_minor) == ("complete", "withdrawn", 0)
    assert ledger.balance(seller.id).held == 0


def test_an_appeal_is_decided_by_somebody_else_and_stands(app, answered, arrived, sam, bea, judy, mark):
    decide(answered, judy, 1000)
    appeal = Said("Look at the second photo.", form_key="a")
    for _time in (1, 2):  # sent twice it is one appeal
        deciding.appeal(access.whole(answered.id), "buyer", appeal, by=bea, now=clock.now())
        db.session.commit()
    assert refused(lambda: deciding.take(access.whole(answered.id), judy, clock.now(), is_admin=True)) == "same_person"
    deciding.take(access.whole(answered.id), mark, clock.now())
    marks, here = app.test_client(), f"/admin/shop/cases/{ids.encode(answered.id)}"
    sign_in(marks, mark, second_factor=True)
    assert "Look at the second photo." in marks.get(here).text
    decide(answered, mark, 3000)
    read = marks.get(here)
    assert (read.status_code, "Look at the second photo." in read.text) == (200, False)
    assert (answered.state, arrived.refunded_minor) == ("closed", 3000 + 200 * 3000 // 4500)
    again = Said("Once more.", form_key="b")
    later = access.whole(answered.id)
    assert refused(lambda: deciding.appeal(later, "seller", again, by=sam, now=clock.now())) == "case_state"
    rounds = db.session.execute(sa.select(CaseDecision.round, CaseDecision.by_id)).all()
    assert [tuple(one) for one in rounds] == [(1, judy.id), (2, mark.id)]


def test_an_appeal_ends_even_if_there_is_nobody_else(answered, bea, judy, stopped_clock):
    stopped_clock.stop()
    decide(answered, judy, 1000)
    deciding.appeal(access.whole(answered.id), "buyer", Said("Look again."), by=bea, now=clock.now())
    db.session.commit()
    stopped_clock.forward(days=14)
    assert refused(lambda: deciding.take(access.whole(answered.id), judy, clock.now())) == "same_person"
    deciding.take(access.whole(answered.id), judy, clock.now(), is_admin=True)
    decide(answered, judy, 2000)
    assert answered.state == "closed"


def test_a_file_is_not_sent_back(answered, arrived, judy):
    line, shipping = access.whole(answered.id).order.lines[0], "shipping"
    assert deciding.can_return(access.whole(answered.id), [str(line.id)])
    assert not deciding.can_return(access.whole(answered.id), [shipping])
    assert rules.may_return("damaged", ["1", "2"], ["2"])
    assert not rules.may_return("damaged", ["1"], ["2"])
    decide(answered, judy, 0, must_return=True)
    assert db.session.scalars(sa.select(CaseDecision.must_return)).all() == [False]


def test_who_got_all_can_not_appeal_and_acceptance_is_enough(answered, arrived, bea, sam, judy):
    decide(answered, judy, 4000)
    more = Said("And my time.", form_key="a")
    found = access.whole(answered.id)
    assert refused(lambda: deciding.appeal(found, "buyer", more, by=bea, now=clock.now())) == "case_state"
    deciding.accept(access.whole(answered.id), "seller", by=sam, now=clock.now())
    db.session.commit()
    assert (answered.state, arrived.refunded_minor) == ("closed", 4177)


def test_both_accept_or_the_days_pass(answered, bea, sam, judy):
    decide(answered, judy, 1000)
    deciding.accept(access.whole(answered.id), "buyer", by=bea, now=clock.now())
    db.session.commit()
    assert answered.state == "decided"
    deciding.accept(access.whole(answered.id), "seller", by=sam, now=clock.now())
    db.session.commit()
    assert answered.state == "closed"


def test_who_decides(answered, sam, judy, mark):
    db.session.commit()
    assert refused(lambda: decide(answered, mark, 100)) == "case_state"  # judy has it in hand
    assert refused(lambda: decide(answered, judy, 4001)) == "too_much"
    assert refused(lambda: deciding.take(access.whole(answered.id), sam, clock.now())) == "own_case"
    deciding.take(access.whole(answered.id), mark, clock.now())
    db.session.commit()
    assert refused(lambda: decide(answered, judy, 100)) == "case_state"


def test_nobody_decides_before_the_seller_had_the_time(case, judy):
    deciding.take(access.whole(case.id), judy, clock.now())
    assert refused(lambda: decide(case, judy, 100)) == "case_state"


@pytest.mark.requirement(72)
def test_it_is_sent_back_first(app, answered, arrived, bea, sam, judy):
    decide(answered, judy, 4000, must_return=True)
    deciding.accept(access.whole(answered.id), "seller", by=sam, now=clock.now())
    assert answered.state == "address"
    returning.give_address(access.whole(answered.id), "Sam, Street 1, Bonn", by=sam, now=clock.now())
    told = sa.select(Handover).join(Disclosure).where(Disclosure.subject_id == sam.subject_id)
    handed = db.session.scalars(told.where(Handover.purpose == "return")).one()
    assert (handed.fields, handed.basis) == (["shop_case_entries.words"], "contract")
    returning.send_back(access.whole(answered.id), "dhl", "JD 9", by=bea, now=clock.now())
    db.session.commit()
    assert (answered.state, arrived.refunded_minor) == ("back", 0)
    assert refused(lambda: services.withdraw(access.whole(answered.id), by=bea, now=clock.now())) == "case_state"
    returning.get_back(access.whole(answered.id), by=sam, now=clock.now())
    db.session.commit()
    assert (answered.state, arrived.refunded_minor) == ("closed", 4177)


def test_the_seller_objects_to_an_empty_parcel_and_the_staff_decides(
    app, client_of, answered, arrived, bea, sam, judy, mark, stopped_clock
):
    stopped_clock.stop()
    decide(answered, judy, 3000, must_return=True)
    deciding.take_effect(access.whole(answered.id), clock.now())
    returning.give_address(access.whole(answered.id), "Sam, Street 1, Bonn", by=sam, now=clock.now())
    sams, here = client_of(sam), f"/cases/{ids.encode(answered.id)}"
    said = {"form_key": "o", "words": "An empty box."}
    assert sams.post(f"{here}/objection", data=said).status_code == 409  # nothing was sent yet
    returning.send_back(access.whole(answered.id), "dhl", "never sent", by=bea, now=clock.now())
    db.session.commit()
    assert "or came empty" in sams.get(here).text
    assert client_of(bea).post(f"{here}/objection", data=said).status_code == 409
    assert [sams.post(f"{here}/objection", data=said).status_code for _time in (1, 2)] == [303, 303]
    stopped_clock.forward(days=20)
    tend(app)
    assert (answered.state, arrived.refunded_minor, answered.is_about_parcel) == ("appealed", 0, True)
    deciding.take(access.whole(answered.id), mark, clock.now())
    db.session.commit()
    assert refused(lambda: decide(answered, mark, 3001)) == "too_much"  # the decision before stands
    decide(answered, mark, 0, must_return=True)
    assert (answered.state, arrived.refunded_minor, arrived.contested_at) == ("closed", 0, None)
    assert happened(answered)[-4:] == ["sent_back", "objected", "decided_back", "closed"]
    assert "The decision about what was sent back" in sams.get(here).text


@pytest.mark.parametrize(
    ("steps", "days", "refunded", "last"),
    [(0, 3, 4177, "closed"), (1, 14, 0, "unsent"), (2, 14, 4177, "got_back")],
)
def test_the_clock_while_it_is_sent_back(
    app, answered, arrived, bea, sam, judy, stopped_clock, steps, days, refunded, last
):
    stopped_clock.stop()
    decide(answered, judy, 4000, must_return=True)
    deciding.take_effect(access.whole(answered.id), clock.now())
    if steps > 0:
        returning.give_address(access.whole(answered.id), "Sam, Street 1, Bonn", by=sam, now=clock.now())
    if steps > 1:
        returning.send_back(access.whole(answered.id), "dhl", "JD 9", by=bea, now=clock.now())
    db.session.commit()
    stopped_clock.forward(days=days, seconds=-1)
    tend(app)
    assert answered.state in ("address", "sending", "back")
    stopped_clock.forward(seconds=1)
    tend(app)
    assert (answered.state, arrived.refunded_minor, happened(answered)[-1]) == ("closed", refunded, last)


def test_what_the_seller_pays_back_meanwhile_counts(app, answered, arrived, judy):
    deeds.give_back(whole(arrived), {line_of(arrived): 1500}, key="k", now=clock.now())
    decide(answered, judy, 4000)
    deciding.take_effect(access.whole(answered.id), clock.now())
    db.session.commit()
    assert whole(arrived).lines[0].refunded_minor == 4000
    assert (arrived.refunded_minor, ledger.faults()) == (4177, [])


def test_photos_are_for_the_case_alone(client_of, case, sam, bea, monkeypatch):
    here, sams = f"/cases/{ids.encode(case.id)}", client_of(sam)
    photo = (io.BytesIO(jpeg()), "proof.jpg")
    form = {"form_key": key_of(sams.get(here).text), "words": "See for yourself.", "photos": [photo]}
    assert sams.post(f"{here}/words", data=form, content_type="multipart/form-data").status_code == 303
    shown = db.session.scalars(sa.select(Photo).where(Photo.subject_id == sam.subject_id)).all()[-1]
    assert shown.public_token is None
    assert f"/media/private/{ids.encode(shown.id)}/" in client_of(bea).get(here).text
    wrong = {**form, "form_key": "other", "photos": [(io.BytesIO(b"no photo"), "proof.jpg")]}
    assert sams.post(f"{here}/words", data=wrong, content_type="multipart/form-data").status_code == 422
    monkeypatch.setattr(rules, "MOST_PHOTOS", 1)
    more = {**form, "form_key": "more", "photos": [(io.BytesIO(jpeg()), "proof.jpg")]}
    assert sams.post(f"{here}/words", data=more, content_type="multipart/form-data").status_code == 409


def test_forms_say_what_is_wrong(client_of, arrived, bea, sam, judy):
    beas = client_of(bea)
    assert open_by_page(beas, arrived, amounts=["", ""]).status_code == 409
    assert open_by_page(beas, arrived, amounts=["40.01"]).status_code == 409
    assert open_by_page(beas, arrived, amounts=["x"]).status_code == 422
    assert open_by_page(beas, arrived, amounts=["1", "1", "1"]).status_code == 422
    assert open_by_page(beas, arrived, kind="bank").status_code == 422
    assert open_by_page(beas, arrived, kind="not_arrived").status_code == 409
    assert open_by_page(beas, arrived, words="").status_code == 422
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 0
    assert arrived.contested_at is None
    made = open_by_page(beas, arrived)
    assert made.status_code == 303
    assert "There is a case about this order already" in beas.get(f"/orders/{arrived.ref}/case").text
    for deed in ("settle", "back"):
        assert beas.post(f"{made.location}/{deed}").status_code == 409
    assert client_of(sam).post(f"{made.location}/withdraw").status_code == 409


@pytest.mark.parametrize("end", ["carried out", "withdrawn"])
def test_what_was_decided_can_not_be_complained_of_again(app, client_of, answered, arrived, bea, judy, end):
    """Or the seller's money would wait for ever; the shipping was not decided about."""
    decide(answered, judy, 0)
    if end == "withdrawn":
        services.withdraw(access.whole(answered.id), by=bea, now=clock.now())
    else:
        deciding.accept(access.whole(answered.id), "buyer", by=bea, now=clock.now())
    db.session.commit()
    assert arrived.contested_at is None
    again = Said("Still blue.", form_key="again")
    asked = {line_of(arrived): 1}
    for kind in ("not_as_described", "fake"):
        opened = lambda kind=kind: services.open_case(whole(arrived), kind, asked, again, by=bea, now=clock.now())  # noqa: E731
        assert refused(opened) == "decided"
    page = client_of(bea).get(f"/orders/{arrived.ref}/case").text
    assert ("A green coat" in page, "Shipping" in page) == (False, True)
    asked = {"shipping": 500}
    services.open_case(whole(arrived), "not_as_described", asked, again, by=bea, now=clock.now())


def test_when_nothing_is_left_to_decide_there_is_no_form(client_of, case, arrived, bea, judy):
    db.session.execute(sa.update(CaseLine).values(asked_minor=1))
    db.session.add(CaseLine(case_id=case.id, part="shipping", position=1, asked_minor=1))
    deciding.fall_silent(access.whole(case.id), clock.now())
    services.withdraw(access.whole(case.id), by=bea, now=clock.now())
    db.session.commit()
    beas = client_of(bea)
    page = beas.get(f"/orders/{arrived.ref}/case").text
    assert ("Nothing is left of this order" in page, 'name="amounts"' in page) == (True, False)
    assert f"/orders/{arrived.ref}/case" not in beas.get(f"/orders/{arrived.ref}").text


def test_one_form_opens_one_case(case, arrived, bea):
    asked = {line_of(arrived): 100}
    said = Said("Once.", form_key="one")
    services.withdraw(access.whole(case.id), by=bea, now=clock.now())
    made = {services.open_case(whole(arrived), "fake", asked, said, by=bea, now=clock.now()).id for _time in (1, 2)}
    assert len(made) == 1
    assert case.id not in made


def test_what_was_said_is_forgotten(app, case, bea, stopped_clock):
    stopped_clock.stop()
    services.withdraw(access.whole(case.id), by=bea, now=clock.now())
    db.session.commit()
    keeping.forget_old(clock.now() + timedelta(days=3 * 366))
    assert db.session.scalars(sa.select(CaseEntry.words).where(CaseEntry.words != "")).all() == ["It is blue."]
    keeping.forget_old(clock.now() + timedelta(days=3 * 366, seconds=1))
    assert db.session.scalars(sa.select(CaseEntry.words).where(CaseEntry.words != "")).all() == []


def test_the_doctor_says_what_is_late(app, answered, stopped_clock):
    settings = app.extensions["clozette.settings"]
    assert checks.cases(app, settings) == ""
    stopped_clock.forward(days=5)
    assert checks.cases(app, settings).startswith("1 cases are overdue")


def test_who_leaves_during_a_case_takes_their_words_along(case, arrived, bea, sam, stopped_clock):
    """What goes on is decided without them; nothing of theirs stays but the amounts."""
    stopped_clock.stop()
    services.answer(access.whole(case.id), Said("It was green."), by=sam, now=clock.now())
    erasure = erasures.ask(bea.subject_id, via="page", now=clock.now())
    stopped_clock.forward(days=15)
    assert executor.execute(erasure.id, now=clock.now(), save=db.session.commit)
    db.session.expire_all()
    assert db.session.scalars(sa.select(CaseEntry.words).order_by(CaseEntry.id)).all() == ["", "It was green."]
    services.settle(access.whole(case.id), by=sam, now=clock.now())
    db.session.commit()
    assert (case.state, arrived.refunded_minor) == ("settled", 4177)


@pytest.mark.requirement(106)
@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_why_it_was_decided_so_goes_with_either_side(request, answered, judy, stopped_clock, side):
    stopped_clock.stop()
    decide(answered, judy, 1000)
    leaving = request.getfixturevalue({"buyer": "bea", "seller": "sam"}[side])
    erasure = erasures.ask(leaving.subject_id, via="page", now=clock.now())
    stopped_clock.forward(days=15)
    assert executor.execute(erasure.id, now=clock.now(), save=db.session.commit)
    decisions = db.session.execute(sa.select(CaseDecision.reasons, CaseDecision.parts)).all()
    assert [(reasons, list(parts.values())) for reasons, parts in decisions] == [("", [1000])]


def test_an_order_that_went_on_meanwhile_gets_no_case(case, arrived):
    """What was read a moment ago is asked again by the statement that lets the order wait."""
    stale = whole(arrived)
    assert refused(lambda: services.begin(stale, "fake", "open", clock.now())) == "case_state"  # one is running
    stale = whole(arrived)
    db.session.execute(sa.update(Case).values(state="withdrawn"))
    over = sa.update(Order).values(contested_at=None, state="complete")
    db.session.execute(over.execution_options(synchronize_session=False))
    assert stale.state == "received"
    assert refused(lambda: services.begin(stale, "fake", "open", clock.now())) == "case_state"


def test_the_clock_has_nothing_to_do_with_a_contested_order(case, arrived, stopped_clock):
    stopped_clock.stop()
    stopped_clock.forward(days=8)
    assert list(order_queries.due("over", clock.now())) == []
    arrived.contested_at = None
    db.session.flush()
    assert list(order_queries.due("over", clock.now())) == [arrived.id]


def test_both_sides_are_told_of_what_concerns_them(app, client_of, answered, sam, bea, judy):
    decide(answered, judy, 1000)
    tasks.drain(app)
    told = sa.select(Notification.member_id, Notification.kind).where(Notification.kind.startswith("case_"))
    assert {tuple(row) for row in db.session.execute(told)} == {
        (sam.id, "case_opened"),
        (bea.id, "case_answered"),
        (sam.id, "case_decided"),
        (bea.id, "case_decided"),
    }
    assert "is decided: read why" in client_of(bea).get("/notifications").text
