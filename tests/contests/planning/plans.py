"""A complete plan of a contest, to leave something out of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from clozette.contests.planning import countries
from clozette.contests.planning.plans import Beacon, Criterion, Party, Plan, PrizePlan, Shared, Terms

CLOSES = datetime(2026, 12, 20, 12, tzinfo=UTC)
HOUSE = Party("Clozette", "1 Rail Street, London", contact="privacy@clozette.test")
SPONSOR = Party("Linen House Ltd", "2 Mill Lane, Leeds", "GB", "data@linen.test")
PRIZE = PrizePlan("A coat", "In your size.", 20_000, "EUR", 1, "house")
SHARED = Shared(
    "contest",
    SPONSOR,
    ("accounts_members.email",),
    ("your mail address",),
    "to tell you about their coats",
    "until the end of the season",
    90,
    "agreed",
    False,
)
TERMS = Terms(
    is_free=True,
    minors=True,
    criteria=(Criterion("Idea", 2), Criterion("Cut", 1)),
    tie_break="criterion",
    source="beacon",
    notify_days=3,
    answer_days=14,
    winner_list="site",
    licence="show",
    data_use="to run this contest",
)


def dates(**changes: datetime | None) -> dict[str, datetime | None]:
    """Return dates that fit together."""
    made: dict[str, datetime | None] = {
        "opens_at": CLOSES - timedelta(days=14),
        "closes_at": CLOSES,
        "votes_from": None,
        "votes_until": None,
        "judging_until": CLOSES + timedelta(days=5),
        "draw_at": CLOSES + timedelta(hours=1),
        "announce_at": CLOSES + timedelta(days=7),
    }
    return {**made, **changes}


def plan(*codes: str, decided_by: str = "draw", **changes: Any) -> Plan:
    """Return a plan without a fault for these countries."""
    made = Plan(
        title="Winter coats",
        slug="winter-coats",
        language="en",
        decided_by=decided_by,
        entry_kind="look",
        time_zone="Europe/London",
        dates=dates(),
        votes_per_member=3,
        vote_share=0,
        alternates=3,
        countries=codes or ("DE",),
        min_age=18,
        min_account_days=0,
        house=HOUSE,
        sponsor=SPONSOR,
        prizes=(PRIZE,),
        shared=(SHARED,),
        terms=TERMS,
        beacon=Beacon("quicknet", "52db9ba70e0c", 1000),
    )
    lines = {f"{code}_{line.key}": "What is wanted there" for code, line in countries.lines_for(made)}
    reasons = dict.fromkeys(countries.unlisted(made), "asked counsel")
    return replace(made, terms=replace(TERMS, lines=lines, reasons=reasons), **changes)
