"""What a member is told: once, grouped, never of oneself, never across a block; read by a deed, not by looking."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import blocks
from clozette.community import notifications, queries, tasks
from clozette.community.models import Notification
from clozette.kernel import clock
from clozette.kernel.viewer import Viewer
from tests.community.conftest import Person
from tests.factories.accounts import make_member, make_minor
from tests.support.client import location

People = Callable[..., Person]
LOOK = 4711


@pytest.fixture(autouse=True)
def _worded(app: Flask) -> Any:
    """Word a kind of deed as an upper room would, in the registry of this test alone."""
    before = dict(app.extensions["clozette.notifications"])

    def render(viewer: Any, groups: Any) -> dict[int, notifications.Line]:
        return {
            group.object_id: notifications.Line(f"{len(group.actors)} waved", "/somewhere")
            for group in groups
            if group.object_id == LOOK
        }

    notifications.register(app, "waved", render)
    yield
    app.extensions["clozette.notifications"] = before


def wave(to: Person, by: int, look: int = LOOK) -> bool:
    return notifications.tell(to.member_id, actor_id=by, kind="waved", object_id=look, now=clock.now())


def told(session: orm.Session, person: Person) -> int:
    session.rollback()
    return session.scalar(sa.select(sa.func.count()).where(Notification.member_id == person.member_id)) or 0


def test_a_new_follower_is_told_after_the_commit(
    ada: Person, bea: Person, settle: Callable[[], int], db_session: orm.Session
) -> None:
    ada.follow(bea)
    assert told(db_session, bea) == 0
    settle()
    page = bea.client.get("/notifications").text
    assert "Ada follows you now" in page
    assert 'href="/@ada"' in page
    assert told(db_session, ada) == 0


def test_following_on_and_off_tells_once(
    ada: Person, bea: Person, settle: Callable[[], int], db_session: orm.Session
) -> None:
    for _ in range(3):
        ada.follow(bea)
        settle()
        ada.client.delete("/@bea/follow")
    ada.follow(bea)
    settle()
    assert told(db_session, bea) == 1


def test_a_follow_taken_back_before_the_task_tells_nothing(
    ada: Person, bea: Person, settle: Callable[[], int], db_session: orm.Session
) -> None:
    ada.follow(bea)
    ada.client.delete("/@bea/follow")
    settle()
    assert told(db_session, bea) == 0


def test_a_task_that_runs_twice_tells_once(
    app: Flask, ada: Person, bea: Person, settle: Callable[[], int], db_session: orm.Session
) -> None:
    ada.follow(bea)
    settle()
    from clozette.community.models import Follow

    follow = db_session.scalars(sa.select(Follow)).one()
    tasks.tell_followed(follow_id=follow.id, follower_id=ada.member_id, followed_id=bea.member_id)
    db_session.commit()
    assert told(db_session, bea) == 1


def test_a_request_and_its_acceptance_are_told(ada: Person, person: People, settle: Callable[[], int]) -> None:
    young = person("young", make_minor("young"))
    ada.follow(young)
    settle()
    assert "Ada asks to follow you" in young.client.get("/notifications").text
    assert "1 member asks to follow you" in young.client.get("/notifications").text
    page = young.client.get("/follow-requests").text
    young.client.post(page.split("/acceptance")[0].rsplit('"', 1)[1] + "/acceptance")
    settle()
    assert "Young lets you follow them" in ada.client.get("/notifications").text


def test_deeds_about_one_thing_are_one_line(ada: Person, db_session: orm.Session) -> None:
    for _ in range(4):
        wave(ada, make_member().id)
    db_session.commit()
    assert ada.client.get("/notifications").text.count("4 waved") == 1


def test_names_are_grouped(app: Flask, ada: Person, bea: Person, person: People, settle: Callable[[], int]) -> None:
    people = [bea, person("cleo")]
    people[0].follow(ada)
    people[1].follow(ada)
    settle()
    assert "Cleo and Bea follow you now" in ada.client.get("/notifications").text
    person("dora").follow(ada)
    settle()
    assert "Dora and 2 others follow you now" in ada.client.get("/notifications").text


def test_nobody_is_told_of_their_own_deed(ada: Person, db_session: orm.Session) -> None:
    assert wave(ada, ada.member_id) is False
    assert told(db_session, ada) == 0


@pytest.mark.parametrize("blocker", ["ada", "bea"])
def test_nothing_is_told_across_a_block(ada: Person, bea: Person, db_session: orm.Session, blocker: str) -> None:
    one, other = (ada, bea) if blocker == "ada" else (bea, ada)
    blocks.block(one.member_id, other.member_id, now=clock.now())
    assert wave(ada, bea.member_id) is False
    db_session.commit()
    assert told(db_session, ada) == 0


def test_deeds_of_the_deactivated_are_not_shown(ada: Person, bea: Person, db_session: orm.Session) -> None:
    wave(ada, bea.member_id)
    db_session.get_one(Member, bea.member_id).deactivated_at = clock.now()
    db_session.commit()
    assert "waved" not in ada.client.get("/notifications").text


def test_what_the_member_may_no_longer_see_is_left_out(ada: Person, bea: Person, db_session: orm.Session) -> None:
    wave(ada, bea.member_id, look=99)
    db_session.commit()
    assert "waved" not in ada.client.get("/notifications").text


def test_looking_reads_nothing_but_the_button_does(ada: Person, bea: Person, db_session: orm.Session) -> None:
    wave(ada, bea.member_id)
    db_session.commit()
    assert "unread:</span> " not in bea.client.get("/notifications").text
    page = ada.client.get("/notifications").text
    assert "unread:</span> 1</span></a>" in page
    assert queries.unread_count(Viewer(member_id=ada.member_id)) == 1
    until = page.split('name="until" value="')[1].split('"')[0]
    wave(ada, make_member("late").id)
    db_session.commit()
    assert "unread:</span> 2</span></a>" in ada.client.get("/notifications").text
    assert location(ada.client.post("/notifications/reading", data={"until": until})) == "/notifications"
    assert "unread:</span> 1</span></a>" in ada.client.get("/notifications").text
    db_session.rollback()
    assert queries.unread_count(Viewer(member_id=ada.member_id)) == 1  # the one that came after the page was made


def test_a_bad_mark_is_answered_with_the_page(ada: Person) -> None:
    for until in ("", "x" * 40, "-1", "ü"):
        assert ada.client.post("/notifications/reading", data={"until": until}).status_code == 422


def test_nobody_marks_what_others_were_told(ada: Person, bea: Person, db_session: orm.Session) -> None:
    wave(ada, make_member().id)
    db_session.commit()
    bea.client.post("/notifications/reading", data={"until": "7zzzzzzzzzzzz"})
    db_session.rollback()
    assert queries.unread_count(Viewer(member_id=ada.member_id)) == 1


def test_pages_by_cursor(ada: Person, db_session: orm.Session) -> None:
    actors = [make_member().id for _ in range(notifications.SCAN + 3)]
    for actor in actors:
        wave(ada, actor)
    db_session.commit()
    page = ada.client.get("/notifications").text
    assert f"{notifications.SCAN} waved" in page
    after = page.split("after=")[1].split('"')[0]
    assert "3 waved" in ada.client.get(f"/notifications?after={after}").text


def test_the_unread_are_counted_to_ninety_nine_and_more(ada: Person, db_session: orm.Session) -> None:
    actor = make_member().id
    for number in range(105):
        wave(ada, actor, look=number)
    db_session.commit()
    assert queries.unread_count(Viewer(member_id=ada.member_id)) == queries.MOST_SHOWN + 1


def test_old_notifications_are_swept(app: Flask, ada: Person, bea: Person, db_session: orm.Session) -> None:
    long_ago = clock.now() - tasks.KEPT - timedelta(days=1)
    notifications.tell(ada.member_id, actor_id=bea.member_id, kind="waved", object_id=1, now=long_ago)
    wave(ada, bea.member_id)
    tasks.sweep()
    db_session.commit()
    assert told(db_session, ada) == 1


def test_what_the_house_says_is_told_once_and_shown(ada: Person, db_session: orm.Session) -> None:
    said = {"kind": "waved", "object_id": LOOK, "now": clock.now()}
    assert notifications.announce(ada.member_id, **said)
    assert not notifications.announce(ada.member_id, **said)
    assert notifications.announce(ada.member_id, **said, deed_id=2)
    assert "0 waved" in ada.client.get("/notifications").text
    assert told(db_session, ada) == 2
