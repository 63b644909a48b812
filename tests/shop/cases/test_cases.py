"""A case from the complaint to the money, through the pages of both sides and of the staff."""

import re
from typing import Any

import sqlalchemy as sa

from clozette.kernel import ids, tasks
from clozette.kernel.database import db
from clozette.kernel.ports.mail import KEY
from clozette.privacy.models import StaffRead
from clozette.shop.cases.models import Case, CaseEntry
from clozette.shop.cases.tasks import tend_cases
from clozette.shop.ledger import queries as ledger
from clozette.shop.orders.tasks import tend_orders
from tests.factories.accounts import sign_in
from tests.shop.cases.conftest import FORM_KEY


def tend(app: Any) -> None:
    """Let the clock's tasks run, and what comes of them."""
    tasks.enqueue(tend_cases)
    tasks.enqueue(tend_orders)
    tasks.drain(app)
    db.session.expire_all()


def key_of(page: str) -> str:
    """Return the key of a page's form."""
    return re.search(FORM_KEY, page).group(1)


def open_by_page(browser: Any, order: Any, **changes: Any) -> Any:
    """Fill the form of a complaint and send it."""
    page = browser.get(f"/orders/{order.ref}/case").text
    typed = re.findall(r'name="amounts" value="([^"]*)"', page)
    form = {"form_key": key_of(page), "kind": "not_as_described", "words": "It is blue.", "amounts": [typed[0], ""]}
    return browser.post(f"/orders/{order.ref}/case", data={**form, **changes})


def test_from_the_complaint_to_the_money(app, client_of, arrived, sam, bea, judy, seller, stopped_clock):
    stopped_clock.stop()
    beas, sams, judys = client_of(bea), client_of(sam), app.test_client()
    sign_in(judys, judy, second_factor=True)
    opened = open_by_page(beas, arrived)
    here = opened.location
    case_id = ids.decode(here.rpartition("/")[2])
    assert (opened.status_code, here) == (303, f"/cases/{ids.encode(case_id)}")
    tasks.drain(app)
    assert [one.to for one in app.extensions[KEY].messages if "answer within three days" in one.subject] == [sam.email]

    assert f'<a href="{here}">' in sams.get("/selling").text  # what waits for the seller
    page = sams.get(here).text
    assert "It is blue." in page
    answered = sams.post(f"{here}/words", data={"form_key": key_of(page), "words": "It was green in the shop."})
    assert answered.status_code == 303
    assert here not in sams.get("/selling").text
    assert "It was green in the shop." in beas.get(here).text

    desk = f"/admin/shop/cases/{ids.encode(case_id)}"
    assert ids.encode(case_id) in judys.get("/admin/shop/cases").text
    assert "It is blue." not in judys.get(desk).text  # nobody reads it without that being written down
    assert judys.post(f"{desk}/take").status_code == 303
    assert "It is blue." in judys.get(desk).text
    reads = db.session.scalars(sa.select(StaffRead.subject_id).where(StaffRead.what == "shop case")).all()
    assert set(reads) == {sam.subject_id, bea.subject_id}
    decided = judys.post(f"{desk}/decision", data={"amounts": ["25.00"], "reasons": "Blue, but wearable."})
    assert decided.status_code == 303
    assert "Blue, but wearable." in sams.get(here).text

    stopped_clock.forward(days=7)
    tend(app)
    assert (arrived.state, arrived.contested_at) == ("complete", None)  # the days for complaints were over, too
    assert arrived.refunded_minor == 2500 + 200 * 2500 // 4500  # the house's fee goes back with it
    assert db.session.get_one(Case, case_id).state == "closed"
    assert ledger.faults() == []
    assert ledger.balance(seller.id).held == 0


def test_a_case_is_seen_by_its_two_sides_alone(client_of, case, mark, bea):
    here = f"/cases/{ids.encode(case.id)}"
    assert client_of(bea).get(here).status_code == 200
    assert client_of(mark).get(here).status_code == 404
    assert client_of(mark).post(f"{here}/withdraw").status_code == 404
    assert db.session.scalar(sa.select(sa.func.count()).select_from(CaseEntry)) == 1
