"""What the overview of contests plugs into marketing's page of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Flask

from clozette.contests.planning.models import Contest
from clozette.contests.reports import queries
from clozette.contests.reports.queries import Days, Standing
from clozette.kernel import clock, plots


@dataclass(frozen=True)
class Overview:
    """Everything that the overview shows."""

    entries: Days
    votes: Days
    countries: list[tuple[str, int]]
    standings: list[tuple[Contest, list[Standing]]]


def init_app(app: Flask) -> None:
    """Give templates ``contests_overview(contests)`` and the drawing of days."""
    app.jinja_env.globals.update(contests_overview=_overview, day_bars=plots.bars)


def _overview(shown: Sequence[Contest]) -> Overview:
    today, now = clock.today(), clock.now()
    return Overview(
        queries.entries_by_day(today), queries.votes_by_day(today), queries.countries(), queries.standings(shown, now)
    )
