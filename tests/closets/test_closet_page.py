"""The closet: what it lists, how it is narrowed and counted, and several items changed at once."""

import re

import pytest
import sqlalchemy as sa

from clozette.closets import queries, rules
from clozette.closets.access import WHOLE
from clozette.closets.models import Item
from clozette.closets.queries import Filters
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.kernel.viewer import Viewer
from tests.factories.closets import make_item
from tests.support.client import location


def listed(page):
    """The items of a page in their order."""
    return re.findall(r'class="card__cover" href="/items/([^"]+)"', page)


def names(*items):
    return [encode(item.id) for item in items]


def all_items():
    db.session.rollback()
    db.session.expire_all()
    return {item.id: item for item in db.session.scalars(sa.select(Item).options(*WHOLE))}


@pytest.fixture
def wardrobe(cast):
    """Seven items of Ada's that differ in everything, and one of Bea's."""
    made = {
        "coat": make_item(
            cast.ada, category="outerwear.coat", brand="COS", colours=["navy"], seasons=["winter"], tags=["office"]
        ),
        "jacket": make_item(
            cast.ada, category="outerwear.jacket", brand="cos", colours=["black", "red"], notes="Warm & soft 100%"
        ),
        "shirt": make_item(
            cast.ada, category="tops.shirt", brand="Zara", colours=["white"], seasons=["summer", "spring"], public=True
        ),
        "dress": make_item(
            cast.ada, category="dresses", brand="Ünal", colours=["red"], tags=["party", "office"], styleable=True
        ),
        "wish": make_item(cast.ada, category="shoes.boots", kind="wished", colours=["black"]),
        "washed": make_item(cast.ada, category="tops.shirt", colours=["grey"], tags=["gift"]),
        "sold": make_item(cast.ada, category="tops.polo", colours=["grey"]),
    }
    made["washed"].state = "in_wash"
    made["sold"].archived_at, made["sold"].archived_reason = made["sold"].created_at, "sold"
    make_item(cast.bea, category="outerwear.coat", brand="COS", colours=["navy"], public=True)
    db.session.flush()
    return made


def test_an_empty_closet_helps(client_of, cast):
    page = client_of(cast.ada).get("/closet").text
    assert "Your closet is empty" in page
    assert 'href="/closet/items/new"' in page


def test_lists_the_newest_first_without_the_archive(client_of, cast, wardrobe):
    page = client_of(cast.ada).get("/closet").text
    assert listed(page) == names(*[wardrobe[name] for name in ("washed", "wish", "dress", "shirt", "jacket", "coat")])


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("category=outerwear", ["jacket", "coat"]),
        ("category=outerwear.coat", ["coat"]),
        ("category=outerwear.coat&category=shoes", ["wish", "coat"]),
        ("colour=red", ["dress", "jacket"]),
        ("colour=red&colour=white", ["dress", "shirt", "jacket"]),
        ("brand=cos", ["jacket", "coat"]),
        ("brand=COS", ["jacket", "coat"]),
        ("brand=ünal", ["dress"]),
        ("season=summer", ["shirt"]),
        ("state=in_wash", ["washed"]),
        ("state=archived", ["sold"]),
        ("state=archived&state=in_wash", ["sold", "washed"]),
        ("state=available", ["wish", "dress", "shirt", "jacket", "coat"]),
        ("kind=wished", ["wish"]),
        ("tag=office", ["dress", "coat"]),
        ("tag=%23Office", ["dress", "coat"]),
        ("visibility=public", ["dress", "shirt"]),
        ("visibility=styleable", ["dress"]),
        ("visibility=private&kind=wished", ["wish"]),
        ("category=outerwear&colour=red", ["jacket"]),
        ("colour=green", []),
        ("q=warm", ["jacket"]),
        ("q=SOFT+cos", ["jacket"]),
        ("q=coat", ["coat"]),
        ("q=navy", ["coat"]),
        ("q=office", ["dress", "coat"]),
        ("q=outerwear", ["jacket", "coat"]),
        ("q=100%25", ["jacket"]),
        ("q=_", []),
        ("q=nothing+of+it", []),
        ("q=a%E2%80%AEb", ["washed", "wish", "dress", "shirt", "jacket", "coat"]),
        ("category=nonsense&state=no&after=?&unknown=1", ["washed", "wish", "dress", "shirt", "jacket", "coat"]),
    ],
)
def test_filters(client_of, cast, wardrobe, query, found):
    answer = client_of(cast.ada).get(f"/closet?{query}")
    assert answer.status_code == 200
    assert listed(answer.text) == names(*[wardrobe[name] for name in found])


def counted(app, cast, **filters):
    with app.test_request_context():
        found = queries.facets(Viewer(member_id=cast.ada.id), Filters(**filters))
    return found.total, {name: {one.value: one.count for one in values} for name, values in found.values.items()}


def test_facets_count_what_the_other_filters_leave(app, cast, wardrobe):
    total, facets = counted(app, cast)
    assert total == 6
    assert facets["category"] == {
        "outerwear": 2, "outerwear.coat": 1, "outerwear.jacket": 1, "tops": 2, "tops.shirt": 2, "dresses": 1, "shoes": 1, "shoes.boots": 1,
    }  # fmt: skip
    assert facets["brand"] == {"cos": 2, "zara": 1, "ünal": 1}
    assert facets["state"] == {"available": 5, "in_wash": 1, "archived": 1}
    assert facets["visibility"] == {"private": 4, "public": 2, "styleable": 1}
    assert facets["kind"] == {"owned": 5, "wished": 1}
    assert facets["season"] == {"winter": 1, "summer": 1, "spring": 1}
    assert facets["tag"] == {"office": 2, "party": 1, "gift": 1}

    total, facets = counted(app, cast, brand=("cos",), colour=("red",))
    assert total == 1
    assert facets["brand"] == {"cos": 1, "ünal": 1}  # among what is red
    assert facets["colour"] == {"black": 1, "navy": 1, "red": 1}  # among what is from COS
    assert facets["category"] == {"outerwear": 1, "outerwear.jacket": 1}
    assert counted(app, cast, tag=("nowhere",))[1]["tag"]["nowhere"] == 0


def test_what_is_chosen_can_be_taken_away(client_of, cast, wardrobe):
    page = client_of(cast.ada).get("/closet?brand=cos&category=outerwear").text
    assert re.search(r'value="cos" checked', page)
    assert '<a class="chip" href="/closet?category=outerwear">cos ' in page or ">COS <" in page.replace("\n", "")
    assert 'href="/closet?brand=cos"' in page


def test_pages_by_key(client_of, cast):
    items = [make_item(cast.ada, tags=["one"]) for _ in range(50)]
    ada = client_of(cast.ada)
    seen, address = [], "/closet?tag=one"
    for size in (24, 24, 2):
        page = ada.get(address).text
        assert len(listed(page)) == size
        seen += listed(page)
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/closet" + more[1].replace("&amp;", "&") if more else None
    assert address is None
    assert seen == names(*reversed(items))


def test_the_same_few_queries_whatever_the_size(client_of, cast, query_counter):
    ada, bea = client_of(cast.ada), client_of(cast.bea)
    counts = []
    for more in (1, 30):
        for number in range(more):
            make_item(
                cast.ada, public=True, photos=2, tags=[f"t{number}", "all"], brand=f"B{number}", colours=["red", "blue"]
            )
        ada.get("/closet")
        with query_counter() as mine:
            ada.get("/closet?colour=red&q=all")
        with query_counter() as others:
            bea.get("/@ada/closet")
        counts.append((len(mine), len(others)))
    assert counts[0] == counts[1]
    assert counts[0][0] <= 5
    assert counts[0][1] <= 6


def change(client, *items, query="", **data):
    return client.post(f"/closet{query}", data={"items": names(*items), **data})


def test_several_at_once(client_of, cast, wardrobe):
    ada, coat, shirt = client_of(cast.ada), wardrobe["coat"], wardrobe["shirt"]
    ids = coat.id, shirt.id
    assert location(change(ada, coat, shirt, query="?category=tops&q=x", act="in_wash")) == "/closet?category=tops&q=x"
    assert [all_items()[one].state for one in ids] == ["in_wash", "in_wash"]
    change(ada, coat, shirt, act="available")
    change(ada, coat, shirt, act="tag", tag="#Capsule  wardrobe")
    assert [all_items()[one].tags for one in ids] == [["office", "capsule wardrobe"], ["capsule wardrobe"]]
    change(ada, coat, shirt, act="tag", tag="capsule wardrobe")
    assert all_items()[ids[1]].tags == ["capsule wardrobe"]
    assert listed(ada.get("/closet?q=capsule").text) == names(shirt, coat)
    change(ada, coat, shirt, act="publicise")
    assert all(all_items()[one].publicised_at for one in ids)
    change(ada, coat, act="hide")
    assert [all_items()[one].is_public for one in ids] == [False, True]
    change(ada, coat, shirt, act="archive", reason="given")
    assert [(all_items()[one].archived_reason, all_items()[one].is_public) for one in ids] == [("given", False)] * 2
    change(ada, coat, shirt, act="unarchive")
    assert [all_items()[one].archived_at for one in ids] == [None, None]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"act": "in_wash", "items": []}, "items"),
        ({"act": "explode"}, "act"),
        ({}, "act"),
        ({"act": "tag"}, "tag"),
        ({"act": "tag", "tag": "#"}, "tag"),
        ({"act": "tag", "tag": "x" * 41}, "tag"),
        ({"act": "archive", "reason": "eaten"}, "reason"),
        ({"act": "in_wash", "items": ["!!"]}, "items"),
        ({"act": "in_wash", "items": ["0"] * 101}, "items"),
    ],
)
def test_several_at_once_with_a_mistake(client_of, cast, wardrobe, data, field):
    data = {"items": names(wardrobe["coat"]), **data}
    answer = client_of(cast.ada).post("/closet?category=outerwear", data=data)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert len(listed(answer.text)) == 2
    assert not any(item.version > 1 for item in all_items().values())


def test_all_or_nothing(client_of, cast, wardrobe):
    answer = change(client_of(cast.ada), wardrobe["coat"], wardrobe["wish"], act="in_wash")
    assert answer.status_code == 409
    assert answer.text.count("In the wash</span>") == 2  # the one that was, and its filter
    assert {item.state for item in all_items().values() if item.member_id == cast.ada.id} == {"available", "in_wash"}
    assert all_items()[wardrobe["coat"].id].state == "available"


def test_somebody_elses_item_among_them(client_of, cast, wardrobe):
    other = make_item(cast.bea)
    assert change(client_of(cast.ada), wardrobe["coat"], other, act="archive").status_code == 404
    assert not all_items()[wardrobe["coat"].id].archived_at


def test_too_many_tags(client_of, cast, monkeypatch):
    item = make_item(cast.ada, tags=[f"t{number}" for number in range(rules.MAX_TAGS)])
    assert change(client_of(cast.ada), item, act="tag", tag="one more").status_code == 409
    assert change(client_of(cast.ada), item, act="tag", tag="t3").status_code == 303
