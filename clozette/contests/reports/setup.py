"""What the overviews plug into marketing's pages of contests, surveys and promotions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask

from clozette.contests.planning import queries as contests
from clozette.contests.planning.models import Contest
from clozette.contests.promotions.models import Promotion
from clozette.contests.reports import queries, standings
from clozette.contests.reports.queries import Days
from clozette.contests.reports.standings import Standing
from clozette.contests.surveys.models import Survey
from clozette.kernel import clock, plots
from clozette.kernel.web import slots


@dataclass(frozen=True)
class Overview:
    """Everything that the overview of contests shows."""

    entries: Days
    votes: Days
    countries: list[tuple[str, int]]
    standings: list[tuple[Contest, list[Standing]]]


def init_app(app: Flask) -> None:
    """Give templates ``contests_overview(contests)``, ``contest_days(contest)``, ``survey_days(survey)``,
    ``promotion_days(promotion)``, ``shared_of(kind, things)`` and the drawing of days, and fill the places where they stand.
    """
    app.jinja_env.globals.update(
        contests_overview=_overview,
        contest_days=_days,
        survey_days=_answers,
        promotion_days=_claims,
        shared_of=_shared,
        day_bars=plots.bars,
    )
    slots.fill(app, "marketing.contest", "marketing/contests/_days.html")
    slots.fill(app, "marketing.survey", "marketing/surveys/_days.html")
    slots.fill(app, "marketing.promotion", "marketing/promotions/_days.html")
    slots.fill(app, "marketing.surveys", "marketing/surveys/_shared.html")
    slots.fill(app, "marketing.promotions", "marketing/promotions/_shared.html")


def _overview(shown: Sequence[Contest]) -> Overview:
    today, now = clock.today(), clock.now()
    by_contest = standings.of_contests(shown, now)
    return Overview(queries.entries_by_day(today), queries.votes_by_day(today), queries.countries(), by_contest)


def _days(contest: Contest) -> tuple[Days, Days | None] | None:
    """Return the entries and the votes of a contest by the day; nothing before it was published."""
    if contest.state in contests.UNPUBLISHED:
        return None
    today = clock.today()
    return queries.entries_of(contest, today), queries.votes_of(contest, today)


def _answers(survey: Survey) -> Days | None:
    return queries.answers_of(survey, clock.today()) if survey.state != "draft" else None


def _claims(promotion: Promotion) -> Days | None:
    return queries.claims_of(promotion, clock.today()) if promotion.state != "draft" else None


def _shared(kind: str, shown: Sequence[Any]) -> list[tuple[Any, list[Standing]]]:
    return standings.of_things(kind, shown, clock.now())
