"""What an order forbids to tell goes on by another order, or is lifted; both leave a row, and of two at once one counts."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.privacy.disclosures.models import Silence
from clozette.privacy.models import StaffRead
from clozette.privacy.tree.models import Waiting
from tests.admin.test_cases import ORDER, day, silent
from tests.factories.accounts import make_member, sign_in
from tests.support.application import Clock
from tests.support.client import Client

WHY = "Order 8 Gs 13/26 of the Amtsgericht"


@pytest.fixture
def ada(db_session: orm.Session) -> Member:
    return make_member("ada")


@pytest.fixture
def keeper(client: Client, ada: Member, db_session: orm.Session) -> Client:
    """An admin who handed Ada's address over in silence."""
    sign_in(client, make_member("keeper", roles=("admin",)), second_factor=True)
    assert client.post("/admin/members/ada/disclosure", data={**ORDER, **silent()}).status_code == 200
    return client


def one_of(keeper: Client) -> str:
    page = keeper.get("/admin/silences").text
    (path,) = {part.partition('"')[0] for part in page.split('href="')[1:] if part.startswith("/admin/silences/")}
    return path


def seen(app: Flask, ada: Member) -> str:
    hers = app.test_client()
    sign_in(hers, ada)
    return hers.get("/privacy/disclosures").text + hers.get("/privacy/access").text


@pytest.mark.requirement(77)
def test_an_order_is_lifted_with_all_it_keeps(app: Flask, keeper: Client, ada: Member, db_session: orm.Session) -> None:
    assert "Amtsgericht" not in seen(app, ada)
    path = one_of(keeper)
    page = keeper.get(path)
    assert page.status_code == 200 and "@ada" in page.text and "Amtsgericht Musterstadt" in page.text
    assert keeper.post(path, data={"step": "lift", "reason": WHY}).status_code == 303
    told = seen(app, ada)
    assert "Amtsgericht Musterstadt" in told and WHY in told, "the hand-over, the look, and the reason of the lift"
    assert "Nothing is kept silent" in keeper.get("/admin/silences").text
    assert keeper.get(path).status_code == keeper.post(path, data={"step": "lift", "reason": WHY}).status_code == 404
    rows = db_session.scalars(sa.select(Silence).order_by(Silence.id)).all()
    assert len(rows) == 4 and all(row.by_id and row.because == WHY for row in rows[2:])
    waiting = db_session.scalars(sa.select(Waiting.row_id).where(Waiting.kind == "silence")).all()
    assert set(waiting) == {row.id for row in rows}, "in the tree like every silence"


@pytest.mark.requirement(8, 77)
def test_an_order_goes_on_and_says_nothing_of_it(
    app: Flask, keeper: Client, ada: Member, db_session: orm.Session, stopped_clock: Clock
) -> None:
    path = one_of(keeper)
    assert keeper.post(path, data={"step": "longer", "silent_until": day(90), "reason": WHY}).status_code == 303
    assert one_of(keeper) != path and WHY in keeper.get(one_of(keeper)).text
    stopped_clock.forward(days=31)
    told = seen(app, ada)
    assert "Amtsgericht" not in told and "silence" not in told
    audit = db_session.scalars(sa.select(StaffRead).where(StaffRead.what == "silence")).one()
    assert audit.subject_id == ada.subject_id and audit.reason == WHY and audit.case_id is not None
    stopped_clock.forward(days=60)
    assert "Amtsgericht Musterstadt" in seen(app, ada)


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"step": "lift"},
        {"step": "lift", "reason": "short"},
        {"step": "longer", "reason": WHY},
        {"step": "longer", "reason": WHY, "silent_until": "yesterday"},
        {"step": "longer", "reason": WHY, "silent_until": "2020-01-01"},
        {"step": "burn", "reason": WHY},
    ],
)
def test_it_wants_a_step_a_day_and_a_reason(keeper: Client, typed: dict[str, str], db_session: orm.Session) -> None:
    assert keeper.post(one_of(keeper), data=typed).status_code == 422
    assert len(db_session.scalars(sa.select(Silence)).all()) == 2


def test_orders_apart_are_changed_apart(keeper: Client, db_session: orm.Session) -> None:
    make_member("bert")
    db_session.commit()
    said = {"reason": "By order of the court.", "silent_until": day(40), "silent_because": "§ 101 StPO, order 9"}
    assert keeper.post("/admin/members/bert/record", data=said).status_code == 200
    page = keeper.get("/admin/silences").text
    first = page.split('href="/admin/silences/')[1].partition('"')[0]
    assert keeper.post(f"/admin/silences/{first}", data={"step": "lift", "reason": WHY}).status_code == 303
    left = keeper.get("/admin/silences").text
    assert "order 9" in left and "@bert" in left and "@ada" not in left


def test_of_two_changes_at_once_one_counts(app: Flask, keeper: Client, db_session: orm.Session) -> None:
    path = one_of(keeper)
    db_session.commit()
    browsers = []
    for _number in range(4):
        browser = app.test_client()
        browser._cookies = dict(keeper._cookies)
        browsers.append(browser)
    until = (clock.today() + timedelta(days=60)).isoformat()

    def change(browser: Client) -> int:
        typed = {"step": "longer", "silent_until": until, "reason": WHY}
        return browser.post(path, data=typed).status_code

    with ThreadPoolExecutor(4) as pool:
        codes = list(pool.map(change, browsers))
    assert codes.count(303) == 1 and set(codes) <= {303, 404, 409, 503}, codes
    assert len(db_session.scalars(sa.select(Silence)).all()) == 4
