"""A claim: what was measured, what was promised, and whether it holds."""

import json
import math
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Claim:
    """One promise. ``at_most``: the measured value must not be above the target; else it must not be below."""

    name: str
    measured: float
    target: float
    at_most: bool = True

    @property
    def holds(self) -> bool:
        """Whether the promise is kept; what could not be measured is not."""
        if math.isnan(self.measured):
            return False
        return self.measured <= self.target if self.at_most else self.measured >= self.target

    def line(self) -> str:
        """Return the line that the runner prints."""
        return f"{self.name} {_short(self.measured)} {_short(self.target)} {'holds' if self.holds else 'falls-short'}"


@dataclass
class Report:
    """What one benchmark found: its claims, and every figure behind them."""

    claims: list[Claim] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def claim(self, name: str, measured: float, target: float, *, at_most: bool = True) -> None:
        """Add a claim and print its line at once, so that a long run shows how it goes."""
        self.claims.append(Claim(name, measured, target, at_most))
        print(self.claims[-1].line(), flush=True)

    def write(self, path: Path) -> None:
        """Write all of it as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        claims = [{**asdict(claim), "holds": claim.holds} for claim in self.claims]
        path.write_text(json.dumps({"claims": claims, "figures": self.figures}, indent=2) + "\n")

    @property
    def holds(self) -> bool:
        """Whether there are claims and all of them hold."""
        return bool(self.claims) and all(claim.holds for claim in self.claims)


def median(values: Sequence[float]) -> float:
    """Return the median; not a number where nothing was measured."""
    return statistics.median(values) if values else math.nan


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that ``share`` of the values do not exceed (nearest rank)."""
    if not values:
        return math.nan
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def _short(value: float) -> str:
    return f"{value:.0f}" if value == int(value if math.isfinite(value) else 0) and abs(value) < 1e9 else f"{value:.3g}"
