"""Following: who may, what a block ends, and who must ask first. Nothing happens twice."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import blocks
from clozette.community import queries, services
from clozette.community.models import Follow, FollowRequest, Notification
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
from tests.community.conftest import Person
from tests.factories.accounts import make_member, make_minor
from tests.support.client import location

People = Callable[..., Person]


def follows(session: orm.Session) -> set[tuple[int, int]]:
    session.rollback()
    return {(row.follower_id, row.followed_id) for row in session.scalars(sa.select(Follow))}


def asked(session: orm.Session) -> list[FollowRequest]:
    session.rollback()
    return list(session.scalars(sa.select(FollowRequest)))


def test_following_and_stopping(ada: Person, bea: Person, db_session: orm.Session) -> None:
    answer = ada.client.post("/@bea/follow")
    assert location(answer) == "/@bea"
    assert follows(db_session) == {(ada.member_id, bea.member_id)}

    answer = ada.client.post("/@bea/follow", data={"_method": "DELETE"})
    assert location(answer) == "/@bea"
    assert follows(db_session) == set()


def test_the_verb_itself_works_too(ada: Person, bea: Person, db_session: orm.Session) -> None:
    ada.follow(bea)
    assert ada.client.delete("/@bea/follow").status_code == 303
    assert follows(db_session) == set()


def test_following_twice_is_following_once(ada: Person, bea: Person, db_session: orm.Session) -> None:
    assert ada.follow(bea) == ada.follow(bea) == 303
    assert follows(db_session) == {(ada.member_id, bea.member_id)}


def test_a_handle_in_capitals_is_the_same_member(ada: Person, bea: Person, db_session: orm.Session) -> None:
    assert location(ada.client.post("/@BEA/follow")) == "/@bea"
    assert len(follows(db_session)) == 1


@pytest.mark.parametrize(
    ("back", "leads"),
    [("feed", "/feed"), ("followers", "/@bea/followers"), ("https://evil.test", "/@bea"), ("//x", "/@bea")],
)
def test_the_way_back_is_one_of_ours(ada: Person, bea: Person, back: str, leads: str) -> None:
    assert location(ada.client.post("/@bea/follow", data={"back": back})) == leads


def test_nobody_follows_themself(ada: Person, db_session: orm.Session) -> None:
    answer = ada.client.post("/@ada/follow")
    assert answer.status_code == 409
    assert "You can&#39;t follow yourself." in answer.text
    assert follows(db_session) == set()


@pytest.mark.parametrize("method", ["post", "delete"])
def test_a_guest_signs_in_first(app: Flask, bea: Person, method: str) -> None:
    answer = getattr(app.test_client(), method)("/@bea/follow", csrf=True)
    assert location(answer).startswith("/login")


def test_without_the_form_s_token_nothing_happens(ada: Person, bea: Person, db_session: orm.Session) -> None:
    assert ada.client.post("/@bea/follow", csrf=False).status_code == 403
    assert follows(db_session) == set()


def test_following_by_get_is_no_way(ada: Person, bea: Person, db_session: orm.Session) -> None:
    assert ada.client.get("/@bea/follow").status_code == 405
    assert follows(db_session) == set()


@pytest.mark.parametrize("state", [{"confirmed": False}, {"deactivated_at": clock.now()}])
def test_the_unconfirmed_and_deactivated_are_absent(
    ada: Person, db_session: orm.Session, state: dict[str, object]
) -> None:
    make_member("ghost", **state)  # type: ignore[arg-type]
    for address in ("/@ghost/follow", "/@nobody/follow"):
        assert ada.client.post(address).status_code == 404
    assert follows(db_session) == set()


def test_the_unconfirmed_follow_nobody(person: People, bea: Person, db_session: orm.Session) -> None:
    new = person("newcomer", make_member("newcomer", confirmed=False))
    assert location(new.client.post("/@bea/follow")) == "/confirm"
    assert follows(db_session) == set()


@pytest.mark.parametrize("blocker", ["ada", "bea"])
def test_a_block_ends_everything_both_ways(
    ada: Person, bea: Person, settle: Callable[[], int], db_session: orm.Session, blocker: str
) -> None:
    ada.follow(bea)
    bea.follow(ada)
    settle()
    one, other = (ada, bea) if blocker == "ada" else (bea, ada)
    blocks.block(one.member_id, other.member_id, now=clock.now())
    db_session.commit()
    assert follows(db_session) == set()
    assert db_session.scalars(sa.select(Notification)).all() == []
    assert ada.follow(bea) == bea.follow(ada) == 404
    assert follows(db_session) == set()


def test_a_block_that_is_rolled_back_leaves_the_follow(ada: Person, bea: Person, db_session: orm.Session) -> None:
    ada.follow(bea)
    blocks.block(ada.member_id, bea.member_id, now=clock.now())
    db_session.rollback()
    assert follows(db_session) == {(ada.member_id, bea.member_id)}


def test_lists_leave_out_who_is_blocked_or_gone(
    ada: Person, bea: Person, person: People, db_session: orm.Session
) -> None:
    cleo, dora, eve = person("cleo"), person("dora"), person("eve")
    for one in (ada, cleo, dora, eve):
        one.follow(bea)
    blocks.block(ada.member_id, dora.member_id, now=clock.now())
    gone = db_session.get_one(Member, eve.member_id)
    gone.deactivated_at = clock.now()
    page = ada.client.get("/@bea/followers").text
    assert "@ada" in page
    assert "@cleo" in page
    assert "@dora" not in page
    assert "@eve" not in page


def test_lists_page_by_cursor(ada: Person, bea: Person, db_session: orm.Session) -> None:
    fans = [make_member() for _ in range(30)]
    for fan in fans:
        services.follow(fan.id, db_session.get_one(Member, bea.member_id), now=clock.now())
    db_session.commit()
    first = ada.client.get("/@bea/followers").text
    after = first.split("after=")[1].split('"')[0]
    second = ada.client.get(f"/@bea/followers?after={after}").text
    shown = [fan.handle for fan in fans if f"@{fan.handle}<" in first]
    rest = [fan.handle for fan in fans if f"@{fan.handle}<" in second]
    assert len(shown) == 24
    assert len(rest) == 6
    assert not set(shown) & set(rest)


def test_lists_take_the_same_queries_whatever_their_length(
    ada: Person, bea: Person, db_session: orm.Session, query_counter: Callable
) -> None:
    def count() -> int:
        with query_counter() as statements:
            assert ada.client.get("/@bea/followers").status_code == 200
        return len(statements)

    ada.follow(bea)
    before = count()
    for _ in range(20):
        services.follow(make_member().id, db_session.get_one(Member, bea.member_id), now=clock.now())
    db_session.commit()
    assert count() == before


def test_a_follower_can_be_removed(ada: Person, bea: Person, db_session: orm.Session) -> None:
    bea.follow(ada)
    assert ada.client.post("/@bea/follower").status_code == 405
    answer = ada.client.post("/@bea/follower", data={"_method": "DELETE"})
    assert location(answer) == "/@ada/followers"
    assert follows(db_session) == set()


# ---- asking first ----------------------------------------------------------------------------------------------------


def test_a_minor_is_asked_first(ada: Person, person: People, db_session: orm.Session) -> None:
    young = person("young", make_minor("young"))
    assert ada.follow(young) == ada.follow(young) == 303
    assert follows(db_session) == set()
    (request,) = asked(db_session)
    assert (request.follower_id, request.followed_id) == (ada.member_id, young.member_id)


def test_accepting_makes_the_follow_once(ada: Person, person: People, db_session: orm.Session) -> None:
    young = person("young", make_minor("young"))
    ada.follow(young)
    page = young.client.get("/follow-requests").text
    assert "@ada" in page
    action = page.split("/acceptance")[0].rsplit('"', 1)[1] + "/acceptance"
    assert location(young.client.post(action)) == "/follow-requests"
    assert follows(db_session) == {(ada.member_id, young.member_id)}
    assert asked(db_session) == []
    assert young.client.post(action).status_code == 404  # the other tab


def test_refusing_leaves_nothing(ada: Person, person: People, db_session: orm.Session) -> None:
    young = person("young", make_minor("young"))
    ada.follow(young)
    page = young.client.get("/follow-requests").text
    action = page.split("/acceptance")[0].rsplit('"', 1)[1]
    assert location(young.client.post(action, data={"_method": "DELETE"})) == "/follow-requests"
    assert follows(db_session) == set()
    assert asked(db_session) == []


def test_only_the_one_asked_may_answer(ada: Person, bea: Person, person: People, db_session: orm.Session) -> None:
    young = person("young", make_minor("young"))
    ada.follow(young)
    page = young.client.get("/follow-requests").text
    action = page.split("/acceptance")[0].rsplit('"', 1)[1]
    for nosy in (ada, bea):
        assert nosy.client.post(f"{action}/acceptance").status_code == 404
        assert nosy.client.delete(action).status_code == 404
    assert len(asked(db_session)) == 1


def test_a_request_can_be_withdrawn(ada: Person, person: People, db_session: orm.Session) -> None:
    young = person("young", make_minor("young"))
    ada.follow(young)
    ada.client.delete("/@young/follow")
    assert asked(db_session) == []


def test_anybody_may_choose_to_be_asked(ada: Person, bea: Person, db_session: orm.Session) -> None:
    assert location(bea.client.post("/settings/follow-approval")) == "/follow-requests"
    ada.follow(bea)
    assert follows(db_session) == set()
    bea.client.post("/settings/follow-approval", data={"_method": "DELETE"})
    ada.follow(bea)
    assert follows(db_session) == {(ada.member_id, bea.member_id)}


def test_a_minor_can_t_switch_asking_off(ada: Person, person: People, db_session: orm.Session) -> None:
    young = person("young", make_minor("young"))
    young.client.delete("/settings/follow-approval")
    ada.follow(young)
    assert follows(db_session) == set()


def test_lists_of_who_is_asked_first_are_for_followers(ada: Person, bea: Person, person: People) -> None:
    young = person("young", make_minor("young"))
    for which in ("followers", "following"):
        assert bea.client.get(f"/@young/{which}").status_code == 404
        assert young.client.get(f"/@young/{which}").status_code == 200
    services_follow(ada, young)
    assert ada.client.get("/@young/followers").status_code == 200


def services_follow(one: Person, other: Person) -> None:
    one.follow(other)
    page = other.client.get("/follow-requests").text
    other.client.post(page.split("/acceptance")[0].rsplit('"', 1)[1] + "/acceptance")


# ---- at the same time --------------------------------------------------------------------------------------------------


def test_twenty_clicks_at_once_make_one_follow(app: Flask, ada: Person, bea: Person, db_session: orm.Session) -> None:
    outcomes = _at_once(20, lambda: _follow_in_a_session(app, ada.member_id, bea.member_id))
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert follows(db_session) == {(ada.member_id, bea.member_id)}


@pytest.mark.parametrize("attempt", range(5))
def test_a_follow_never_outlives_a_block_made_at_the_same_time(
    app: Flask, ada: Person, bea: Person, db_session: orm.Session, attempt: int
) -> None:
    def block() -> None:
        with app.app_context():
            blocks.block(bea.member_id, ada.member_id, now=clock.now())
            db.session.commit()

    deeds = [lambda: _follow_in_a_session(app, ada.member_id, bea.member_id)] * 4 + [block]
    _all_at_once(deeds)
    assert follows(db_session) == set()


def _follow_in_a_session(app: Flask, one: int, other: int) -> None:
    with app.app_context():
        services.follow(one, db.session.get_one(Member, other), now=clock.now())
        db.session.commit()


def _at_once(number: int, deed: Callable[[], None]) -> list[object]:
    return _all_at_once([deed] * number)


def _all_at_once(deeds: list[Callable[[], None]]) -> list[object]:
    gate = threading.Barrier(len(deeds))
    outcomes: list[object] = []

    def run(deed: Callable[[], None]) -> None:
        gate.wait()
        try:
            outcomes.append(deed())
        except Exception as error:  # noqa: BLE001 - refusals are outcomes too
            outcomes.append(error)

    threads = [threading.Thread(target=run, args=(deed,)) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_relations_are_one_query(ada: Person, bea: Person, person: People, app: Flask, query_counter: Callable) -> None:
    cleo = person("cleo")
    ada.follow(bea)
    cleo.follow(ada)
    with app.app_context(), query_counter() as statements:
        found = queries.relations(Viewer(member_id=ada.member_id), [bea.member_id, cleo.member_id])
    assert len(statements) == 1
    assert found[bea.member_id] == queries.Relation(following=True)
    assert found[cleo.member_id] == queries.Relation(follows_back=True)
