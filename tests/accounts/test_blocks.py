"""Blocks: each of the two is absent for the other."""

import pytest
import sqlalchemy as sa
from werkzeug.exceptions import NotFound

from clozette.accounts import access
from clozette.accounts.events import MemberBlocked, MemberUnblocked
from clozette.accounts.models import Block, Member
from clozette.kernel import clock, events
from clozette.kernel.viewer import GUEST, Viewer
from tests.factories.accounts import make_member, sign_in


@pytest.fixture
def heard(app, monkeypatch):
    """Events of blocks, as the wiring page would let rooms hear them."""
    found = []
    listeners = app.extensions["clozette.events"]
    for kind in (MemberBlocked, MemberUnblocked):
        monkeypatch.setitem(listeners.inside, kind, [found.append])
    assert events
    return found


def sees(viewer, member, session):
    who = Viewer(member_id=viewer.id)
    listed = session.scalars(sa.select(Member.id).where(access.not_blocked(who, Member.id))).all()
    try:
        access.member_by_handle(who, member.handle)
    except NotFound:
        assert member.id not in listed
        return False
    assert member.id in listed
    return True


def test_block_and_unblock(client, db_session, heard):
    ada, eve = make_member("ada"), make_member("eve")
    sign_in(client, ada)
    assert client.post("/@eve/block").headers["Location"] == "/settings/blocks"
    assert (sees(ada, eve, db_session), sees(eve, ada, db_session)) == (False, False)
    assert access.is_blocked_between(eve.id, ada.id)
    assert access.member_by_handle(GUEST, "eve").id == eve.id
    assert "@eve" in client.get("/settings/blocks").text
    assert client.post("/@eve/block").status_code == 303
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Block)) == 1

    assert client.post("/@eve/block", data={"_method": "DELETE"}).status_code == 303
    assert (sees(ada, eve, db_session), sees(eve, ada, db_session)) == (True, True)
    assert heard == [MemberBlocked(ada.id, eve.id), MemberUnblocked(ada.id, eve.id)]
    assert client.delete("/@eve/block").status_code == 404


def test_whom_one_cannot_see(client, app, db_session):
    ada, eve = make_member("ada"), make_member("eve")
    make_member("new", confirmed=False)
    theirs = app.test_client()
    sign_in(theirs, eve)
    theirs.post("/@ada/block")
    sign_in(client, ada)
    for handle in ("eve", "new", "nobody"):
        assert client.post(f"/@{handle}/block").status_code == 404, handle
    assert theirs.delete("/@ada/block").status_code == 303


def test_one_who_left_can_be_unblocked(client, db_session):
    ada, eve = make_member("ada"), make_member("eve")
    sign_in(client, ada)
    client.post("/@eve/block")
    eve.deactivated_at = clock.now()
    assert client.delete("/@eve/block").status_code == 303


def test_not_oneself(client, db_session):
    sign_in(client, make_member("ada"))
    assert client.post("/@ada/block").status_code == 409


def test_guests(client, db_session):
    make_member("ada")
    assert client.post("/@ada/block").headers["Location"] == "/login"
    assert access.not_blocked(GUEST, Member.id).compare(sa.true())


def test_deactivated_members_are_absent(db_session):
    ada = make_member("ada", deactivated_at=clock.now())
    with pytest.raises(NotFound):
        access.member_by_handle(GUEST, "ada")
    assert access.member_by_handle(Viewer(member_id=ada.id), "ada").id == ada.id
