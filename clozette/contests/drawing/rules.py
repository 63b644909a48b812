"""How a draw is made, to the letter: the same seed, list and randomness give the same order everywhere, for ever.

``verify_draw.py`` says the same again without this code, and ``static/js/draw.js`` a third time.
"""

import hashlib
from collections.abc import Callable, Sequence

WORDS_IN_A_BLOCK = 4
_TOP = 1 << 64


def key(seed: str, entries: str, *, chain: str, number: int, randomness: str) -> bytes:
    """Return what the numbers of a draw come from, by a round of a chain; all in hex."""
    said = f"seed {seed}\nentries {entries}\nchain {chain}\nround {number}\nrandomness {randomness}\n"
    return hashlib.sha256(b"clozette draw 1\n" + said.encode()).digest()


def key_by_witness(seed: str, entries: str, *, nonce: str) -> bytes:
    """Return the same by a number that somebody outside thought of before the close."""
    said = f"seed {seed}\nentries {entries}\nwitness {nonce}\n"
    return hashlib.sha256(b"clozette draw 1\n" + said.encode()).digest()


def numbers(key: bytes, words: Callable[[bytes, int], int] | None = None) -> Callable[[int], int]:
    """Return ``below(n)``: each call gives the next number under ``n``, every one as likely as the others.

    A word that would favour small numbers is thrown away (rejection sampling); below(1) takes no word.
    """
    at, word = 0, words or _word

    def below(n: int) -> int:
        nonlocal at
        if n == 1:
            return 0
        limit = _TOP - _TOP % n
        while True:
            drawn = word(key, at)
            at += 1
            if drawn < limit:
                return drawn % n

    return below


def picks(entries: Sequence[int], take: int, key: bytes) -> list[int]:
    """Return the first ``take`` of the entries' numbers in the order in which they are drawn."""
    left, below = sorted(entries), numbers(key)
    take = min(take, len(left))
    for here in range(take):
        there = here + below(len(left) - here)
        left[here], left[there] = left[there], left[here]
    return left[:take]


def _word(key: bytes, at: int) -> int:
    block, place = divmod(at, WORDS_IN_A_BLOCK)
    made = hashlib.sha256(key + block.to_bytes(8, "big")).digest()
    return int.from_bytes(made[8 * place : 8 * place + 8], "big")
