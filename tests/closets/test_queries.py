"""What upper rooms ask of closets."""

import pytest

from clozette.closets import access, queries
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer
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


def test_cards_to_style_with_take_two_statements(cast, shelf, query_counter):
    ada, ids = Viewer(member_id=cast.ada.id), [item.id for item in shelf.values()]
    with query_counter() as statements:
        found = queries.styleable_cards(ada, ids)
    assert len(statements) == 2
    card = found[shelf["bea_styleable"].id]
    assert (card.owner_handle, card.owner_name, card.cover.width, card.item.colours) == ("bea", "Bea", 900, ["red"])
    assert queries.styleable_cards(ada, []) == {}


def test_styling_takes_ones_own_and_what_others_opened(cast, shelf):
    ada = Viewer(member_id=cast.ada.id)
    may = {name for name, item in shelf.items() if queries.styleable_cards(ada, [item.id])}
    assert may == {"ada_private", "ada_public", "ada_styleable", "bea_styleable"}
    assert queries.styleable_cards(ada, [12345]) == {}
    by_select = set(db.session.scalars(access.styleable_by(ada).with_only_columns(queries.Item.id)))
    assert by_select == {shelf[name].id for name in may}
