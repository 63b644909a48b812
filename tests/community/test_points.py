"""Points: every movement has two sides, a balance is the sum of its lines, nothing counts twice, nothing is changed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import tokens
from clozette.community import points, tasks
from clozette.community.models import Balance, PointLine
from clozette.community.notifications import Line
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.privacy.models import StaffRead
from tests.community.conftest import Person
from tests.factories.accounts import make_member, sign_in
from tests.support.application import Clock
from tests.support.client import Client
from tests.support.races import at_once

TASK, GIFT, OLD = "test_task", "test_gift", "test_old"


@pytest.fixture(autouse=True)
def _rules(app: Flask) -> Iterator[None]:
    """Know three rules, in the registry of this test alone."""
    before = dict(app.extensions.get("clozette.points", {}))

    def say(_viewer: Any, object_ids: Any) -> dict[int, Line]:
        return {object_id: Line(f"Deed {object_id}", "/somewhere") for object_id in object_ids if object_id != 13}

    points.register(app, points.Rule(TASK, say, most_per_day=100))
    points.register(app, points.Rule(GIFT, say))
    points.register(app, points.Rule(OLD, say, lasts=30))
    yield
    app.extensions["clozette.points"] = before


@pytest.fixture
def member(db_session: orm.Session) -> Member:
    return make_member("penny")


def lines_of(member: Member) -> list[tuple[str, str, int, str]]:
    mine = sa.select(PointLine).where(PointLine.member_id == member.id).order_by(PointLine.id)
    return [(one.from_account, one.to_account, one.amount, one.rule) for one in db.session.scalars(mine)]


def test_a_deed_counts_once(member: Member) -> None:
    assert points.earn(member.id, TASK, 1, 30, now=clock.now()) == 30
    assert points.earn(member.id, TASK, 1, 30, now=clock.now()) == 0
    assert points.spend(member.id, GIFT, 1, 10, now=clock.now())
    assert not points.spend(member.id, GIFT, 1, 10, now=clock.now())
    assert points.balance(member.id) == 20
    assert lines_of(member) == [("house", "member", 30, TASK), ("member", "house", 10, GIFT)]


def test_what_one_has_not_one_does_not_spend(member: Member) -> None:
    points.earn(member.id, TASK, 1, 30, now=clock.now())
    with pytest.raises(Refused, match="too_few_points"):
        points.spend(member.id, GIFT, 1, 31, now=clock.now())
    assert points.balance(member.id) == 30
    assert len(lines_of(member)) == 1


def test_a_day_has_its_most(member: Member, stopped_clock: Clock) -> None:
    assert points.earn(member.id, TASK, 1, 80, now=clock.now()) == 80
    assert points.earn(member.id, TASK, 2, 80, now=clock.now()) == 20
    assert points.earn(member.id, TASK, 3, 80, now=clock.now()) == 0
    assert points.earn(member.id, GIFT, 3, 500, now=clock.now()) == 500
    stopped_clock.forward(days=1)
    assert points.earn(member.id, TASK, 3, 80, now=clock.now()) == 80


def test_taking_back(member: Member) -> None:
    points.earn(member.id, TASK, 1, 50, now=clock.now())
    points.spend(member.id, GIFT, 1, 20, now=clock.now())
    assert points.reverse(member.id, GIFT, 1, now=clock.now())
    assert not points.reverse(member.id, GIFT, 1, now=clock.now())
    assert not points.reverse(member.id, GIFT, 2, now=clock.now())
    assert points.balance(member.id) == 50
    points.spend(member.id, GIFT, 2, 20, now=clock.now())
    with pytest.raises(Refused, match="too_few_points"):
        points.reverse(member.id, TASK, 1, now=clock.now())
    assert points.balance(member.id) == 30


def test_the_oldest_are_spent_first_and_the_rest_goes(member: Member, stopped_clock: Clock) -> None:
    points.earn(member.id, OLD, 1, 30, now=clock.now())
    points.earn(member.id, OLD, 2, 5, now=clock.now())
    points.reverse(member.id, OLD, 2, now=clock.now())
    points.earn(member.id, GIFT, 1, 10, now=clock.now())
    points.spend(member.id, GIFT, 2, 12, now=clock.now())
    points.spend(member.id, GIFT, 3, 7, now=clock.now())
    points.reverse(member.id, GIFT, 3, now=clock.now())
    stopped_clock.forward(days=29)
    tasks.expire_points()
    assert points.balance(member.id) == 28
    stopped_clock.forward(days=1)
    tasks.expire_points()
    tasks.expire_points()
    assert points.balance(member.id) == 10
    assert lines_of(member)[-1] == ("member", "house", 18, "expired")


deeds = st.lists(
    st.tuples(st.sampled_from(["earn", "spend", "reverse", "expire"]), st.integers(1, 6), st.integers(1, 60)),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds)
def test_both_sides_agree_whatever_happens(db_session: orm.Session, done: list[tuple[str, int, int]]) -> None:
    """The house's account and the members' sum to nothing, and no balance is below it."""
    member_id, now = make_member().id, clock.now()
    for place, (deed, object_id, amount) in enumerate(done):
        at = now + timedelta(days=place * 7)
        try:
            with db_session.begin_nested():
                _do(deed, member_id, object_id, amount, at)
        except Refused:
            pass
    accounts = {"house": 0, "member": 0}
    for line in db_session.scalars(sa.select(PointLine).where(PointLine.member_id == member_id)):
        accounts[line.from_account] -= line.amount
        accounts[line.to_account] += line.amount
    assert sum(accounts.values()) == 0
    assert accounts["member"] == points.balance(member_id) >= 0


def _do(deed: str, member_id: int, object_id: int, amount: int, at: Any) -> None:
    if deed == "earn":
        points.earn(member_id, OLD, object_id, amount, now=at)
    elif deed == "spend":
        points.spend(member_id, GIFT, object_id, amount, now=at)
    elif deed == "reverse":
        points.reverse(member_id, OLD if amount % 2 else GIFT, object_id, now=at)
    else:
        points.expire(at)


@pytest.mark.parametrize("deed", ["earn", "spend"])
def test_at_once_it_counts_once(app: Flask, member: Member, db_session: orm.Session, deed: str) -> None:
    points.earn(member.id, GIFT, 99, 100, now=clock.now())
    member_id = member.id
    db_session.commit()
    do = {"earn": points.earn, "spend": points.spend}[deed]
    assert not at_once(app, *[lambda: do(member_id, TASK, 1, 60, now=clock.now())] * 4)
    db_session.rollback()
    assert points.balance(member_id) == {"earn": 160, "spend": 40}[deed]


def test_two_that_are_too_much_together(app: Flask, member: Member, db_session: orm.Session) -> None:
    points.earn(member.id, GIFT, 99, 100, now=clock.now())
    member_id = member.id
    db_session.commit()
    both = [lambda number=number: points.spend(member_id, GIFT, number, 60, now=clock.now()) for number in (1, 2)]
    assert [type(error) for error in at_once(app, *both)] == [Refused]
    db_session.rollback()
    assert points.balance(member_id) == 40


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE community_point_lines SET amount = 1000",
        "UPDATE community_balances SET points = -1",
        "UPDATE community_point_lines SET reverses_id = id",
    ],
)
def test_the_database_refuses_what_is_wrong(member: Member, db_session: orm.Session, statement: str) -> None:
    points.earn(member.id, TASK, 1, 30, now=clock.now())
    db_session.flush()
    with pytest.raises(sa.exc.IntegrityError):
        db_session.execute(sa.text(statement))


def test_lines_go_with_their_member(member: Member, db_session: orm.Session) -> None:
    points.earn(member.id, TASK, 1, 30, now=clock.now())
    points.reverse(member.id, TASK, 1, now=clock.now())
    db_session.execute(sa.delete(Member).where(Member.id == member.id))
    assert not db_session.scalar(sa.select(sa.func.count()).select_from(PointLine))
    assert not db_session.scalar(sa.select(sa.func.count()).select_from(Balance))


def test_the_page_says_why(person: Callable[..., Person], db_session: orm.Session) -> None:
    penny = person("penny")
    assert "You have 0 points." in penny.client.get("/points").text
    points.earn(penny.member_id, TASK, 7, 30, now=clock.now())
    points.earn(penny.member_id, GIFT, 13, 1, now=clock.now())
    points.spend(penny.member_id, GIFT, 8, 10, now=clock.now())
    points.reverse(penny.member_id, GIFT, 8, now=clock.now())
    shown = penny.client.get("/points").text
    assert "You have 31 points." in shown
    assert shown.count("Deed 8") == 2
    assert all(part in shown for part in ("+30", "-10", "+10", "Taken back:", "Deed 7", "Something that is no longer"))
    assert "Deed" not in person("paul").client.get("/points").text


def test_admins_take_back_with_a_reason(app: Flask, client: Client, member: Member, db_session: orm.Session) -> None:
    sign_in(client, make_member("boss", roles=("admin",)), second_factor=True)
    points.earn(member.id, TASK, 7, 30, now=clock.now())
    points.earn(member.id, TASK, 8, 5, now=clock.now())
    line = db_session.scalars(sa.select(PointLine).where(PointLine.object_id == 7)).one()
    path, why = f"/admin/points/{ids.encode(line.id)}/reversal", {"reason": "Given by mistake"}
    assert "+30" in client.get("/admin/points").text
    assert client.post(path, data={"reason": "no"}).status_code == 422
    points.spend(member.id, GIFT, 1, 10, now=clock.now())
    assert client.post(path, data=why).status_code == 409
    assert points.balance(member.id) == 25
    points.earn(member.id, GIFT, 2, 10, now=clock.now())
    assert [client.post(path, data=why).status_code for _ in range(2)] == [303, 303]
    assert points.balance(member.id) == 5
    assert "taken back" in client.get("/admin/points").text
    assert db_session.execute(sa.select(StaffRead.subject_id, StaffRead.what)).all() == [
        (member.subject_id, "points taken back")
    ]
    assert client.post("/admin/points/0000000000001/reversal", data=why).status_code == 404


def test_programs_read_ones_own_points(client: Client, db_session: orm.Session, member: Member) -> None:
    now = clock.now()
    points.earn(member.id, OLD, 1, 30, now=now)
    points.earn(make_member("other").id, GIFT, 9, 99, now=now)
    points.spend(member.id, GIFT, 13, 5, now=now)
    db_session.commit()

    def read(path: str, *scopes: str) -> Any:
        token = tokens.make(member.id, name="t", scopes=scopes or ("profile:read",), days=1, now=now)
        return client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {token}"})

    assert read("/points").json == {"balance": 25}
    spent, earned = read("/points/lines").json
    assert (spent["points"], spent["rule"], spent["why"], spent["expires_on"]) == (-5, GIFT, None, None)
    assert (earned["points"], earned["why"], earned["address"]) == (30, "Deed 1", "/somewhere")
    assert earned["expires_on"] == f"{(now + timedelta(days=30)).date()}"
    assert read("/points", "looks:read").status_code == read("/points/lines", "looks:read").status_code == 403
