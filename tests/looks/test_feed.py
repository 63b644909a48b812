"""The feed: exactly the looks of those one follows, newest first, page by page, for the same few queries."""

import random
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from clozette.accounts.events import MemberDeactivated, MemberReactivated
from clozette.accounts.models import Block, Member
from clozette.accounts.services import blocks
from clozette.community import services as community
from clozette.kernel import clock, events, ids
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.looks import feed
from clozette.looks.models import Look
from clozette.looks.services import publication
from tests.factories.accounts import make_member, make_minor
from tests.factories.looks import make_look, make_love, viewer_of
from tests.support.client import location

MOST_QUERIES = 6


def follow(one: Any, *others: Any) -> None:
    for other in others:
        community.follow(one.id, other, now=clock.now())


def shown(page: str) -> list[str]:
    """Return the looks on a page, in order."""
    return [part.split('"')[0] for part in page.split('<li class="card look" id="look-')[1:]]


def read(client: Any, after: str = "") -> list[str]:
    answer = client.get(f"/feed{'?after=' + after if after else ''}")
    assert answer.status_code == 200
    return shown(answer.text)


def read_all(client: Any) -> list[str]:
    """Turn every page."""
    found: list[str] = []
    address = "/feed"
    while True:
        page = client.get(address).text
        found += shown(page)
        if 'rel="next"' not in page:
            return found
        address = "/feed" + page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")


# ---- what is in it ---------------------------------------------------------------------------------------------------


def test_looks_of_those_i_follow_newest_first(cast, client_of):
    first, second = make_look(cast.bea), make_look(cast.cleo)
    third = make_look(cast.bea)
    make_look(cast.dora)
    make_look(cast.ada)
    follow(cast.ada, cast.bea, cast.cleo)
    assert read(client_of(cast.ada)) == [encode(look.id) for look in (third, second, first)]


def test_the_front_page_of_a_member_is_the_feed(cast, client_of):
    look = make_look(cast.bea)
    follow(cast.ada, cast.bea)
    assert shown(client_of(cast.ada).get("/").text) == [encode(look.id)]


def test_a_guest_signs_in_first(client):
    assert location(client.get("/feed")) == "/login?next=%2Ffeed"


def test_each_visibility_but_private(cast, client_of):
    follow(cast.ada, cast.bea)
    looks = [make_look(cast.bea, visibility=visibility) for visibility in ("followers", "members", "public")]
    make_look(cast.bea, visibility="followers", published=False)
    make_look(cast.bea, visibility="private", published=False)
    assert read(client_of(cast.ada)) == [encode(look.id) for look in reversed(looks)]


@pytest.mark.parametrize("deed", ["hide", "delete"])
def test_what_is_taken_back_is_gone(cast, client_of, deed):
    follow(cast.ada, cast.bea)
    staying, going = make_look(cast.bea), make_look(cast.bea)
    browser = client_of(cast.ada)
    assert len(read(browser)) == 2
    {"hide": publication.hide_look, "delete": publication.delete_look}[deed](db.session.get_one(Look, going.id))
    assert read(browser) == [encode(staying.id)]


def test_unfollowing_empties_it(cast, client_of):
    make_look(cast.bea)
    follow(cast.ada, cast.bea)
    browser = client_of(cast.ada)
    assert len(read(browser)) == 1
    community.unfollow(cast.ada.id, cast.bea.id)
    assert read(browser) == []


def test_a_request_to_follow_shows_nothing_yet(cast, client_of):
    young = make_minor("young")
    make_look(young, visibility="followers")
    follow(cast.ada, young)
    assert read(client_of(cast.ada)) == []


@pytest.mark.parametrize("blocker", ["ada", "bea"])
def test_blocked_members_vanish_on_both_sides(cast, client_of, blocker):
    for one, other in ((cast.ada, cast.bea), (cast.bea, cast.ada)):
        make_look(one)
        follow(one, other)
    browsers = [client_of(cast.ada), client_of(cast.bea)]
    assert [len(read(browser)) for browser in browsers] == [1, 1]
    one, other = (cast.ada, cast.bea) if blocker == "ada" else (cast.bea, cast.ada)
    blocks.block(one.id, other.id, now=clock.now())
    assert [read(browser) for browser in browsers] == [[], []]


@pytest.mark.parametrize("blocker", ["ada", "bea"])
def test_a_block_hides_even_where_a_follow_was_left(cast, client_of, blocker):
    """Nothing should leave one; if something does, the feed still keeps to the block, and to its pages."""
    follow(cast.ada, cast.bea, cast.cleo)
    kept = [make_look(cast.cleo) for _ in range(3)]
    for _ in range(30):
        make_look(cast.bea)
    one, other = (cast.ada, cast.bea) if blocker == "ada" else (cast.bea, cast.ada)
    db.session.add(Block(blocker_id=one.id, blocked_id=other.id, at=clock.now()))
    assert read_all(client_of(cast.ada)) == [encode(look.id) for look in reversed(kept)]


def test_the_deactivated_vanish_and_come_back(cast, client_of):
    follow(cast.ada, cast.bea, cast.cleo)
    theirs, gone = make_look(cast.cleo), [make_look(cast.bea) for _ in range(30)]
    bea = db.session.get_one(Member, cast.bea.id)
    bea.deactivated_at = clock.now()
    events.publish(MemberDeactivated(bea.id))
    browser = client_of(cast.ada)
    assert read(browser) == [encode(theirs.id)]
    bea = db.session.get_one(Member, cast.bea.id)
    bea.deactivated_at = None
    events.publish(MemberReactivated(bea.id))
    assert len(read_all(browser)) == len(gone) + 1


# ---- page by page ----------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_without_gap_or_repeat(cast, client_of):
    """Against the plain definition: thirty authors of whom some publish much, some little, some only long ago."""
    chance = random.Random(5)
    authors = [make_member() for _ in range(30)]
    weights = [(rank + 1) ** -1.2 for rank in range(30)]
    looks = [make_look(author, photos=1) for author in chance.choices(authors, weights, k=100)]
    followed = authors[::2] + authors[1:6:2]
    follow(cast.ada, *followed)
    wanted = [encode(look.id) for look in reversed(looks) if look.member_id in {author.id for author in followed}]
    assert len(wanted) > 30
    assert read_all(client_of(cast.ada)) == wanted


def test_a_page_has_twenty_four_looks(cast, client_of):
    follow(cast.ada, cast.bea)
    for _ in range(25):
        make_look(cast.bea)
    browser = client_of(cast.ada)
    assert len(read(browser)) == 24
    assert len(read_all(browser)) == 25


def test_a_full_last_page_leads_nowhere(cast, client_of):
    follow(cast.ada, cast.bea)
    for _ in range(24):
        make_look(cast.bea)
    assert 'rel="next"' not in client_of(cast.ada).get("/feed").text


def test_what_is_new_does_not_move_the_next_page(cast, client_of):
    follow(cast.ada, cast.bea)
    for _ in range(30):
        make_look(cast.bea)
    browser = client_of(cast.ada)
    page = browser.get("/feed").text
    seen, after = shown(page), page.split("after=")[1].split('"')[0]
    new = make_look(cast.bea)
    rest = read(browser, after)
    assert len(rest) == 6
    assert not set(rest) & {*seen, encode(new.id)}


@pytest.mark.parametrize("after", ["x y", "%00", "zzzzzzzzzzzzzzzz", "-1", "u", "é"])
def test_a_bad_cursor_is_the_first_page_or_a_bad_request(cast, client_of, after):
    look = make_look(cast.bea)
    follow(cast.ada, cast.bea)
    answer = client_of(cast.ada).get(f"/feed?after={after}")
    assert answer.status_code in (200, 400)
    if answer.status_code == 200:
        assert shown(answer.text) == [encode(look.id)]


def test_beyond_the_end_there_is_a_way_back(cast, client_of):
    make_look(cast.bea)
    follow(cast.ada, cast.bea)
    page = client_of(cast.ada).get("/feed?after=2").text
    assert shown(page) == []
    assert 'href="/feed"' in page


# ---- what it costs ---------------------------------------------------------------------------------------------------


def test_few_queries_whatever_the_size(app, cast, client_of, query_counter: Callable[[], Any]):
    def count(address: str = "/feed") -> int:
        with query_counter() as statements:
            assert browser.get(address).status_code == 200
        return len(statements)

    browser = client_of(cast.ada)
    follow(cast.ada, cast.bea)
    make_look(cast.bea)
    small = count()
    for _ in range(12):
        author = make_member()
        follow(cast.ada, author)
        for _ in range(5):
            make_look(author, photos=2)
    assert count() == small <= MOST_QUERIES
    page = browser.get("/feed").text
    assert count("/feed?after=" + page.split("after=")[1].split('"')[0]) <= MOST_QUERIES


# ---- nobody to follow yet --------------------------------------------------------------------------------------------


def test_an_empty_feed_suggests_whom_to_follow(cast, client_of, db_session):
    for author in (cast.ada, cast.bea, cast.cleo, cast.dora):
        make_look(author)
    make_look(make_member("unconfirmed", confirmed=False))
    make_member("silent")
    blocks.block(cast.dora.id, cast.ada.id, now=clock.now())
    page = client_of(cast.ada).get("/feed").text
    for handle, is_there in (
        ("bea", True),
        ("cleo", True),
        ("ada", False),
        ("dora", False),
        ("unconfirmed", False),
        ("silent", False),
    ):
        assert (f'formaction="/@{handle}/follow"' in page) is is_there, handle
    assert 'href="/discover"' in page


def test_suggestions_leave_out_who_is_followed(cast, db_session):
    make_look(cast.bea)
    make_look(cast.cleo)
    follow(cast.ada, cast.bea)
    assert [one.member.handle for one in feed.suggestions(viewer_of(cast.ada))] == ["cleo"]


def test_following_from_there_leads_back(cast, client_of):
    look = make_look(cast.bea)
    browser = client_of(cast.ada)
    assert location(browser.post("/@bea/follow", data={"back": "feed"})) == "/feed"
    assert read(browser) == [encode(look.id)]


# ---- for programs ----------------------------------------------------------------------------------------------------


def test_the_api_pages_by_its_link(cast, program):
    follow(cast.ada, cast.bea)
    looks = [make_look(cast.bea) for _ in range(30)]
    call = program(cast.ada, "feed:read")
    first = call("GET", "/feed")
    assert [look["id"] for look in first.json] == [encode(look.id) for look in looks[:5:-1]]
    link = first.headers["Link"]
    assert link.endswith('>; rel="next"')
    second = call("GET", link[1:].split(">")[0].removeprefix("/api/v1"))
    assert [look["id"] for look in second.json] == [encode(look.id) for look in looks[5::-1]]
    assert "Link" not in second.headers


def test_the_api_says_what_a_look_is(cast, program):
    follow(cast.ada, cast.bea)
    look = make_look(cast.bea, visibility="followers", caption="Linen #summer", alt="A linen shirt")
    make_love(look, [cast.ada])
    (found,) = program(cast.ada, "feed:read")("GET", "/feed").json
    assert (found["author"]["handle"], found["tags"], found["love_count"], found["loved"]) == (
        "bea",
        ["summer"],
        1,
        True,
    )
    assert found["photos"][0]["alt"] == "A linen shirt"
    assert "sig=" in found["photos"][0]["address"]


def test_the_api_wants_the_scope(cast, program):
    answer = program(cast.ada, "looks:read")("GET", "/feed")
    assert answer.status_code == 403
    assert answer.mimetype == "application/problem+json"


def test_a_cursor_of_another_list_is_just_a_place(app: Flask, cast, program):
    follow(cast.ada, cast.bea)
    look = make_look(cast.bea)
    call = program(cast.ada, "feed:read")
    above = ids.encode(look.feed_key + 1)
    assert [one["id"] for one in call("GET", f"/feed?after={above}").json] == [encode(look.id)]
    assert call("GET", f"/feed?after={encode(look.feed_key)}").json == []
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Look)) == 1
