"""Numbers of all contests together, and how each contest's sharings stand. Nothing of one entry, nothing of one person."""

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
from clozette.contests.sponsors import handing, people
from clozette.contests.sponsors import queries as sponsors
from clozette.contests.sponsors.models import Handout, Sharing
from clozette.contests.voting.models import Vote
from clozette.kernel.database import db
from clozette.privacy.disclosures.models import Telling

DAYS = 30
MOST_COUNTRIES = 12
GOING = ("open", "closed")


@dataclass(frozen=True)
class Days:
    """A number for each of the last days, oldest first."""

    numbers: Sequence[tuple[datetime, int]]

    @property
    def whole(self) -> int:
        """All of them together."""
        return sum(number for _day, number in self.numbers)


@dataclass(frozen=True)
class Standing:
    """How one sharing of a contest stands: what was asked, how people answered, what went out and still may.

    :ivar asked: how many take part, and so were asked. ``rows``: how many people's data went out, all fetches together.
    :ivar left: how many fetches are left in what is open, until ``open_until``.
    :ivar untold: how many duties to tell the sponsor (of a withdrawal, a correction, an erasure) are not confirmed.
    """

    sharing: Sharing
    name: str
    asked: int
    figures: people.Figures
    rows: int
    last_at: datetime | None
    left: int
    open_until: datetime | None
    untold: int


def entries_by_day(today: date) -> Days:
    """Count the entries of each of the last days, those that left too."""
    return _by_day(Entry.entered_at, today)


def votes_by_day(today: date) -> Days:
    """Count the votes of each of the last days, those taken back too, of all contests and entries together."""
    return _by_day(Vote.at, today)


def countries() -> list[tuple[str, int]]:
    """Count by country (its name) who takes part in what is going on now, most first."""
    number = sa.func.count()
    wanted = sa.select(Member.country, number).join(Entry, Entry.member_id == Member.id)
    wanted = wanted.join(Contest, Contest.id == Entry.contest_id)
    wanted = wanted.where(Contest.state.in_(GOING), Entry.state.in_(entering.LIVE)).group_by(Member.country)
    rows = db.session.execute(wanted.order_by(number.desc(), Member.country).limit(MOST_COUNTRIES))
    names = dict(places.choices())
    return [(names.get(country, country or ""), many) for country, many in rows]


def standings(shown: Sequence[Contest], now: datetime) -> list[tuple[Contest, list[Standing]]]:
    """Return how the sharings of some contests stand, of those that share anything; replaced ones that went out too."""
    of_these = sa.select(Sharing).where(
        Sharing.object_kind == "contest", Sharing.object_id.in_([one.id for one in shown])
    )
    by_contest: dict[int, list[Standing]] = {}
    for asked in db.session.scalars(of_these.order_by(Sharing.id)).all():
        standing = _standing(asked, now)
        if asked.replaced_at is None or standing.rows:
            by_contest.setdefault(asked.object_id, []).append(standing)
    return [(one, by_contest[one.id]) for one in shown if one.id in by_contest]


def _standing(asked: Sharing, now: datetime) -> Standing:
    handouts = handing.of_sharing(asked)
    fetches = {handout.id: handing.fetches(handout) for handout in handouts}
    every = [fetch for of_one in fetches.values() for fetch in of_one]
    open_ = [one for one in handouts if _is_open(one, len(fetches[one.id]), now)]
    recipient = sponsors.recipient_of(asked)
    return Standing(
        sharing=asked,
        name=recipient.legal_name,
        asked=_taking_part(asked.object_id),
        figures=people.figures(asked),
        rows=sum(fetch.people for fetch in every),
        last_at=max((fetch.at for fetch in every), default=None),
        left=sum(one.most - len(fetches[one.id]) for one in open_),
        open_until=max((one.expires_at for one in open_), default=None),
        untold=_untold(recipient.id),
    )


def _is_open(handout: Handout, done: int, now: datetime) -> bool:
    return handout.ended_at is None and handout.expires_at > now and done < handout.most


def _taking_part(contest_id: int) -> int:
    live = (Entry.contest_id == contest_id, Entry.state.in_(entering.LIVE))
    return db.session.scalar(sa.select(sa.func.count()).select_from(Entry).where(*live)) or 0


def _untold(recipient_id: int) -> int:
    open_ = (Telling.recipient_id == recipient_id, Telling.confirmed_at.is_(None))
    return db.session.scalar(sa.select(sa.func.count()).select_from(Telling).where(*open_)) or 0


def _by_day(column: Any, today: date) -> Days:
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    day = _day_of(column)
    rows = db.session.execute(sa.select(day, sa.func.count()).where(column >= since).group_by(day))
    counted: dict[str, int] = {row[0]: row[1] for row in rows}
    every = [since + timedelta(days=number) for number in range(DAYS)]
    return Days([(one, counted.get(one.date().isoformat(), 0)) for one in every])


def _day_of(column: Any) -> Any:
    """Write a moment's day (UTC) in the database's own words."""
    if db.session.get_bind().dialect.name == "sqlite":
        return sa.func.substr(sa.type_coerce(column, sa.String), 1, 10)
    return sa.func.to_char(sa.func.timezone("UTC", column), "YYYY-MM-DD")
