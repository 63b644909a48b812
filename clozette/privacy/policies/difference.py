"""What changed between two texts, for reading: blocks that went and came, and within a changed block its words."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from clozette.privacy.policies.reading import Block, blocks

Mark = Literal["same", "gone", "new"]
_WORDS = re.compile(r"\s+|[^\s\w]+|\w+")
_LETTERS = re.compile(r"[^\W\d_]+")  # a number and a full stop make no two clauses alike
ALIKE = 0.35
MOST_PAIRS = 250_000  # a paragraph as long as a book is shown whole, not compared for minutes


@dataclass(frozen=True)
class Passage:
    """One block of either text. ``words`` are its runs: what stayed, what went, what came."""

    kind: str
    mark: Literal["same", "gone", "new", "changed"]
    words: tuple[tuple[Mark, str], ...]


def between(before: str, after: str) -> list[Passage]:
    """Return both texts as one, in reading order."""
    old, new = blocks(before), blocks(after)
    passages: list[Passage] = []
    for deed, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if deed == "equal":
            passages += [Passage(block.kind, "same", (("same", block.text),)) for block in new[k:m]]
        else:
            passages += _replaced(old[i:j], new[k:m])
    return passages


def _replaced(old: list[Block], new: list[Block]) -> Iterator[Passage]:
    """Pair the blocks that are still alike, in order; the others went or came."""
    waiting = list(old)
    for block in new:
        place = _most_alike(block, waiting)
        if place is None:
            yield Passage(block.kind, "new", (("new", block.text),))
            continue
        yield from (_gone(left) for left in waiting[:place])
        yield Passage(block.kind, "changed", tuple(_words(waiting[place].text, block.text)))
        del waiting[: place + 1]
    yield from (_gone(left) for left in waiting)


def _most_alike(block: Block, waiting: list[Block]) -> int | None:
    words = _counted(block)
    shares = [_share(words, _counted(other)) if other.kind == block.kind else 0.0 for other in waiting[:12]]
    best = max(shares, default=0.0)
    return shares.index(best) if best >= ALIKE else None


def _counted(block: Block) -> Counter[str]:
    return Counter(_LETTERS.findall(block.text))


def _share(one: Counter[str], other: Counter[str]) -> float:
    """Return how much of both texts' words is common, whatever their order; quick on any text."""
    return 2 * (one & other).total() / ((one.total() + other.total()) or 1)


def _gone(block: Block) -> Passage:
    return Passage(block.kind, "gone", (("gone", block.text),))


def _words(before: str, after: str) -> Iterator[tuple[Mark, str]]:
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    if len(old) * len(new) > MOST_PAIRS:
        yield from (("gone", before), ("new", after))
        return
    for deed, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if deed == "equal":
            yield "same", "".join(new[k:m])
            continue
        if j > i:
            yield "gone", "".join(old[i:j])
        if m > k:
            yield "new", "".join(new[k:m])
