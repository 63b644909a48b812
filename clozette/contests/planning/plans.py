"""Everything that the rules of a contest are made of, as one value: what the check reads and the text is written from.

No database, no clock. ``Plan.content()`` is what a version of the rules keeps; its digest says whether what was checked is
what is published.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

DATES = (
    "opens_at",
    "closes_at",
    "votes_from",
    "votes_until",
    "judging_until",
    "draw_at",
    "announce_at",
)
"""The dates of a contest, in order."""
TIE_BREAKS = ("criterion", "earlier", "draw")
"""How equal results are told apart: by the first criterion, by the lower number of the entry, by lot."""
SOURCES = ("beacon", "witness")
LICENCES = ("show", "promote")
WINNER_LISTS = ("site", "asked")
MOST_PRIZES = 10
MOST_CRITERIA = 6


@dataclass(frozen=True)
class Party:
    """Who stands behind a contest: the house, or a sponsor. ``country`` as a code; nothing for the house.

    :ivar is_open: whether anything is shared with them any more.
    """

    name: str
    address: str
    country: str = ""
    contact: str = ""
    is_open: bool = True


@dataclass(frozen=True)
class PrizePlan:
    """One prize."""

    name: str
    words: str
    value_minor: int
    currency: str
    units: int
    sent_by: str


@dataclass(frozen=True)
class Shared:
    """What people are asked to share: of the ``contest``, or of whoever wins the ``prize``.

    :ivar fields: by their declared names; ``titles``: in plain words. ``prize``: which of the prizes it sends.
    :ivar is_current: the sponsor is called, and is to be found, as the form says.
    """

    kind: str
    sponsor: Party
    fields: tuple[str, ...]
    titles: tuple[str, ...]
    purpose: str
    keeps_for: str
    keeps_days: int
    reaches: str
    is_required: bool
    prize: int | None = None
    is_current: bool = True


@dataclass(frozen=True)
class Criterion:
    """What a jury looks at, and how much it counts."""

    name: str
    weight: int


@dataclass(frozen=True)
class Terms:
    """What the builder of the rules asks for beside the contest's own columns.

    :ivar is_free: somebody has said that entering costs nothing and that nothing has to be bought.
    :ivar lines: what single countries ask for, by ``<country>_<line>``; ``reasons``: why the base is enough for a country
        that has no lines here.
    """

    is_free: bool = False
    excluded: str = ""
    minors: bool = False
    criteria: tuple[Criterion, ...] = ()
    tie_break: str = ""
    source: str = ""
    notify_days: int | None = None
    answer_days: int | None = None
    winner_list: str = ""
    licence: str = ""
    data_use: str = ""
    lines: Mapping[str, str] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Beacon:
    """The public number that a draw uses: which round of which chain of drand."""

    name: str
    chain: str
    round: int


def terms_of(kept: Mapping[str, Any]) -> Terms:
    """Return terms from how they are kept."""
    known = {name: kept[name] for name in Terms.__dataclass_fields__ if name in kept}
    criteria = tuple(Criterion(**one) for one in known.pop("criteria", ()))
    return Terms(criteria=criteria, **known)


@dataclass(frozen=True)
class Plan:
    """A contest as its rules say it."""

    title: str
    slug: str
    language: str
    decided_by: str
    entry_kind: str
    time_zone: str
    dates: Mapping[str, datetime | None]
    votes_per_member: int
    vote_share: int
    alternates: int
    countries: tuple[str, ...]
    min_age: int
    min_account_days: int
    house: Party
    sponsor: Party | None
    prizes: tuple[PrizePlan, ...]
    shared: tuple[Shared, ...]
    terms: Terms
    beacon: Beacon | None = None
    has_witness: bool = False

    @property
    def is_draw(self) -> bool:
        """Whether chance decides."""
        return self.decided_by == "draw"

    @property
    def has_votes(self) -> bool:
        """Whether members vote."""
        return self.dates["votes_until"] is not None

    def content(self) -> dict[str, Any]:
        """Return it as a version of the rules keeps it, with the fields of ``Terms`` beside the others."""
        dates = {name: at.isoformat() if at else None for name, at in self.dates.items()}
        fields = asdict(self) | {"dates": dates}
        kept: dict[str, Any] = json.loads(json.dumps(fields | fields.pop("terms")))
        return kept

    def digest(self) -> str:
        """Return the digest of all of it."""
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()
