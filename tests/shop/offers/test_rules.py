"""The rules of offers, bare."""

from hypothesis import given
from hypothesis import strategies as st

from clozette.shop.offers import rules
from clozette.shop.offers.models import MOST_ROUNDS

LINES = st.lists(st.tuples(st.integers(1, 10**6), st.integers(1, 99)), min_size=1, max_size=10)


@given(LINES, st.data())
def test_a_sum_is_shared_out_without_a_cent_too_many(lines, data):
    whole = sum(price * number for price, number in lines)
    amount = data.draw(st.integers(0, whole))
    shares = rules.split(amount, lines)
    assert all(0 <= share <= price for share, (price, _number) in zip(shares, lines, strict=True))
    together = sum(share * number for share, (_price, number) in zip(shares, lines, strict=True))
    assert together <= amount
    assert amount - together < sum(number for _price, number in lines)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=10), st.data())
def test_of_single_pieces_the_shares_are_the_sum(prices, data):
    amount = data.draw(st.integers(0, sum(prices)))
    assert sum(rules.split(amount, [(price, 1) for price in prices])) == amount


def test_shares_stand_to_each_other_as_the_prices_do():
    assert rules.split(9000, [(4000, 1), (6000, 1)]) == [3600, 5400]
    assert rules.split(10000, [(4000, 3)]) == [3333]


def test_a_sum_lies_between_the_two_that_were_named():
    def code(amount: int, rounds: int = 2) -> str | None:
        refusal = rules.why_not_counter(amount, least=3000, most=3800, rounds=rounds, shares=[amount])
        return refusal and refusal.code

    assert [code(amount) for amount in (2999, 3000, 3001, 3799, 3800)] == ["between", "between", None, None, "between"]
    assert code(3500, MOST_ROUNDS - 1) is None
    assert code(3500, MOST_ROUNDS) == "rounds"


def test_too_low_is_below_what_the_seller_takes_or_named_herself():
    assert rules.is_too_low(2999, 3000, None)
    assert not rules.is_too_low(3000, 3000, None)
    assert not rules.is_too_low(1, 0, None)  # no least was said
    assert not rules.is_too_low(2700, 3000, 2600)
    assert rules.is_too_low(2500, 3000, 2600)


def test_an_offer_needs_an_end():
    codes = {
        "own": {"own": True},
        "lines": {"lines": rules.MOST_LINES + 1},
        "standing": {"standing": True},
        "opened": {"opened": rules.MOST_OPEN},
        "tries": {"tries": rules.MOST_TRIES},
    }
    fine = {"own": False, "lines": rules.MOST_LINES, "standing": False, "opened": 0, "tries": 0}
    assert rules.why_not_begin(**fine) is None
    for code, changes in codes.items():
        refusal = rules.why_not_begin(**{**fine, **changes})
        assert refusal is not None
        assert refusal.code == code
