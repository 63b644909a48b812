"""Small drawings of numbers, as geometry for SVG. No database, no clock."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

MOST_BARS = 60
WIDTH, HEIGHT = 600, 96
_GAP = 0.2
_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440)


@dataclass(frozen=True)
class Bar:
    """A bar of a plot, in the units of its view box; ``label`` says what it stands for."""

    x: float
    y: float
    width: float
    height: float
    number: int
    label: datetime


@dataclass(frozen=True)
class Part:
    """A part of a bar that stands for a whole."""

    name: str
    x: float
    width: float


def spread(minutes: Sequence[tuple[datetime, int]]) -> tuple[int, list[tuple[datetime, int]]]:
    """Return how many minutes one bar stands for, and the numbers of all bars, those with nothing included."""
    if not minutes:
        return 1, []
    first, last = minutes[0][0], minutes[-1][0]
    whole = int((last - first).total_seconds()) // 60 + 1
    step = next((one for one in _STEPS if whole <= one * MOST_BARS), -(-whole // MOST_BARS))
    sums = [0] * (-(-whole // step))
    for minute, number in minutes:
        sums[int((minute - first).total_seconds()) // 60 // step] += number
    return step, [(first + timedelta(minutes=step * place), number) for place, number in enumerate(sums)]


def bars(numbers: Sequence[tuple[datetime, int]]) -> list[Bar]:
    """Return a bar for each number, the highest as high as the plot."""
    if not numbers:
        return []
    highest = max(*(number for _, number in numbers), 1)
    wide = min(WIDTH / len(numbers), WIDTH / 12)
    made = []
    for place, (label, number) in enumerate(numbers):
        high = round(HEIGHT * number / highest, 2)
        x, width = round(place * wide, 2), round(wide * (1 - _GAP), 2)
        made.append(Bar(x, round(HEIGHT - high, 2), width, high, number, label))
    return made


def parts(numbers: Iterable[tuple[str, int]]) -> list[Part]:
    """Return the parts of one long bar; what is none has no part, and what is little can still be seen."""
    some = [(name, number) for name, number in numbers if number > 0]
    whole = sum(number for _, number in some)
    shares = [(name, max(number / whole * WIDTH, 3.0)) for name, number in some]
    scale = WIDTH / sum(width for _, width in shares) if shares else 1
    made, x = [], 0.0
    for name, width in shares:
        made.append(Part(name, round(x, 2), round(width * scale, 2)))
        x += width * scale
    return made


def pairs(shares: Iterable[tuple[int, int]]) -> list[float]:
    """Return how long the bar of each share is, the largest as long as the plot; of nobody it is nothing."""
    parts = [number / whole if whole else 0.0 for number, whole in shares]
    largest = max(parts, default=0.0)
    return [round(WIDTH * part / largest, 2) if largest else 0.0 for part in parts]


def line(numbers: Sequence[int]) -> str:
    """Return the path of a line through some numbers, from 0 at the bottom; a flat one for a single number."""
    if not numbers:
        return ""
    numbers = [*numbers, *numbers] if len(numbers) == 1 else numbers
    highest, across = max(*numbers, 1), WIDTH / (len(numbers) - 1)
    points = (
        f"{round(place * across, 2)} {round(HEIGHT - HEIGHT * one / highest, 2)}" for place, one in enumerate(numbers)
    )
    return "M" + "L".join(points)
