"""Who sees what of an item, and the deeds that only its owner does."""

import re
from datetime import date

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Block
from clozette.closets.events import ItemAdded, ItemHidden, ItemPublicised, ItemRemoved
from clozette.closets.models import Item, ItemPhoto, Label
from clozette.kernel import clock, events
from clozette.kernel.database import db
from clozette.kernel.ids import encode
from clozette.kernel.money import Money
from clozette.media.models import Photo
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.support.client import location

SECRETS = {
    "price": Money(123457, "EUR"),
    "notes": "bought in tears",
    "size_system": "eu",
    "size": "Size-44-private",
    "measurements": {"chest": 512},
    "bought_on": date(2019, 3, 7),
}


def at(item):
    return f"/items/{encode(item.id)}"


def fresh(item_id):
    db.session.rollback()
    db.session.expire_all()
    return db.session.get(Item, item_id)


def only(model):
    db.session.rollback()
    db.session.expire_all()
    return list(db.session.scalars(sa.select(model)))


@pytest.fixture
def heard(app):
    """Every event of closets that is published, in order."""
    found = []
    for event in (ItemAdded, ItemPublicised, ItemHidden, ItemRemoved):
        events.listen(app, event, inside=(found.append,))
    yield found
    for event in (ItemAdded, ItemPublicised, ItemHidden, ItemRemoved):
        app.extensions["clozette.events"].inside[event].remove(found.append)


def test_the_owner_sees_everything(client_of, cast):
    item = make_item(cast.ada, brand="COS", colours=["navy"], tags=["office"], seasons=["winter"], **SECRETS)
    page = client_of(cast.ada).get(at(item)).text
    for said in (
        "€1,234.57",
        "bought in tears",
        "Size-44-private",
        "51.2 cm (20.2 in)",
        "Mar 7, 2019",
        "COS",
        "Navy",
        "#office",
    ):
        assert said in page, said
    assert "Winter" in page


@pytest.mark.parametrize("who", ["bea", None])
def test_a_private_item_is_nowhere_for_others(client_of, cast, who):
    item = make_item(cast.ada)
    viewer = client_of(getattr(cast, who) if who else None)
    absent = viewer.get("/items/1a2b3c4d5e6f")
    assert viewer.get(at(item)).status_code == absent.status_code == 404
    nonce = re.compile(r'(nonce|csrf_token|value)="[^"]*"')
    assert nonce.sub("", viewer.get(at(item)).text) == nonce.sub("", absent.text)


@pytest.mark.parametrize("who", ["bea", None])
def test_others_see_only_the_public_part_of_a_public_item(client_of, cast, who):
    item = make_item(
        cast.ada, public=True, brand="COS", colours=["navy"], tags=["office"], seasons=["winter"], **SECRETS
    )
    answer = client_of(getattr(cast, who) if who else None).get(at(item))
    assert answer.status_code == 200
    for said in ("COS", "T-shirt", "Navy", "#office", "Winter", "Ada"):
        assert said in answer.text, said
    for hidden in ("1,234", "tears", "Size-44", "51.2", "2019", "In the wash", "/edit", "Delete"):
        assert hidden not in answer.text, hidden


def test_a_block_hides_public_items_both_ways(client_of, cast):
    one, other = make_item(cast.ada, public=True), make_item(cast.bea, public=True)
    db.session.add(Block(blocker_id=cast.ada.id, blocked_id=cast.bea.id, at=clock.now()))
    db.session.flush()
    assert client_of(cast.bea).get(at(one)).status_code == 404
    assert client_of(cast.ada).get(at(other)).status_code == 404
    assert client_of(cast.bea).get("/@ada/closet").status_code == 404
    assert client_of(cast.ada).get("/@bea/closet").status_code == 404
    assert client_of(cast.cleo).get(at(one)).status_code == 200


@pytest.mark.parametrize("columns", [{"confirmed": False}, {"deactivated_at": clock.now()}])
def test_items_of_who_is_not_there_are_not_there(client_of, cast, columns):
    owner = make_member("gone", **columns)
    item = make_item(owner, public=True)
    assert client_of(cast.bea).get(at(item)).status_code == 404
    assert client_of(cast.bea).get("/@gone/closet").status_code == 404


DEEDS = [
    ("POST", "", {"_method": "DELETE"}),
    ("DELETE", "", {}),
    ("GET", "/edit", {}),
    ("POST", "/edit", {"category": "tops", "version": "1"}),
    ("POST", "/publication", {}),
    ("DELETE", "/publication", {}),
    ("POST", "/styling", {}),
    ("DELETE", "/styling", {}),
    ("POST", "/state", {"state": "in_wash"}),
    ("POST", "/archive", {"reason": "sold"}),
    ("DELETE", "/archive", {}),
    ("POST", "/acquisition", {}),
    ("POST", "/photos", {}),
    ("DELETE", "/photos/{photo}", {}),
    ("POST", "/photos/{photo}/position", {"position": "0"}),
]


@pytest.mark.parametrize(("method", "path", "data"), DEEDS)
def test_only_the_owner_does_anything(client_of, cast, method, path, data):
    item = make_item(cast.ada, styleable=True, photos=2)
    address = at(item) + path.format(photo=encode(item.photos[1].id))
    before = {
        name: getattr(item, name) for name in ("state", "version", "publicised_at", "styleable_at", "archived_at")
    }
    assert client_of(cast.bea).open(address, method=method, data=data).status_code in (404, 422)
    assert location(client_of().open(address, method=method, data=data)).startswith("/login")
    kept = fresh(item.id)
    assert {name: getattr(kept, name) for name in before} == before
    assert len(only(ItemPhoto)) == 2


def test_publicising_is_a_dated_act_that_can_be_undone(client_of, cast, heard, stopped_clock):
    item = make_item(cast.ada)
    ada, bea = client_of(cast.ada), client_of(cast.bea)
    at_once = stopped_clock.forward(hours=1)
    assert location(ada.post(f"{at(item)}/publication")) == at(item)
    assert fresh(item.id).publicised_at == at_once
    token = only(Photo)[0].public_token
    assert token

    stopped_clock.forward(hours=1)
    ada.post(f"{at(item)}/publication")  # again: nothing changes
    assert fresh(item.id).publicised_at == at_once
    assert only(Photo)[0].public_token == token
    assert bea.get(at(item)).status_code == 200

    ada.post(f"{at(item)}/styling")
    assert fresh(item.id).styleable_at
    ada.post(f"{at(item)}/publication", data={"_method": "DELETE"})
    hidden = fresh(item.id)
    assert (hidden.publicised_at, hidden.styleable_at, only(Photo)[0].public_token) == (None, None, None)
    assert bea.get(at(item)).status_code == 404

    ada.delete(f"{at(item)}/publication")
    ada.post(f"{at(item)}/publication")
    assert only(Photo)[0].public_token not in (None, token)
    assert fresh(item.id).styleable_at is None
    kinds = [type(event).__name__ for event in heard]
    assert kinds == ["ItemAdded", "ItemPublicised", "ItemHidden", "ItemPublicised"]


def test_a_private_item_can_not_be_styled_by_others(client_of, cast):
    item = make_item(cast.ada)
    answer = client_of(cast.ada).post(f"{at(item)}/styling")
    assert answer.status_code == 409
    assert fresh(item.id).styleable_at is None


def test_styling_by_others_is_off_until_it_is_allowed(client_of, cast):
    item = make_item(cast.ada, public=True)
    ada, bea = client_of(cast.ada), client_of(cast.bea)
    assert "Style with it" not in bea.get(at(item)).text
    ada.post(f"{at(item)}/styling")
    assert f"/looks/new?item={encode(item.id)}" in bea.get(at(item)).text
    ada.post(f"{at(item)}/styling", data={"_method": "DELETE"})
    assert "Style with it" not in bea.get(at(item)).text


def test_states_are_dated(client_of, cast, stopped_clock):
    item = make_item(cast.ada)
    ada = client_of(cast.ada)
    lent = stopped_clock.forward(days=1)
    ada.post(f"{at(item)}/state", data={"state": "lent", "lent_to": "my sister"})
    kept = fresh(item.id)
    assert (kept.state, kept.state_since, kept.lent_to) == ("lent", lent, "my sister")
    assert "my sister" in ada.get(at(item)).text

    stopped_clock.forward(days=1)
    ada.post(f"{at(item)}/state", data={"state": "lent", "lent_to": "my brother"})
    assert (fresh(item.id).state_since, fresh(item.id).lent_to) == (lent, "my brother")
    home = stopped_clock.forward(days=1)
    ada.post(f"{at(item)}/state", data={"state": "available", "lent_to": "nobody"})
    kept = fresh(item.id)
    assert (kept.state, kept.state_since, kept.lent_to) == ("available", home, None)


def test_a_state_that_is_none(client_of, cast):
    item = make_item(cast.ada)
    answer = client_of(cast.ada).post(f"{at(item)}/state", data={"state": "stolen"})
    assert answer.status_code == 422
    assert "#f-state" in answer.text
    answer = client_of(cast.ada).post(f"{at(item)}/state", data={"state": "lent", "lent_to": "x" * 81})
    assert answer.status_code == 422
    assert fresh(item.id).state == "available"


def test_the_archive_keeps_why_and_hides(client_of, cast, heard):
    item = make_item(cast.ada, styleable=True)
    ada = client_of(cast.ada)
    ada.post(f"{at(item)}/state", data={"state": "in_wash"})
    ada.post(f"{at(item)}/archive", data={"reason": "sold"})
    kept = fresh(item.id)
    assert (kept.archived_reason, kept.publicised_at, kept.styleable_at, kept.state) == (
        "sold",
        None,
        None,
        "available",
    )
    assert kept.archived_at
    assert client_of(cast.bea).get(at(item)).status_code == 404
    assert ada.post(f"{at(item)}/publication").status_code == 409
    assert ada.post(f"{at(item)}/state", data={"state": "in_wash"}).status_code == 409
    assert ada.post(f"{at(item)}/archive", data={"reason": "eaten"}).status_code == 422
    ada.post(f"{at(item)}/archive", data={"_method": "DELETE"})
    assert (fresh(item.id).archived_at, fresh(item.id).archived_reason) == (None, None)
    assert heard[-1] == ItemHidden(item.id, cast.ada.id)


def test_a_wish_comes_true_once(client_of, cast):
    item = make_item(cast.ada, kind="wished")
    ada = client_of(cast.ada)
    assert ada.post(f"{at(item)}/state", data={"state": "in_wash"}).status_code == 409
    assert ada.post(f"{at(item)}/acquisition").status_code == 303
    assert fresh(item.id).kind == "owned"
    assert ada.post(f"{at(item)}/acquisition").status_code == 409


@pytest.mark.parametrize("verb", ["DELETE", "_method"])
def test_deleting_leaves_nothing(client_of, cast, heard, verb):
    kept_id = make_item(cast.ada).id
    item = make_item(cast.ada, photos=3, public=True, tags=["a"], colours=["red"])
    item_id, address, ada = item.id, at(item), client_of(cast.ada)
    answer = ada.delete(address) if verb == "DELETE" else ada.post(address, data={"_method": "DELETE"})
    assert location(answer) == "/closet"
    assert [one.id for one in only(Item)] == [kept_id]
    assert {link.item_id for link in only(ItemPhoto)} == {kept_id}
    assert {label.item_id for label in only(Label)} == {kept_id}
    assert len(only(Photo)) == 1
    assert heard[-1] == ItemRemoved(item_id, cast.ada.id)
    assert ada.get(address).status_code == 404
    assert ada.delete(address).status_code == 404


def test_a_bare_post_deletes_nothing(client_of, cast):
    item = make_item(cast.ada)
    assert client_of(cast.ada).post(at(item)).status_code == 405
    assert fresh(item.id) is not None


def test_the_public_closet_shows_what_is_public(client_of, cast):
    shown, hidden = make_item(cast.ada, brand="Shown", public=True), make_item(cast.ada, brand="Hidden")
    for viewer in (client_of(), client_of(cast.bea), client_of(cast.ada)):
        page = viewer.get("/@ada/closet").text
        assert at(shown) in page
        assert at(hidden) not in page
    assert "This is what others see" in client_of(cast.ada).get("/@ada/closet").text
    assert client_of().get("/@nobody_here/closet").status_code == 404
    assert client_of().get("/@bea/closet").status_code == 200


def test_pages_ask_the_database_the_same_few_questions(client_of, cast, query_counter):
    small = make_item(cast.ada, public=True)
    large = make_item(
        cast.ada, public=True, photos=6, tags=[f"t{n}" for n in range(20)], colours=["red", "blue", "pink"]
    )
    counts = {}
    for who in ("ada", "bea"):
        client = client_of(getattr(cast, who))
        client.get(at(small))
        for item in (small, large):
            with query_counter() as statements:
                assert client.get(at(item)).status_code == 200
            counts.setdefault(who, []).append(len(statements))
    assert counts["ada"][0] == counts["ada"][1] <= 7  # one of them asks for what is offered
    assert counts["bea"][0] == counts["bea"][1] <= 7
