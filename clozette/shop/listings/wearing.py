"""Would I wear it: what goes with a garment, and what is nearly the same. Pure rules of category, colour and season."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clozette.kernel.money import Money

_WORN_WITH: Mapping[str, tuple[str, ...]] = {
    "tops": ("bottoms", "outerwear", "suits", "shoes"),
    "knitwear": ("bottoms", "tops", "outerwear", "shoes"),
    "bottoms": ("tops", "knitwear", "outerwear", "shoes"),
    "dresses": ("outerwear", "shoes", "knitwear", "bags"),
    "outerwear": ("bottoms", "dresses", "knitwear", "tops", "shoes"),
    "suits": ("tops", "shoes", "bags"),
    "traditional": ("shoes", "bags", "jewellery"),
    "shoes": ("bottoms", "dresses", "suits", "outerwear"),
    "bags": ("dresses", "outerwear", "suits", "shoes"),
    "accessories": ("outerwear", "dresses", "tops", "suits"),
    "jewellery": ("dresses", "tops", "traditional"),
    "sportswear": ("sportswear", "shoes"),
    "swimwear": ("dresses", "accessories", "bags"),
}
"""What one puts on together. Underwear is left out: nobody asks that of a shop."""
_QUIET = frozenset({"black", "white", "grey", "beige", "brown", "khaki", "navy", "gold", "silver"})
"""Colours that go with every other."""
_PAIRS = frozenset(
    frozenset(pair)
    for pair in (
        ("blue", "light_blue"),
        ("blue", "orange"),
        ("blue", "red"),
        ("blue", "turquoise"),
        ("blue", "yellow"),
        ("burgundy", "light_blue"),
        ("burgundy", "pink"),
        ("green", "light_blue"),
        ("green", "pink"),
        ("light_blue", "pink"),
        ("light_blue", "yellow"),
        ("orange", "pink"),
        ("pink", "purple"),
        ("pink", "red"),
        ("purple", "yellow"),
    )
)
YEARS = 2
"""So long a garment is worn when the cost of one wear is told."""


@dataclass(frozen=True, slots=True)
class Garment:
    """What the rules look at."""

    id: int
    group: str
    kind: str | None
    colours: list[str]
    seasons: list[str]


def partners(group: str) -> tuple[str, ...]:
    """Return the groups that are worn with one."""
    return _WORN_WITH.get(group, ())


def fitting(one: Garment, mine: Iterable[Garment], most: int) -> list[int]:
    """Return what goes with a garment, best first; no two of the five best of one group before each has had its turn."""
    scored = [(score, other) for other in mine if (score := _score(one, other))]
    ranked = sorted(scored, key=lambda pair: (-pair[0], -pair[1].id))
    turn: dict[str, int] = {}
    places = []
    for place, (_points, other) in enumerate(ranked):
        turn[other.group] = turn.get(other.group, 0) + 1
        places.append((turn[other.group], place, other.id))
    return [other_id for _turn, _place, other_id in sorted(places)[:most]]


def is_double(one: Garment, other: Garment) -> bool:
    """Whether two garments are of one kind and one main colour."""
    if not one.colours or not other.colours or one.kind is None:
        return False
    return (one.group, one.kind, one.colours[0]) == (other.group, other.kind, other.colours[0])


def cost_of_a_wear(total: Money, wears_a_year: float) -> Money:
    """Return what one wear costs when something is worn so often for two years; at least once."""
    return Money(round(total.amount_minor / max(wears_a_year * YEARS, 1)), total.currency)


def _score(one: Garment, other: Garment) -> int:
    if other.group not in partners(one.group):
        return 0
    if one.seasons and other.seasons and not set(one.seasons) & set(other.seasons):
        return 0
    return max((_match(mine, theirs) for mine in one.colours for theirs in other.colours), default=0)


def _match(one: str, other: str) -> int:
    if frozenset((one, other)) in _PAIRS:
        return 3
    if one == other and one != "multi":
        return 2
    return 1 if one in _QUIET or other in _QUIET else 0
