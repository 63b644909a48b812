"""Badges: a record with rule and evidence, revocable, the member's to export."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.community import badges
from clozette.community.models import Badge, Notification
from clozette.community.notifications import Line
from clozette.kernel import clock, ids
from clozette.privacy.models import StaffRead
from tests.community.conftest import Person
from tests.factories.accounts import make_member, sign_in

KIND = "tester"


@pytest.fixture(autouse=True)
def _worded(app: Flask) -> Iterator[None]:
    """Word a kind of badge, in the registry of this test alone."""
    before = dict(app.extensions["clozette.badges"])
    words = lambda found: {one.id: Line("Tested everything", "/proof") for one in found}  # noqa: E731
    badges.register(app, KIND, words, lambda _member_id, held: [one.id for one in held])
    yield
    app.extensions["clozette.badges"] = before


def give(member_id: int, **changes: Any) -> bool:
    stated = {"kind": KIND, "issuer": "The testers", "rule": "All of it", "evidence_kind": "test", "evidence_id": 7}
    return badges.give(member_id, **stated | changes, now=clock.now())


def test_a_badge_is_given_once_and_told(ada: Person, settle: Callable[[], int], db_session: orm.Session) -> None:
    assert give(ada.member_id)
    assert not give(ada.member_id)
    db_session.commit()
    settle()
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Notification)) == 1
    shown = ada.client.get("/notifications").text
    assert "You have a badge: Tested everything" in shown
    assert 'href="/@ada/badges"' in shown


def test_the_page_has_the_record(ada: Person, bea: Person, db_session: orm.Session) -> None:
    assert "No badges" in bea.client.get("/@ada/badges").text
    give(ada.member_id)
    shown = bea.client.get("/@ada/badges").text
    assert all(part in shown for part in ("Tested everything", "The testers", "All of it", 'href="/proof"'))
    assert "Tested everything" in bea.client.get("/@ada").text


def test_a_revoked_one_is_only_the_members(ada: Person, bea: Person, db_session: orm.Session) -> None:
    give(ada.member_id)
    (badge,) = badges.of(ada.member_id)
    assert badges.revoke(badge.id, because="It was a mistake", now=clock.now())
    assert not badges.revoke(badge.id, because="Another reason", now=clock.now())
    assert not give(ada.member_id), "it does not come back by itself"
    for page in ("/@ada", "/@ada/badges"):
        assert "Tested everything" not in bea.client.get(page).text
    own = ada.client.get("/@ada/badges").text
    assert "Tested everything" in own
    assert "It was a mistake" in own


def test_admins_revoke_with_a_reason(app: Flask, client: Any, db_session: orm.Session) -> None:
    member = make_member("winnie")
    sign_in(client, make_member("boss", roles=("admin",)), second_factor=True)
    give(member.id)
    (badge,) = badges.of(member.id)
    path = f"/admin/badges/{ids.encode(badge.id)}/revocation"
    assert "Tested everything" in client.get("/admin/badges").text
    assert client.post(path, data={"reason": "no"}).status_code == 422
    assert badges.of(member.id)
    assert client.post(path, data={"reason": "The proof was forged"}).status_code == 303
    assert not badges.of(member.id)
    assert "The proof was forged" in client.get("/admin/badges").text
    assert client.post(path, data={"reason": "Once more, with words"}).status_code == 303
    assert db_session.execute(sa.select(StaffRead.subject_id, StaffRead.what, StaffRead.reason)).all() == [
        (member.subject_id, "badge revoked", "The proof was forged")
    ]
    assert client.post("/admin/badges/0000000000001/revocation", data={"reason": "x" * 20}).status_code == 404


def test_badges_go_with_their_member(db_session: orm.Session) -> None:
    member = make_member()
    give(member.id)
    db_session.execute(sa.delete(Member).where(Member.id == member.id))
    assert not db_session.scalar(sa.select(sa.func.count()).select_from(Badge))
