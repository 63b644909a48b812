"""The drawing of a ring: where its members stand, and which way the parcels go. Numbers alone; the template draws."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 360, 300
NODE = 36
_RADIUS, _GAP = 96, 8
_BEND = 0.28
_SIDES = 80
"""What a pair leaves empty above and below."""


@dataclass(frozen=True, slots=True)
class Point:
    """Where something is."""

    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A parcel's way: a bent line from one to the next, and where its number stands."""

    path: str
    label: Point


@dataclass(frozen=True, slots=True)
class Drawing:
    """A ring of as many as there are nodes; the n-th arrow goes from the n-th node to the next."""

    nodes: Sequence[Point]
    arrows: Sequence[Arrow]
    top: int
    height: int


def draw(members: int) -> Drawing:
    """Return the drawing of a ring."""
    turn = math.pi if members == 2 else -math.pi / 2
    nodes = [_around(turn + 2 * math.pi * place / members) for place in range(members)]
    following = [*nodes[1:], nodes[0]]
    empty = _SIDES if members == 2 else 0
    arrows = [_arrow(one, other) for one, other in zip(nodes, following, strict=True)]
    return Drawing(nodes, arrows, empty, HEIGHT - 2 * empty)


def _around(angle: float) -> Point:
    return Point(_cut(WIDTH / 2 + _RADIUS * math.cos(angle)), _cut(HEIGHT / 2 + _RADIUS * math.sin(angle)))


def _arrow(one: Point, other: Point) -> Arrow:
    """Bend outwards, so that the two ways of a pair lie apart; begin and end beside the nodes, not under them."""
    middle = Point((one.x + other.x) / 2, (one.y + other.y) / 2)
    bow = Point(middle.x + (other.y - one.y) * _BEND, middle.y - (other.x - one.x) * _BEND)
    begin, end = _beside(one, bow), _beside(other, bow)
    label = Point(_cut((begin.x + 2 * bow.x + end.x) / 4), _cut((begin.y + 2 * bow.y + end.y) / 4))
    return Arrow(f"M{begin.x} {begin.y}Q{_cut(bow.x)} {_cut(bow.y)} {end.x} {end.y}", label)


def _beside(node: Point, towards: Point) -> Point:
    far = math.hypot(towards.x - node.x, towards.y - node.y)
    part = (NODE + _GAP) / far
    return Point(_cut(node.x + (towards.x - node.x) * part), _cut(node.y + (towards.y - node.y) * part))


def _cut(number: float) -> float:
    return round(number, 1)
