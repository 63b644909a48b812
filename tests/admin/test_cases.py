"""Cases of staff: each look belongs to the case whose reason it is, and a silence has its day and its law."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.kernel import clock
from clozette.privacy.disclosures.models import Case, Handover, Silence
from clozette.privacy.models import StaffRead
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure.models import Erasure
from tests.factories.accounts import make_member, sign_in
from tests.support.client import Client

RECORD = "/admin/members/ada/record"
REASON = "The member asked for help, case 1042."
LAW = "§ 101 StPO, order 7"
ORDER = {
    "legal_name": "Amtsgericht Musterstadt",
    "address": "Gerichtsplatz 1, Musterstadt",
    "country": "DE",
    "contact": "+49 30 0000",
    "duty": "§ 100j StPO, order 7 Gs 12/26",
    "fields_sent": ["accounts_members.email"],
}


@pytest.fixture
def ada(db_session: orm.Session) -> Member:
    return make_member("ada")


@pytest.fixture
def keeper(client: Client, ada: Member) -> Client:
    sign_in(client, make_member("keeper", roles=("admin",)), second_factor=True)
    return client


def day(days: int) -> str:
    return (clock.today() + timedelta(days=days)).isoformat()


def silent() -> dict[str, str]:
    return {"silent_until": day(30), "silent_because": LAW}


@pytest.mark.requirement(8, 77)
def test_a_silent_case_takes_no_ordinary_look(app: Flask, keeper: Client, ada: Member, db_session: orm.Session) -> None:
    assert keeper.post(RECORD, data={"reason": "By order of the court.", **silent()}).status_code == 200
    assert keeper.post(RECORD).status_code == 422, "the reason is asked for again"
    assert keeper.post(RECORD, data={"reason": REASON}).status_code == 200
    hers = app.test_client()
    sign_in(hers, ada)
    page = hers.get("/privacy/access").text
    assert "asked for help" in page
    assert "By order" not in page


@pytest.mark.requirement(8, 77)
def test_an_ordinary_case_takes_no_silent_look(
    app: Flask, keeper: Client, ada: Member, db_session: orm.Session
) -> None:
    assert keeper.post(RECORD, data={"reason": REASON}).status_code == 200
    assert "Open another case" in keeper.get("/admin/members/ada").text
    assert keeper.post(RECORD, data={"reason": "By order of the court.", **silent()}).status_code == 200
    assert keeper.post(RECORD).status_code == 200, "that one goes on in the ordinary case"
    reads = [(read.reason, read.case_id) for read in db_session.scalars(sa.select(StaffRead).order_by(StaffRead.id))]
    ordinary, secret = db_session.scalars(sa.select(Case.id).order_by(Case.id))
    assert [case_id for _, case_id in reads] == [ordinary, secret, ordinary]
    hers = app.test_client()
    sign_in(hers, ada)
    page = hers.get("/privacy/access").text
    assert page.count("asked for help") == 2
    assert "By order" not in page


@pytest.mark.requirement(8)
def test_a_hand_over_opens_no_record(keeper: Client, db_session: orm.Session) -> None:
    assert keeper.post("/admin/members/ada/disclosure", data=ORDER).status_code == 200
    assert keeper.post(RECORD).status_code == 422


@pytest.mark.requirement(77)
@pytest.mark.parametrize(
    "typed",
    [
        {"silent_until": 0, "silent_because": LAW},
        {"silent_until": -1, "silent_because": LAW},
        {"silent_because": LAW},
        {"silent_until": 30},
        {"silent_until": 30, "silent_because": "because"},
    ],
)
def test_a_silence_has_a_day_to_come_and_its_law(
    keeper: Client, db_session: orm.Session, typed: dict[str, int | str]
) -> None:
    said = {name: day(value) if isinstance(value, int) else value for name, value in typed.items()}
    assert keeper.post(RECORD, data={"reason": REASON, **said}).status_code == 422
    assert keeper.post("/admin/members/ada/disclosure", data={**ORDER, **said}).status_code == 422
    for made in (Case, Handover, Silence):
        assert db_session.scalar(sa.select(sa.func.count()).select_from(made)) == 0


@pytest.mark.requirement(77)
def test_it_lasts_through_its_day(keeper: Client, db_session: orm.Session) -> None:
    keeper.post(RECORD, data={"reason": REASON, **silent()})
    keeper.post("/admin/members/ada/disclosure", data={**ORDER, **silent()})
    ends = {row.until for row in db_session.scalars(sa.select(Silence))}
    assert ends == {datetime.combine(clock.today() + timedelta(days=30), time.max, UTC)}


@pytest.mark.requirement(106)
def test_staff_do_not_show_whoever_wants_to_be_erased(keeper: Client, ada: Member, db_session: orm.Session) -> None:
    erasures.ask(ada.subject_id, via="page", now=clock.now())
    address, typed = "/admin/members/ada/deactivation", {"reason": REASON, "_method": "DELETE"}
    answer = keeper.post(address, data=typed)
    assert answer.status_code == 409
    assert "wants to be erased" in answer.text
    assert db_session.get_one(Member, ada.id, populate_existing=True).deactivated_at is not None
    keeper.post(address, data={"reason": REASON})
    assert keeper.post(address, data=typed).status_code == 409, "not by the way of a deactivation either"
    erasures.undo(ada.subject_id, now=clock.now())
    db_session.commit()
    assert keeper.get("/admin/members/ada").status_code == 200


@pytest.mark.requirement(105)
def test_nothing_of_whoever_is_being_erased_is_handed_over(
    keeper: Client, ada: Member, db_session: orm.Session
) -> None:
    erasures.ask(ada.subject_id, via="page", now=clock.now())
    db_session.execute(sa.update(Erasure).values(begun_at=clock.now()))
    assert keeper.post("/admin/members/ada/disclosure", data=ORDER).status_code == 409
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Handover)) == 0
