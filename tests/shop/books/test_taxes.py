"""The tax in a price: pure."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clozette.accounts import countries
from clozette.shop.books import taxes
from clozette.shop.listings import prices

RATES = st.integers(0, 3000)
SUMS = st.integers(0, 10**9)


NAMED = {"legal_name": "Mantel GmbH", "address": "Ring 1", "contact": "x@y.example"}


def trader(**changes: Any) -> Any:
    facts = {"kind": "trader", "country": "DE", "tax_bp": 1900, "tax_number": "DE123456789"}
    return SimpleNamespace(**facts | NAMED | changes)


ALL_IN = prices.sum_up(11_400, 500, "EUR", None)


@pytest.mark.parametrize(
    ("country", "expected"),
    [("DE", ("USt", 1900, 1900)), ("FR", ("USt", 1900, 1900)), ("GB", ("", 0, 0)), ("SG", ("", 0, 0))],
)
def test_the_tax_is_in_what_stays_where_it_holds(country: str, expected: tuple[str, int, int]) -> None:
    tax = taxes.of(trader(), ALL_IN, country)
    assert (tax.name, tax.bp, tax.minor) == expected
    assert tax.seller_tax_id == "DE123456789"


def test_private_people_owe_none_and_give_no_number() -> None:
    assert taxes.of(trader(kind="private"), ALL_IN, "DE") == taxes.Tax()


def test_a_trader_below_the_threshold_has_a_number_and_no_tax() -> None:
    assert taxes.of(trader(tax_bp=0), ALL_IN, "DE") == taxes.Tax("", 0, 0, *NAMED.values(), "DE123456789")


@pytest.mark.parametrize(("country", "law"), taxes.LAWS.items())
def test_the_example_of_every_country_has_its_form(country: str, law: taxes.Law) -> None:
    assert country in countries.CODES
    assert taxes.is_number(country, law.example)
    assert not taxes.is_number(country, law.example + "99999999")
    assert not taxes.is_number(country, "")


@pytest.mark.parametrize(
    ("country", "number", "is_one"),
    [
        ("DE", "123456789", True),
        ("DE", "de 123 456 789", True),
        ("DE", "DE12345678", False),
        ("DE", "FR123456789", False),
        ("DE", "DE١٢٣٤٥٦٧٨٩", False),
        ("GR", "GR123456789", True),
        ("SG", "M90312345A", True),
        ("KE", "P051234567Z", True),  # nothing is known of Kenya, so anything is taken
    ],
)
def test_numbers_of_traders(country: str, number: str, is_one: bool) -> None:
    assert taxes.is_number(country, number) is is_one


@given(SUMS, RATES)
def test_the_tax_is_its_share_of_the_net(gross: int, bp: int) -> None:
    tax = taxes.included(gross, bp)
    assert 0 <= tax <= gross
    assert abs((gross - tax) * bp - tax * taxes.WHOLE) <= (taxes.WHOLE + bp) / 2  # off by half a coin at most


@given(st.integers(1, 10**7), RATES, st.lists(st.integers(1, 10**7), max_size=8))
def test_what_is_given_back_in_parts_is_the_tax_of_the_whole(gross: int, bp: int, parts: list[int]) -> None:
    back = before = 0
    for part in [*parts, gross]:
        amount = min(part, gross - before)
        share = taxes.given_back(gross, bp, before, amount)
        assert 0 <= share <= amount
        back, before = back + share, before + amount
    assert (before, back) == (gross, taxes.included(gross, bp))
