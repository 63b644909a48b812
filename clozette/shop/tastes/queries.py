"""Reads of what members told: their own, and numbers about many."""

from collections import Counter
from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.shop.tastes.models import Taste
from clozette.shop.tastes.schemas import ANSWERS

LEAST = 5
"""A number about fewer people says too much about each."""


def of(member_id: int) -> Taste | None:
    """Return what a member told."""
    return db.session.get(Taste, member_id)


def tallies() -> Mapping[str, Sequence[tuple[str, int]]]:
    """Return how many gave which answer, by question, the most first; answers of a few are left out."""
    counted: dict[str, Counter[str]] = {name: Counter() for name in ANSWERS}
    for told in db.session.scalars(sa.select(Taste).execution_options(yield_per=1000)):
        for name in ANSWERS:
            value = getattr(told, name)
            counted[name].update(value if isinstance(value, list) else [value] if value else [])
    return {name: [pair for pair in found.most_common() if pair[1] >= LEAST] for name, found in counted.items()}
