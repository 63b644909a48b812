"""An invented community: members, who publishes how much and when, who follows whom. The same seed, the same community.

Fifty looks a member on average, skewed: the keenest publish hundreds, three in ten stopped long ago (dormant). Follows are
skewed on both ends: most follow a few, the popular are followed by very many. Beside them stand the *readers* whom
the benchmark signs in, each following as many as the case says.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate

from clozette.kernel.ids import EPOCH_MS, RANDOM_BITS, id_at

LOOKS_A_MEMBER = 50
START = datetime(2024, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=900)
DORMANT_SHARE = 0.3
DORMANT_SINCE = 0.4
"""The dormant published only in the first four tenths of the time."""


@dataclass(frozen=True)
class Case:
    """Readers who follow ``follows`` members of one kind: anybody, the dormant, or the sparse (who publish least).

    Nothing in ``follows`` means as many as ordinary members do: most a few, some very many.
    """

    name: str
    follows: int | None
    kind: str = "any"
    readers: int = 100


CASES = (
    Case("ordinary", None, readers=200),
    Case("10", 10),
    Case("200", 200),
    Case("2000", 2000, readers=50),
    Case("dormant-10", 10, "dormant"),
    Case("dormant-200", 200, "dormant"),
    Case("sparse-10", 10, "sparse"),
    Case("sparse-200", 200, "sparse"),
)


@dataclass
class Community:
    """Everything random, drawn once; the rows are made from it by ``rows``."""

    looks: int
    seed: int = 1
    members: list[int] = field(default_factory=list)
    keys: list[tuple[int, int]] = field(default_factory=list)
    newest: dict[int, int] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)
    readers: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._dormant: set[int] = set()
        self._draw_members()
        self._draw_looks()

    def follows(self) -> Iterator[tuple[int, int]]:
        """Yield who follows whom, in the order of the unique key, readers of every case included."""
        popular = list(accumulate(self._weights(0.7)))
        cases = {reader: case for case in CASES for reader in self.readers[case.name]}
        pools = {
            "any": self.members,
            "dormant": sorted(self._dormant),
            "sparse": sorted(self.members, key=lambda member: self.counts.get(member, 0))[: len(self.members) // 2],
        }
        everybody = sorted([*self.members, *cases])
        for follower in everybody:
            case = cases.get(follower)
            wanted = case.follows if case else None
            if case is not None and wanted is not None and case.kind != "any":
                chosen = self._sample(pools[case.kind], wanted)
            else:
                chosen = self._popular(popular, wanted or int(self._random.paretovariate(1.2) * 10))
            chosen.discard(follower)
            for followed in sorted(chosen):
                yield follower, followed

    def _draw_members(self) -> None:
        number = self.looks // LOOKS_A_MEMBER
        first = id_at(START)
        made = [first + (position << RANDOM_BITS) + self._random.getrandbits(RANDOM_BITS) for position in range(number)]
        self.members = made
        place = number
        for case in CASES:
            readers = min(case.readers, max(number // 4, 1))
            ids = range(place, place + readers)
            self.readers[case.name] = [first + (one << RANDOM_BITS) for one in ids]
            place += readers
        self._dormant = set(self._random.sample(made, int(number * DORMANT_SHARE)))

    def _draw_looks(self) -> None:
        weights = list(accumulate(self._weights(0.5)))
        authors = self._random.choices(self.members, cum_weights=weights, k=self.looks)
        span = int(SPAN.total_seconds() * 1000)
        start = int(START.timestamp() * 1000) - EPOCH_MS
        drawn = set()
        for author in authors:
            share = self._random.random() * (DORMANT_SINCE if author in self._dormant else 1)
            moment = start + int(share * span)
            drawn.add(((moment << RANDOM_BITS) + self._random.getrandbits(RANDOM_BITS), author))
        self.keys = sorted(drawn)
        for key, author in self.keys:
            self.newest[author] = key
            self.counts[author] = self.counts.get(author, 0) + 1

    def _weights(self, exponent: float) -> list[float]:
        weights = [(rank + 1) ** -exponent for rank in range(len(self.members))]
        self._random.shuffle(weights)
        return weights

    def _popular(self, cumulative: list[float], number: int) -> set[int]:
        number = min(number, len(self.members) - 1)
        if number > len(self.members) * 0.3:
            return self._sample(self.members, number)
        chosen: set[int] = set()
        while len(chosen) < number:
            chosen.update(self._random.choices(self.members, cum_weights=cumulative, k=number - len(chosen)))
        return chosen

    def _sample(self, pool: list[int], number: int) -> set[int]:
        return set(self._random.sample(pool, min(number, len(pool))))
