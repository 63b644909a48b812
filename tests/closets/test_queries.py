"""What upper rooms ask of closets."""

import pytest

from clozette.closets import access, queries
from clozette.kernel.database import db
from clozette.kernel.viewer import GUEST, Viewer
from tests.factories.closets import make_item


@pytest.fixture
def shelf(cast):
    """Ada's and Bea's items, private, public and open to styling."""
    made = {
        f"{name}_{kind}": make_item(getattr(cast, name), brand=kind, colours=["red"], **options)
        for name in ("ada", "bea")
        for kind, options in (("private", {}), ("public", {"public": True}), ("styleable", {"styleable": True}))
    }
    db.session.commit()
    return made


def test_items_by_ids_are_those_that_the_viewer_may_see(cast, shelf, query_counter):
    ids = [item.id for item in shelf.values()] + [12345]
    ada = Viewer(member_id=cast.ada.id)
    with query_counter() as statements:
        found = queries.items_by_ids(ada, ids)
    assert len(statements) == 2
    assert set(found) == {item.id for name, item in shelf.items() if name != "bea_private"}
    card = found[shelf["bea_public"].id]
    assert (card.owner_handle, card.owner_name, card.cover.width, card.item.colours) == ("bea", "Bea", 900, ["red"])
    assert set(queries.items_by_ids(GUEST, ids)) == {item.id for name, item in shelf.items() if "private" not in name}
    assert queries.items_by_ids(ada, []) == {}


def test_styling_takes_ones_own_and_what_others_opened(cast, shelf):
    ada = Viewer(member_id=cast.ada.id)
    may = {name for name, item in shelf.items() if queries.own_or_styleable(ada, item.id)}
    assert may == {"ada_private", "ada_public", "ada_styleable", "bea_styleable"}
    assert queries.own_or_styleable(ada, 12345) is None
    by_select = set(db.session.scalars(access.styleable_by(ada).with_only_columns(queries.Item.id)))
    assert by_select == {shelf[name].id for name in may}
