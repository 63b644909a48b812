"""Who gets what. One line for each method and address, one column for each kind of person:

guest · unconfirmed · member · owner (of the thing in braces) · blocked (by the owner) · minor · moderator · admin

``login`` and ``confirm`` mean: sent there first; ``verify``: asked to prove again who one is. A deed is tried with an empty
form unless a line gives one; 422 then means that the person may do it, with better words. The forbidden and the unknown
are both 404.
"""

from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.house.world import ROLES


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    method: str
    address: str
    expected: dict[str, str]
    data: dict[str, str]

    def __str__(self) -> str:
        """Return what identifies it."""
        return f"{self.method} {self.address}"


TABLE = """
"""


def _read(table: str) -> list[Row]:
    rows = []
    for line in table.strip().splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        method, address, *outcomes = line.split()
        form = dict(parse_qsl(outcomes.pop())) if len(outcomes) == len(ROLES) + 1 else {}
        rows.append(Row(method, address, dict(zip(ROLES, outcomes, strict=True)), form))
    return rows


ROWS = _read(TABLE)
