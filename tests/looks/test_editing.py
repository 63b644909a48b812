"""Making looks with the pages' forms, as a browser without JavaScript sends them."""

import io
import re

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Block
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import decode, encode
from clozette.looks.models import Hotspot, Look, LookPhoto
from tests.factories import photos
from tests.factories.accounts import make_minor
from tests.factories.looks import make_item, make_look, tag_item
from tests.looks.conftest import path


def picture(name="look.jpg", data=None):
    return (io.BytesIO(photos.jpeg() if data is None else data), name)


def look_at(answer):
    """Return the look that an answer leads to."""
    assert answer.status_code == 303, answer.text
    db.session.expire_all()
    return db.session.get(Look, decode(answer.headers["Location"].split("/")[2].split("?")[0]))


def photos_of(look):
    own = sa.select(LookPhoto).where(LookPhoto.look_id == look.id).order_by(LookPhoto.position)
    return db.session.scalars(own).all()


def tags_of(look):
    own = sa.select(Hotspot).where(Hotspot.look_id == look.id).order_by(Hotspot.id)
    return db.session.scalars(own).all()


def line(tag, x=None, y=None):
    """Write a tag as the form carries it."""
    x, y = tag.x_permille if x is None else x, tag.y_permille if y is None else y
    return f"{encode(tag.photo_id)}.{encode(tag.item_id)}.{x}.{y}"


class TestNew:
    def test_publish_at_once(self, cast, client_of):
        item = make_item(cast.ada)
        form = {
            "photos": [picture(), picture()],
            "alts": ["Ada in a shirt", ""],
            "caption": "Shirt day #linen",
            "new_items": [encode(item.id)],
            "visibility": "public",
            "publish": "true",
        }
        look = look_at(client_of(cast.ada).post("/looks/new", data=form))
        assert (look.caption, look.visibility, look.is_public, look.member_id) == (
            "Shirt day #linen",
            "public",
            True,
            cast.ada.id,
        )
        assert [(one.position, one.alt) for one in photos_of(look)] == [(0, "Ada in a shirt"), (1, "")]
        (tag,) = tags_of(look)
        assert (tag.item_id, tag.owner_id, tag.photo_id) == (item.id, cast.ada.id, photos_of(look)[0].photo_id)
        page = client_of().get(path(look)).text
        assert "Shirt in beige" in page
        assert 'alt="Ada in a shirt"' in page

    def test_save_as_draft_needs_nothing(self, cast, client_of):
        look = look_at(client_of(cast.ada).post("/looks/new", data={"caption": "Later"}))
        assert (look.is_published, look.visibility, look.caption) == (False, "private", "Later")

    def test_nothing_is_public_by_accident(self, cast, client_of):
        form = {"photos": [picture()], "caption": "Oops", "publish": "true"}
        answer = client_of(cast.ada).post("/looks/new", data=form)
        assert answer.status_code == 409
        assert "Choose who may see this look" in answer.text
        assert "Oops" in answer.text
        assert db.session.query(Look).count() == 0
        page = client_of(cast.ada).get("/looks/new").text
        assert not re.search(r'name="visibility"[^>]*checked', page)

    def test_minors_begin_with_their_followers(self, client_of, db_session):
        minor = make_minor("mia")
        client = client_of(minor)
        assert re.search(r'name="visibility" value="followers" required checked', client.get("/looks/new").text)
        look = look_at(client.post("/looks/new", data={"caption": "Hi"}))
        assert look.visibility == "followers"

    def test_a_form_sent_twice_makes_one_look(self, cast, client_of):
        client = client_of(cast.ada)
        key = re.search(r'name="form_key" value="([^"]+)"', client.get("/looks/new").text).group(1)
        first = look_at(client.post("/looks/new", data={"caption": "Once", "form_key": key}))
        again = look_at(client.post("/looks/new", data={"caption": "Twice", "form_key": key}))
        assert (first.id, first.caption) == (again.id, "Once")

    @pytest.mark.parametrize(
        ("form", "field"),
        [
            ({"caption": "x" * 2001}, "caption"),
            ({"caption": "bell \x07"}, "caption"),
            ({"caption": "4242 4242 4242 4242"}, "caption"),
            ({"visibility": "everybody"}, "visibility"),
            ({"alts": ["x" * 501]}, "alts"),
            ({"alts": [""] * 7}, "alts"),
            ({"new_items": ["not an id!"]}, "new_items"),
            ({"new_place": "10"}, "new_place"),
            ({"hotspots": ["a.b.c"]}, "hotspots"),
            ({"hotspots": ["1.1.1001.0"]}, "hotspots"),
            ({"hotspots": ["1.1.-1.0"]}, "hotspots"),
            ({"surprise": "x"}, "surprise"),
            ({"version": "first"}, "version"),
        ],
    )
    def test_bad_input_is_422_and_stays(self, form, field, cast, client_of):
        answer = client_of(cast.ada).post("/looks/new", data={"caption": "What I typed", **form})
        assert answer.status_code == 422
        assert f'href="#f-{field}"' in answer.text
        assert ("What I typed" in answer.text) is ("caption" not in form)
        assert "4242" not in answer.text
        assert db.session.query(Look).count() == 0

    @pytest.mark.parametrize("data", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>", photos.jpeg()[:-200]])
    def test_what_is_no_photo(self, data, cast, client_of):
        form = {"photos": [picture(), picture(data=data)], "caption": "Two photos"}
        answer = client_of(cast.ada).post("/looks/new", data=form)
        assert answer.status_code == 422
        assert 'href="#f-photos"' in answer.text
        assert "Two photos" in answer.text
        assert db.session.query(Look).count() == 0

    def test_seven_photos(self, cast, client_of):
        answer = client_of(cast.ada).post("/looks/new", data={"photos": [picture() for _ in range(7)]})
        assert answer.status_code == 422

    def test_items_without_a_photo_wait(self, cast, client_of):
        form = {"new_items": [encode(make_item(cast.ada).id)], "caption": "No photo"}
        answer = client_of(cast.ada).post("/looks/new", data=form)
        assert answer.status_code == 409
        assert re.search(r'name="new_items" value="\w+" checked', answer.text)

    def test_visitors_sign_in_first(self, client_of):
        assert client_of().get("/looks/new").headers["Location"] == "/login?next=%2Flooks%2Fnew"

    def test_drafts_have_a_limit(self, cast, client_of):
        for _ in range(100):
            make_look(cast.ada, published=False, photos=0)
        assert client_of(cast.ada).post("/looks/new", data={"caption": "One more"}).status_code == 409


class TestEdit:
    def test_caption_alone_keeps_the_rest(self, cast, client_of):
        look = make_look(cast.ada, photos=2, alt="A shirt", caption="Old")
        tag_item(look, make_item(cast.ada))
        key = look.feed_key
        changed = look_at(client_of(cast.ada).post(path(look, "/edit"), data={"caption": "New"}))
        assert (changed.caption, changed.feed_key, len(tags_of(changed))) == ("New", key, 1)
        assert [one.alt for one in photos_of(changed)] == ["A shirt", "A shirt"]

    def test_an_emptied_caption_is_empty(self, cast, client_of):
        look = make_look(cast.ada, caption="Old")
        assert look_at(client_of(cast.ada).post(path(look, "/edit"), data={"caption": ""})).caption == ""

    def test_photos_are_described_by_position_and_may_be_left_empty(self, cast, client_of):
        look = make_look(cast.ada, photos=3, alt="Old")
        changed = look_at(client_of(cast.ada).post(path(look, "/edit"), data={"alts": ["One", "", "Three"]}))
        assert [one.alt for one in photos_of(changed)] == ["One", "", "Three"]

    def test_photos_come_and_go_and_change_places(self, cast, client_of):
        look = make_look(cast.ada, photos=3)
        first, second, third = (one.photo_id for one in photos_of(look))
        form = {
            "alts": ["one", "two", "three", "four"],
            "remove_photos": [encode(first)],
            "photos": [picture()],
            "cover": encode(third),
        }
        changed = look_at(client_of(cast.ada).post(path(look, "/edit"), data=form))
        shown = photos_of(changed)
        assert [one.alt for one in shown] == ["three", "two", "four"]
        assert [one.photo_id for one in shown][:2] == [third, second]
        assert [one.position for one in shown] == [0, 1, 2]

    def test_photos_of_others_are_out_of_reach(self, cast, client_of):
        theirs = photos_of(make_look(cast.bea))[0].photo_id
        look = make_look(cast.ada, photos=2)
        form = {"remove_photos": [encode(theirs)], "cover": encode(theirs)}
        changed = look_at(client_of(cast.ada).post(path(look, "/edit"), data=form))
        assert len(photos_of(changed)) == 2
        assert db.session.get(LookPhoto, theirs) is not None

    def test_tags_move_and_go(self, cast, client_of):
        look = make_look(cast.ada)
        shirt, jeans = tag_item(look, make_item(cast.ada)), tag_item(look, make_item(cast.ada, "bottoms.jeans", "navy"))
        kept, gone = shirt.id, jeans.item_id
        form = {"hotspots": [line(shirt, 100, 900), ""]}
        changed = look_at(client_of(cast.ada).post(path(look, "/edit"), data=form))
        (tag,) = tags_of(changed)
        assert (tag.id, tag.x_permille, tag.y_permille) == (kept, 100, 900)
        assert gone != tag.item_id
        emptied = look_at(client_of(cast.ada).post(path(look, "/edit"), data={"hotspots": [""]}))
        assert tags_of(emptied) == []

    def test_an_item_is_placed_in_a_field_of_the_grid(self, cast, client_of):
        look = make_look(cast.ada, photos=2)
        second = photos_of(look)[1].photo_id
        items = [make_item(cast.ada) for _ in range(3)]
        form = {"new_items": [encode(item.id) for item in items], "new_photo": encode(second), "new_place": "9"}
        changed = look_at(client_of(cast.ada).post(path(look, "/edit"), data=form))
        places = [(tag.photo_id, tag.x_permille, tag.y_permille) for tag in tags_of(changed)]
        assert places == [(second, 833, 833), (second, 166, 166), (second, 500, 166)]

    def test_whose_items_may_be_tagged(self, cast, client_of):
        look = make_look(cast.ada)
        answers = {}
        for name, item in {
            "own and private": make_item(cast.ada),
            "private": make_item(cast.bea),
            "public": make_item(cast.bea, public=True),
            "styleable": make_item(cast.bea, styleable=True),
        }.items():
            form = {"new_items": [encode(item.id)]}
            answers[name] = client_of(cast.ada).post(path(look, "/edit"), data=form).status_code
        db.session.add(Block(blocker_id=cast.cleo.id, blocked_id=cast.ada.id, at=clock.now()))
        form = {"new_items": [encode(make_item(cast.cleo, styleable=True).id)]}
        answers["blocked"] = client_of(cast.ada).post(path(look, "/edit"), data=form).status_code
        answers["absent"] = (
            client_of(cast.ada).post(path(look, "/edit"), data={"new_items": ["1zzzzzzzzzzzz"]}).status_code
        )
        assert answers == {
            "own and private": 303,
            "private": 409,
            "public": 409,
            "styleable": 303,
            "blocked": 409,
            "absent": 409,
        }

    def test_tags_on_photos_of_other_looks_are_dropped(self, cast, client_of):
        theirs = photos_of(make_look(cast.bea))[0].photo_id
        look, item = make_look(cast.ada), make_item(cast.ada)
        form = {"hotspots": [f"{encode(theirs)}.{encode(item.id)}.1.1"]}
        assert tags_of(look_at(client_of(cast.ada).post(path(look, "/edit"), data=form))) == []

    def test_descriptions_are_suggested_from_the_tagged_items(self, cast, client_of):
        look = make_look(cast.ada, photos=2)
        tag_item(look, make_item(cast.ada, "tops.shirt", "beige"))
        tag_item(look, make_item(cast.ada, "bottoms.jeans", "navy"))
        page = client_of(cast.ada).get(path(look, "/edit")).text
        assert re.findall(r"data-alt>\n([^<]*)</textarea>", page) == ["Shirt in beige, jeans in navy", ""]

    def test_more_items_are_found_and_nothing_typed_is_lost(self, cast, client_of):
        look = make_look(cast.ada, published=False)
        make_item(cast.ada, "tops.shirt", "red")
        make_item(cast.ada, "bottoms.jeans", "navy")
        client = client_of(cast.ada)
        answer = client.post(path(look, "/edit"), data={"caption": "Half done", "q": "red"})
        assert look_at(answer).caption == "Half done"
        page = client.get(answer.headers["Location"]).text
        assert "Shirt in red" in page
        assert "Jeans in navy" not in page

    def test_publish_hide_delete(self, cast, client_of):
        look = make_look(cast.ada, published=False)
        place, look_id = path(look), look.id
        client = client_of(cast.ada)
        assert client.post(f"{place}/publication").status_code == 303
        assert client_of().get(place).status_code == 200
        assert client.post(f"{place}/publication", data={"_method": "DELETE"}).status_code == 303
        assert client_of().get(place).status_code == 404
        assert client.post(place).status_code == 405
        assert client.post(place, data={"_method": "DELETE"}).status_code == 303
        assert db.session.get(Look, look_id) is None

    def test_publishing_without_a_photo_says_why(self, cast, client_of):
        look = make_look(cast.ada, published=False, photos=0, caption="No photo yet")
        answer = client_of(cast.ada).post(path(look, "/publication"))
        assert answer.status_code == 409
        assert "Add at least one photo" in answer.text
        assert "No photo yet" in answer.text


class TestCredit:
    def test_the_owner_of_a_re_used_item_is_named(self, cast, client_of):
        look, item = make_look(cast.ada), make_item(cast.bea, styleable=True)
        tag_item(look, item)
        page = client_of().get(path(look)).text
        assert "From the closet of" in page
        assert 'href="/@bea"' in page
        assert f'href="/items/{encode(item.id)}"' in page

    @pytest.mark.parametrize("fate", ["hidden", "deleted", "owner away", "blocked"])
    def test_an_item_that_is_no_longer_shared(self, fate, cast, client_of):
        look, item = make_look(cast.ada), make_item(cast.bea, styleable=True)
        tag_item(look, item)
        reader = client_of(cast.cleo)
        if fate == "hidden":
            item.styleable_at = item.publicised_at = None
        elif fate == "deleted":
            db.session.execute(sa.text("DELETE FROM closets_items WHERE id = :id"), {"id": item.id})
        elif fate == "owner away":
            cast.bea.deactivated_at = clock.now()
        else:
            db.session.add(Block(blocker_id=cast.bea.id, blocked_id=cast.cleo.id, at=clock.now()))
        page = reader.get(path(look)).text
        assert "An item no longer shared" in page
        assert "Shirt in beige" not in page
        assert "/@bea" not in page
        assert client_of(cast.ada).get(path(look, "/edit")).status_code == 200

    def test_an_own_private_item_is_named_and_no_more(self, cast, client_of):
        look, item = make_look(cast.ada), make_item(cast.ada)
        tag_item(look, item)
        page = client_of(cast.bea).get(path(look)).text
        assert "Shirt in beige" in page
        assert f"/items/{encode(item.id)}" not in page
        assert "From the closet of" not in page

    def test_an_own_item_that_is_deleted_leaves_no_trace(self, cast, client_of):
        look, item = make_look(cast.ada), make_item(cast.ada)
        tag_item(look, item)
        db.session.execute(sa.text("DELETE FROM closets_items WHERE id = :id"), {"id": item.id})
        page = client_of(cast.bea).get(path(look)).text
        assert "no longer shared" not in page
        assert "In this look" not in page

    def test_a_hidden_item_survives_a_saving(self, cast, client_of):
        look, item = make_look(cast.ada), make_item(cast.bea, styleable=True)
        tag = tag_item(look, item)
        item.styleable_at = item.publicised_at = None
        changed = look_at(client_of(cast.ada).post(path(look, "/edit"), data={"hotspots": [line(tag, 10, 20)]}))
        assert [(one.item_id, one.owner_id, one.x_permille) for one in tags_of(changed)] == [(item.id, cast.bea.id, 10)]
