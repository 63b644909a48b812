"""Would I wear it: rules of category, colour and season, and what they find in a closet."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import orm

from clozette.kernel import ids
from clozette.kernel.money import Money
from clozette.shop.listings import closet, wearing
from clozette.shop.listings.wearing import Garment
from tests.factories.accounts import make_member
from tests.factories.closets import make_item
from tests.factories.shop import make_listing, make_seller

COAT = Garment(1, "outerwear", "coat", ["red"], ["winter"])


def garment(number: int, group: str, *colours: str, seasons: tuple[str, ...] = (), kind: str | None = None) -> Garment:
    return Garment(number, group, kind, list(colours), list(seasons))


def test_what_is_put_on_together_in_colours_that_go() -> None:
    mine = [
        garment(2, "bottoms", "black"),
        garment(3, "bottoms", "pink"),
        garment(4, "bottoms", "green"),
        garment(5, "swimwear", "black"),
        garment(6, "dresses", "white", seasons=("summer",)),
        garment(7, "shoes", "black", seasons=("winter", "autumn")),
        garment(8, "tops"),
    ]
    assert wearing.fitting(COAT, mine, 6) == [3, 7, 2]  # pink goes best; then each group in turn


def test_each_group_has_its_turn_before_the_second_of_one() -> None:
    mine = [garment(number, "bottoms", "black") for number in range(2, 9)] + [garment(9, "shoes", "brown")]
    assert wearing.fitting(COAT, mine, 3) == [9, 8, 7]


@pytest.mark.parametrize(
    ("other", "double"),
    [
        (garment(2, "outerwear", "red", "black", kind="coat"), True),
        (garment(2, "outerwear", "black", "red", kind="coat"), False),
        (garment(2, "outerwear", "red", kind="jacket"), False),
        (garment(2, "outerwear", kind="coat"), False),
    ],
)
def test_one_kind_and_one_main_colour_are_a_double(other: Garment, double: bool) -> None:
    assert wearing.is_double(COAT, other) is double


def test_what_a_wear_costs() -> None:
    assert wearing.cost_of_a_wear(Money(10000, "EUR"), 10) == Money(500, "EUR")
    assert wearing.cost_of_a_wear(Money(10000, "EUR"), 0) == Money(10000, "EUR")


@pytest.fixture
def coat(db_session: orm.Session) -> Any:
    """A red coat of ada's, which is measured and offered."""
    ada = make_member("ada")
    item = make_item(ada, category="outerwear.coat", colours=["red"], public=True, measurements={"chest": 520})
    listing = make_listing(make_seller(ada), item, category="outerwear.coat")
    db_session.refresh(listing, ["item"])
    return listing


def test_the_page_says_what_it_goes_with_and_what_is_a_double(
    app: Flask, db_session: orm.Session, client_of: Callable[..., Any], coat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    bea = make_member("bea", country="DE")
    jeans = make_item(bea, category="bottoms.jeans", colours=["black"])
    double = make_item(bea, category="outerwear.coat", colours=["red"])
    same = make_item(bea, category="outerwear.coat", colours=["blue"])
    same.photos[0].dhash = coat.item.photos[0].dhash
    wished = make_item(bea, category="bottoms.jeans", colours=["black"], kind="wished")
    theirs = make_item(make_member("cleo"), category="bottoms.jeans", colours=["black"])
    db_session.commit()
    monkeypatch.setitem(app.extensions, closet.WEARS, lambda member_id, group: 9.0)
    text = client_of(bea).get(f"/shop/{ids.encode(coat.id)}").text
    seen = {item.id for item in (jeans, double, same, wished, theirs) if f"/items/{ids.encode(item.id)}" in text}
    assert seen == {jeans.id, double.id, same.id}
    assert (text.count("looks the same"), text.count("same kind and colour")) == (1, 1)
    assert "€2.50 a wear" in text  # 45.00 over 18 wears
    assert "Would I wear it?" not in client_of().get(f"/shop/{ids.encode(coat.id)}").text


def test_measurements_stand_beside_a_garment_of_mine(
    db_session: orm.Session, client_of: Callable[..., Any], coat: Any
) -> None:
    bea, cleo = make_member("bea"), make_member("cleo")
    mine = make_item(bea, category="outerwear.coat", brand="Acne", measurements={"chest": 500})
    theirs = make_item(cleo, category="outerwear.coat", measurements={"chest": 490})
    db_session.commit()
    browser, address = client_of(bea), f"/shop/{ids.encode(coat.id)}"
    plain = browser.get(address).text
    assert "52 cm (20.5 in)" in plain
    assert "Acne" in plain
    assert "2 cm (0.8 in) larger" not in plain
    assert "2 cm (0.8 in) larger" in browser.get(f"{address}?beside={ids.encode(mine.id)}").text
    for nothing in (ids.encode(theirs.id), "rubbish", ""):
        other = browser.get(f"{address}?beside={nothing}")
        assert other.status_code == 200
        assert "larger" not in other.text
