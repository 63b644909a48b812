"""Lists page without gaps, pages cost the same however long they are, and only public looks are shared elsewhere."""

import itertools
import re
from datetime import timedelta

import pytest

from clozette.community import services as community
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.looks import discovery
from clozette.looks.models import Love
from tests.factories.accounts import make_member
from tests.factories.looks import make_comment, make_item, make_look, make_love, tag_item, viewer_of
from tests.looks.conftest import path

MOST_QUERIES = 16


def walk(client, address):
    """Follow "show more" to the end and return the looks that were listed, in order."""
    seen, place = [], address
    while place:
        page = client.get(place).text
        main = page[page.index('id="list"') :]
        seen += re.findall(r'id="look-(\w+)"', main)
        following = re.search(r'href="(\?[^"]*after=\w+)"', main)
        place = address.split("?")[0] + following.group(1).replace("&amp;", "&") if following else None
    return seen


@pytest.mark.parametrize("address", ["/discover", "/tags/many", "/@ada", "/@ada/looks"])
def test_lists_are_whole_and_in_order(address, cast, client_of):
    looks = [
        make_look(cast.ada, caption="#many", visibility=("public", "members")[number % 5 == 0]) for number in range(60)
    ]
    hidden = [make_look(cast.ada, caption="#many", visibility="followers"), make_look(cast.ada, published=False)]
    newest_first = [encode(look.id) for look in reversed(looks)]
    public = [encode(look.id) for look in reversed(looks) if look.visibility == "public"]
    assert walk(client_of(cast.bea), address) == newest_first
    assert walk(client_of(), address) == public
    assert not {encode(look.id) for look in hidden} & set(newest_first)


def test_own_looks_and_drafts(cast, client_of):
    out = [make_look(cast.ada) for _ in range(30)]
    drafts = [make_look(cast.ada, published=False) for _ in range(30)]
    make_look(cast.bea)
    client = client_of(cast.ada)
    assert walk(client, "/looks") == [encode(look.id) for look in reversed(out)]
    assert walk(client, "/looks?show=drafts") == [encode(look.id) for look in reversed(drafts)]


PAGES = {
    "a look": lambda look: path(look),
    "its editor": lambda look: path(look, "/edit"),
    "comments": lambda look: path(look, "/comments"),
    "lovers": lambda look: path(look, "/love"),
    "own looks": lambda look: "/looks",
    "a member": lambda look: "/@ada",
    "discovery": lambda look: "/discover",
    "a tag": lambda look: "/tags/counted",
    "search": lambda look: "/search?q=counted",
    "the front page": lambda look: "/",
}


def test_pages_cost_the_same_however_long_they_are(cast, client_of, query_counter):
    own = client_of(cast.ada)
    readers = {"its editor": own, "own looks": own, "the front page": client_of()}
    counts = {name: [] for name in PAGES}
    others = client_of(cast.bea)
    for size in (2, 6):
        looks = [fill(cast, size) for _ in range(size)]
        for name, place_of in PAGES.items():
            client, place = readers.get(name, others), place_of(looks[-1])
            client.get(place)  # what is kept in memory is kept by now
            with query_counter() as statements:
                assert client.get(place).status_code == 200
            counts[name].append(len(statements))
    assert all(few == many <= MOST_QUERIES for few, many in counts.values()), counts


def fill(cast, size):
    look = make_look(cast.ada, caption="#counted counted", photos=min(size, 6))
    for _ in range(size):
        tag_item(look, make_item(cast.ada))
        tag_item(look, make_item(cast.cleo, styleable=True))
        somebody = make_member()
        make_love(look, [somebody])
        make_comment(look, somebody)
        community.follow(somebody.id, cast.ada, now=clock.now())
    return look


class TestSharing:
    def test_a_public_look_has_a_picture_for_other_sites(self, cast, client_of):
        look = make_look(cast.ada, caption='A "coat" <b>', alt="Ada in a coat")
        page = client_of().get(path(look)).text
        assert 'property="og:image" content="https://localhost/media/' in page
        assert f'rel="canonical" href="https://localhost{path(look)}"' in page
        assert 'property="og:image:alt" content="Ada in a coat"' in page
        assert 'property="og:description" content="A &#34;coat&#34; &lt;b&gt;"' in page
        assert "noindex" not in page

    @pytest.mark.parametrize("facts", [{"visibility": "members"}, {"visibility": "followers"}, {"published": False}])
    def test_any_other_look_has_none(self, facts, cast, client_of):
        page = client_of(cast.ada).get(path(make_look(cast.ada, **facts))).text
        assert "og:" not in page
        assert 'name="robots" content="noindex"' in page
        assert re.search(r"/media/private/\w+/\d+\.webp\?until=", page)

    def test_a_page_for_visitors_sets_no_cookie(self, cast, client_of):
        look = make_look(cast.ada)
        for place in ("/", "/discover", path(look), "/@ada", "/tags/x", "/search?q=x"):
            assert "Set-Cookie" not in client_of().get(place).headers, place


class TestMostLoved:
    def test_counts_a_week_and_what_the_viewer_may_see(self, cast, app):
        old, some, most = (make_look(cast.ada, caption=name) for name in ("old", "some", "most"))
        shy = make_look(cast.ada, visibility="members")
        crowd = [make_member() for _ in range(4)]
        make_love(most, crowd[:3])
        make_love(some, crowd[:2])
        make_love(shy, crowd)
        make_love(old, crowd)
        db.session.execute(
            Love.__table__.update().where(Love.look_id == old.id).values(at=clock.now() - timedelta(days=8))
        )
        found = discovery.most_loved(viewer_of(cast.bea), now=clock.now())
        assert [look.id for look in found] == [most.id, some.id]

    def test_is_kept_for_a_while(self, cast, app, query_counter):
        look, viewer, now = make_look(cast.ada), viewer_of(cast.bea), clock.now()
        assert discovery.most_loved(viewer, now=now) == []
        make_love(look, [cast.bea])
        assert discovery.most_loved(viewer, now=now + timedelta(minutes=9)) == []
        assert [one.id for one in discovery.most_loved(viewer, now=now + timedelta(minutes=11))] == [look.id]

    def test_what_is_kept_hides_what_became_hidden(self, cast, app):
        from clozette.looks.services import publication

        look, viewer, now = make_look(cast.ada), viewer_of(cast.bea), clock.now()
        make_love(look, [cast.bea])
        assert len(discovery.most_loved(viewer, now=now)) == 1
        publication.hide_look(look)
        assert discovery.most_loved(viewer, now=now) == []


class TestTags:
    def test_every_spelling_leads_to_one_page(self, cast, client_of):
        make_look(cast.ada, caption="#Été")
        client = client_of()
        answer = client.get("/tags/ÉTÉ")
        assert answer.status_code == 301
        assert answer.headers["Location"].endswith("/tags/%C3%A9t%C3%A9")
        assert "#Été" in client.get("/tags/été").text

    @pytest.mark.parametrize("tag", ["x" * 61, "%20", "%00", "a%20b", "2026", "a-b", "%3Cb%3E"])
    def test_odd_tags_are_no_pages_and_no_faults(self, tag, client_of):
        assert client_of().get(f"/tags/{tag}").status_code in (400, 404)


class TestSearch:
    def test_finds_members_tags_and_captions(self, cast, client_of):
        look = make_look(cast.bea, caption="Corduroy in autumn #corduroy")
        make_look(cast.cleo, caption="Secret corduroy #cordusecret", visibility="followers")
        page = client_of().get("/search?q=cordu").text
        assert 'href="/tags/corduroy"' in page
        assert "cordusecret" not in page
        assert page.count('id="look-') == 1
        assert path(look) in page
        assert 'href="/@ada"' in client_of().get("/search?q=@AD").text

    @pytest.mark.parametrize("words", ["", "%", "_", "\\", "'", '"', "x" * 500, "%F0%9F%91%97", "#", "@", "%0A%09"])
    def test_odd_words_find_nothing_and_break_nothing(self, words, cast, client_of):
        make_look(cast.ada, caption="A coat")
        answer = client_of().get(f"/search?q={words}")
        assert answer.status_code == 200
        assert 'id="look-' not in answer.text

    def test_unconfirmed_members_are_not_found(self, client_of, db_session):
        make_member("zoe_new", confirmed=False)
        assert "zoe_new" not in client_of().get("/search?q=zoe").text.replace('value="zoe', "")


def test_odd_cursors_count_as_the_first_page(cast, client_of):
    look = make_look(cast.ada)
    client = client_of()
    for cursor, place in itertools.product(
        ("", "x!", "0", "zzzzzzzzzzzzzzzz", "-1"), ("/discover", "/@ada", path(look, "/comments"))
    ):
        assert client.get(f"{place}?after={cursor}").status_code == 200
