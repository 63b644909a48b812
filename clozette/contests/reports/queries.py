"""Numbers of all contests together, and of one thing by the day. Nothing of one entry, nothing of one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from clozette.accounts import countries as places
from clozette.accounts.models import Member
from clozette.contests.entering import rules as entering
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.contests.promotions.rules import WITH_CODES
from clozette.contests.surveys.models import Response, Survey
from clozette.contests.voting.models import Vote
from clozette.kernel import plots
from clozette.kernel.database import db

DAYS = 30
MOST_COUNTRIES = 12
GOING = ("open", "closed")


@dataclass(frozen=True)
class Days:
    """A number for each of some days, oldest first."""

    numbers: Sequence[tuple[datetime, int]]

    @property
    def whole(self) -> int:
        """All of them together."""
        return sum(number for _day, number in self.numbers)


def entries_by_day(today: date) -> Days:
    """Count the entries of each of the last days, those that left too."""
    return _by_day(Entry.entered_at, _days_to(today))


def votes_by_day(today: date) -> Days:
    """Count the votes of each of the last days, those taken back too, of all contests and entries together."""
    return _by_day(Vote.at, _days_to(today))


def entries_of(contest: Contest, today: date) -> Days:
    """Count a contest's entries by the day, as long as it is or was open."""
    return _by_day(
        Entry.entered_at, _open_days(contest.opens_at, contest.closes_at, today), Entry.contest_id == contest.id
    )


def votes_of(contest: Contest, today: date) -> Days | None:
    """Count a contest's votes by the day, all entries together; nothing where it has no vote."""
    if contest.votes_from is None or contest.votes_until is None:
        return None
    return _by_day(Vote.at, _open_days(contest.votes_from, contest.votes_until, today), Vote.contest_id == contest.id)


def answers_of(survey: Survey, today: date) -> Days | None:
    """Count a survey's answers by the day, as long as it takes some; nothing of an anonymous one, whose days nobody knows."""
    if survey.is_anonymous:
        return None
    wanted = sa.select(Response.day, sa.func.count()).where(Response.survey_id == survey.id).group_by(Response.day)
    counted = {day: number for day, number in db.session.execute(wanted) if day is not None}
    first = min([survey.opens_at.astimezone(UTC).date(), *counted])  # some get in early
    days = _open_days(datetime(first.year, first.month, first.day, tzinfo=UTC), survey.closes_at, today)
    return Days([(one, counted.get(one.date(), 0)) for one in days])


def claims_of(promotion: Promotion, today: date) -> Days | None:
    """Count the codes of a promotion that were claimed by the day, as long as it gives some; nothing of a draw."""
    if promotion.kind not in WITH_CODES:
        return None
    of_it = PromotionCode.promotion_id == promotion.id
    first = db.session.scalar(sa.select(sa.func.min(PromotionCode.claimed_at)).where(of_it))
    days = _open_days(min(promotion.opens_at, first or promotion.opens_at), promotion.closes_at, today)
    return _by_day(PromotionCode.claimed_at, days, of_it)


def countries() -> list[tuple[str, int]]:
    """Count by country (its name) who takes part in what is going on now, most first."""
    number = sa.func.count()
    wanted = sa.select(Member.country, number).join(Entry, Entry.member_id == Member.id)
    wanted = wanted.join(Contest, Contest.id == Entry.contest_id)
    wanted = wanted.where(Contest.state.in_(GOING), Entry.state.in_(entering.LIVE)).group_by(Member.country)
    rows = db.session.execute(wanted.order_by(number.desc(), Member.country).limit(MOST_COUNTRIES))
    names = dict(places.choices())
    return [(names.get(country, country or ""), many) for country, many in rows]


def _days_to(last: date, many: int = DAYS) -> list[datetime]:
    """Return the first moments (UTC) of the last days, oldest first."""
    end = datetime(last.year, last.month, last.day, tzinfo=UTC)
    return [end - timedelta(days=back) for back in reversed(range(many))]


def _open_days(start: datetime, end: datetime, today: date) -> list[datetime]:
    """Return the days of a stretch as far as they have come, the last ones of a long one; none before its start."""
    last, first = min(end.astimezone(UTC).date(), today), start.astimezone(UTC).date()
    return _days_to(last, min(max((last - first).days + 1, 0), plots.MOST_BARS))


def _by_day(column: Any, days: Sequence[datetime], *of_it: sa.ColumnElement[bool]) -> Days:
    if not days:
        return Days([])
    day, within = _day_of(column), (column >= days[0], column < days[-1] + timedelta(days=1))
    wanted = sa.select(day, sa.func.count()).where(*within, *of_it).group_by(day)
    counted: dict[str, int] = {row[0]: row[1] for row in db.session.execute(wanted)}
    return Days([(one, counted.get(one.date().isoformat(), 0)) for one in days])


def _day_of(column: Any) -> Any:
    """Write a moment's day (UTC) in the database's own words."""
    if db.session.get_bind().dialect.name == "sqlite":
        return sa.func.substr(sa.type_coerce(column, sa.String), 1, 10)
    return sa.func.to_char(sa.func.timezone("UTC", column), "YYYY-MM-DD")
