"""Which round a draw uses, and how its order comes about."""

import hashlib
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from clozette.contests.drawing import rounds, rules

QUICKNET = rounds.CHAINS["quicknet"]


def test_the_chain_is_the_one_that_is_known() -> None:
    assert QUICKNET.hash == "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
    assert rounds.chain_from(QUICKNET.info()) == QUICKNET


@pytest.mark.parametrize(
    ("moment", "number"),
    [
        (datetime.fromtimestamp(1_692_803_367, UTC), 1),
        (datetime.fromtimestamp(1_692_803_366, UTC), 1),
        (datetime.fromtimestamp(1_692_803_367, UTC) + timedelta(microseconds=1), 2),
        (datetime.fromtimestamp(1_692_803_370, UTC), 2),
        (datetime.fromtimestamp(1_692_803_371, UTC), 3),
        (datetime(2020, 1, 1, tzinfo=UTC), 1),
    ],
)
def test_the_round_is_the_first_at_a_moment_or_later(moment: datetime, number: int) -> None:
    assert rounds.round_at(moment, QUICKNET) == number


def test_the_round_of_its_own_time_is_itself() -> None:
    for number in (1, 2, 1000, 657_413, 40_000_000):
        assert rounds.round_at(rounds.time_of(number, QUICKNET), QUICKNET) == number


@pytest.mark.parametrize("wrong", ["other", "{}", "[]", '{"public_key": 1}', "1"])
def test_what_is_no_chain_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"chain|Expecting"):
        rounds.chain_of(wrong)


def test_a_chain_under_another_hash_is_refused() -> None:
    with pytest.raises(ValueError, match="another chain"):
        rounds.chain_from(QUICKNET.info() | {"period": 30})
    with pytest.raises(ValueError, match="only"):
        rounds.chain_from(QUICKNET.info() | {"scheme": "pedersen-bls-chained"})


def test_a_draw_made_by_hand_stays_what_it_is() -> None:
    """Written out here once more, byte by byte, so that a change of the format can't go unseen."""
    said = b"clozette draw 1\nseed 00\nentries 11\nchain 22\nround 7\nrandomness 33\n"
    key = hashlib.sha256(said).digest()
    assert rules.key("00", "11", chain="22", number=7, randomness="33") == key
    block = hashlib.sha256(key + bytes(8)).digest()
    words = [int.from_bytes(block[at : at + 8], "big") for at in (0, 8, 16, 24)]
    numbers = [2, 3, 5, 7]
    for here in range(3):
        there = here + words[here] % (4 - here)
        numbers[here], numbers[there] = numbers[there], numbers[here]
    assert rules.picks([7, 5, 3, 2], 3, key) == numbers[:3]
    assert rules.picks([7, 5, 3, 2], 9, key) == numbers, "the last one takes no word"


def test_words_that_favour_small_numbers_are_thrown_away() -> None:
    top = 1 << 64
    drawn = iter([top - 1, top - top % 3, top - top % 3 - 1])
    below = rules.numbers(b"", lambda key, at: next(drawn))
    assert below(3) == 2
    assert below(1) == 0, "no word is taken for one alone"
    half = iter([top - 1])
    assert rules.numbers(b"", lambda key, at: next(half))(2) == 1, "every word counts where the numbers divide evenly"


def test_draws_are_uniform() -> None:
    """Chi-square over 20,000 draws of 3 out of 10: who is first, who is taken, and the pairs of the first two."""
    made = random.Random(11)
    draws = [rules.picks(range(1, 11), 3, made.randbytes(32)) for _ in range(20_000)]
    assert _chi_square(Counter(order[0] for order in draws), 10) < 27.88, "9 degrees, p > 0.001"
    assert _chi_square(Counter(order[2] for order in draws), 10) < 27.88
    assert _chi_square(Counter((order[0], order[1]) for order in draws), 90) < 135.98, "89 degrees, p > 0.001"


def _chi_square(counted: Counter, kinds: int) -> float:
    wanted = counted.total() / kinds
    assert len(counted) == kinds
    return sum((number - wanted) ** 2 / wanted for number in counted.values())
