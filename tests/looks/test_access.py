"""Who sees which look: visibility, follower, block, the author's state. The hidden and the absent look alike."""

import pytest

from clozette.accounts.models import Block
from clozette.community import services as community
from clozette.kernel import clock
from clozette.kernel.database import db
from tests.factories.accounts import make_member
from tests.factories.looks import make_look
from tests.looks.conftest import path

# who → which of (draft, followers, members, public) they see
SEEN = {
    "visitor": (False, False, False, True),
    "stranger": (False, False, True, True),
    "follower": (False, True, True, True),
    "author": (True, True, True, True),
    "blocked": (False, False, False, False),
    "blocker": (False, False, False, False),
}
LOOKS = ({"published": False}, {"visibility": "followers"}, {"visibility": "members"}, {"visibility": "public"})


@pytest.fixture
def people(cast):
    """Give the author and people in every relation to her."""
    follower, blocked, blocker = make_member("follower"), make_member("blocked"), make_member("blocker")
    for one in (follower, blocked, blocker):
        community.follow(one.id, cast.ada, now=clock.now())
    db.session.add(Block(blocker_id=cast.ada.id, blocked_id=blocked.id, at=clock.now()))
    db.session.add(Block(blocker_id=blocker.id, blocked_id=cast.ada.id, at=clock.now()))
    db.session.flush()
    return {
        "visitor": None,
        "stranger": cast.bea,
        "follower": follower,
        "author": cast.ada,
        "blocked": blocked,
        "blocker": blocker,
    }


@pytest.mark.parametrize("who", SEEN)
def test_who_sees_what(who, people, cast, client_of):
    looks = [make_look(cast.ada, caption="#seen", **facts) for facts in LOOKS]
    addresses = [path(look) for look in looks]
    client = client_of(people[who])
    for place, seen in zip(addresses, SEEN[who], strict=True):
        expected = 200 if seen else 404
        assert client.get(place).status_code == expected, (who, place)
        assert client.get(f"{place}/comments").status_code == expected
        assert client.get(f"{place}/love").status_code == expected
        if who not in ("visitor", "author"):
            assert client.post(f"{place}/love").status_code == (303 if seen else 404)
            assert client.post(f"{place}/comments", data={"text": "Hello"}).status_code == (303 if seen else 404)
            assert client.get(f"{place}/edit").status_code == 404
            assert client.post(f"{place}/edit", data={"caption": "mine"}).status_code == 404
            assert client.post(f"{place}/draft", data={"caption": "mine", "version": 1}).status_code == 404
            assert client.post(f"{place}/publication").status_code == 404
            assert client.delete(f"{place}/publication").status_code == 404
            assert client.delete(place).status_code == 404


@pytest.mark.parametrize("who", SEEN)
def test_lists_agree_with_pages(who, people, cast, client_of):
    looks = [make_look(cast.ada, caption="#seen by some", **facts) for facts in LOOKS]
    listed = [seen and look.is_published for look, seen in zip(looks, SEEN[who], strict=True)]
    places = [path(look) for look in looks]
    client = client_of(people[who])
    for address in ("/tags/seen", "/@ada/looks", "/@ada", "/search?q=seen"):
        page = client.get(address)
        if who in ("blocked", "blocker") and "@" in address:
            assert page.status_code == 404
            continue
        assert page.status_code == 200
        assert [f'href="{place}"' in page.text for place in places] == listed, (who, address)
    discovered = client.get("/discover").text
    only_for_followers = places[1]
    assert f'href="{only_for_followers}"' not in discovered
    assert [f'href="{place}"' in discovered for place in places[2:]] == listed[2:]


@pytest.mark.parametrize("state", ["confirmed_at", "deactivated_at"])
def test_an_author_who_is_not_there_is_not_seen(state, cast, client_of):
    look = make_look(cast.ada, caption="#gone")
    place, client = path(look), client_of(cast.bea)
    assert client.get(place).status_code == 200
    cast.ada.confirmed_at = None if state == "confirmed_at" else cast.ada.confirmed_at
    cast.ada.deactivated_at = clock.now() if state == "deactivated_at" else None
    assert client.get(place).status_code == 404
    assert place not in client.get("/tags/gone").text
    assert place not in client.get("/discover").text
    assert client.get("/@ada").status_code == 404


def test_absent_and_hidden_look_alike(cast, client_of):
    hidden = make_look(cast.ada, published=False)
    place, client = path(hidden), client_of(cast.bea)
    absent = client.get("/looks/1zzzzzzzzzzzz")
    refused = client.get(place)
    assert absent.status_code == refused.status_code == 404
    assert _body(absent) == _body(refused)


def test_blocked_people_vanish_from_comments_and_loves_on_both_sides(cast, client_of):
    ada, bea, cleo, dora = cast.ada, cast.bea, cast.cleo, cast.dora
    place = path(make_look(ada))
    for one in (bea, cleo, dora):
        client_of(one).post(f"{place}/comments", data={"text": f"words of {one.handle}"})
        client_of(one).post(f"{place}/love")
    db.session.add(Block(blocker_id=bea.id, blocked_id=cleo.id, at=clock.now()))
    for reader, hidden, shown in ((bea, "cleo", "dora"), (cleo, "bea", "dora"), (dora, None, "bea")):
        for address in (place, f"{place}/comments"):
            text = client_of(reader).get(address).text
            assert f"words of {shown}" in text
            assert hidden is None or f"words of {hidden}" not in text
        lovers = client_of(reader).get(f"{place}/love").text
        assert f"@{shown}" in lovers
        assert hidden is None or f"@{hidden}" not in lovers


def _body(answer):
    """The page without what differs from answer to answer."""
    return [line for line in answer.text.splitlines() if "nonce" not in line and "csrf" not in line]
