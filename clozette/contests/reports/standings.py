"""How what is shared with sponsors stands: of a contest with its prizes, of a survey, of a promotion."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.sponsors import handing, people, sharing
from clozette.contests.sponsors import queries as sponsors
from clozette.contests.sponsors.models import Handout, Sharing
from clozette.contests.winning.models import Winner
from clozette.kernel.database import db
from clozette.privacy.disclosures.models import Disclosure, Handover, Telling
from clozette.privacy.models import Consent, LedgerEntry
from clozette.rights.guardians import rules as ages


@dataclass(frozen=True)
class Standing:
    """How one sharing stands: who was asked, how people answered, what went out and still may.

    :ivar prize: the prize whose sending it is for, if so.
    :ivar asked: how many people answered or are being asked now; nobody asks a minor. ``rows``: how many people's data
        went out, all fetches together.
    :ivar left: how many fetches are left in what is open, until ``open_until``.
    :ivar untold: how many duties to tell the sponsor (of a withdrawal, a correction, an erasure, the end of the term) are
        not confirmed, about somebody whose data went out by this very sharing.
    """

    sharing: Sharing
    name: str
    prize: str
    asked: int
    figures: people.Figures
    rows: int
    last_at: datetime | None
    left: int
    open_until: datetime | None
    untold: int


def of_contests(shown: Sequence[Contest], now: datetime) -> list[tuple[Contest, list[Standing]]]:
    """Return for each of some contests how its sharings and those of its prizes stand; of many that is nothing."""
    contest_ids = [one.id for one in shown]
    own = _of("contest", contest_ids, now)
    prizes = db.session.execute(
        sa.select(Prize.id, Prize.contest_id, Prize.name)
        .where(Prize.contest_id.in_(contest_ids))
        .order_by(Prize.contest_id, Prize.position)
    ).all()
    of_prizes = _of("prize", [row.id for row in prizes], now, {row.id: row.name for row in prizes})
    found = {one.id: list(own.get(one.id, ())) for one in shown}
    for row in prizes:
        found[row.contest_id] += of_prizes.get(row.id, ())
    return [(one, found[one.id]) for one in shown]


def of_things(kind: str, shown: Sequence[Any], now: datetime) -> list[tuple[Any, list[Standing]]]:
    """Return for each of some surveys or promotions how its sharings stand; of many that is nothing."""
    found = _of(kind, [one.id for one in shown], now)
    return [(one, found.get(one.id, [])) for one in shown]


def _of(
    kind: str, object_ids: Collection[int], now: datetime, prizes: dict[int, str] | None = None
) -> dict[int, list[Standing]]:
    """Return the standings by their things: of what is asked, and of what was replaced if something went out."""
    of_these = sa.select(Sharing).where(Sharing.object_kind == kind, Sharing.object_id.in_(object_ids))
    found: dict[int, list[Standing]] = {}
    for asked in db.session.scalars(of_these.order_by(Sharing.id)).all():
        standing = _standing(asked, (prizes or {}).get(asked.object_id, ""), now)
        if asked.replaced_at is None or standing.rows:
            found.setdefault(asked.object_id, []).append(standing)
    return found


def _standing(asked: Sharing, prize: str, now: datetime) -> Standing:
    handouts = handing.of_sharing(asked)
    fetches = {handout.id: handing.fetches(handout) for handout in handouts}
    every = [fetch for of_one in fetches.values() for fetch in of_one]
    open_ = [one for one in handouts if _is_open(one, len(fetches[one.id]), now)]
    figures = people.figures(asked)
    return Standing(
        sharing=asked,
        name=sponsors.recipient_of(asked).legal_name,
        prize=prize,
        asked=figures.agreed + figures.refused + figures.withdrawn + _unanswered(asked, now),
        figures=figures,
        rows=sum(fetch.people for fetch in every),
        last_at=max((fetch.at for fetch in every), default=None),
        left=sum(one.most - len(fetches[one.id]) for one in open_),
        open_until=max((one.expires_at for one in open_), default=None),
        untold=_untold(asked),
    )


def _is_open(handout: Handout, done: int, now: datetime) -> bool:
    return handout.ended_at is None and handout.expires_at > now and done < handout.most


def _unanswered(asked: Sharing, now: datetime) -> int:
    """Count the grown-ups who are being asked now: by newer rules, or for the address of a prize.

    Of a survey or a promotion nobody is: who takes part has answered.
    """
    if asked.replaced_at is not None or asked.object_kind not in _ASKED_NOW:
        return 0
    answered = sa.exists().where(
        Consent.subject_id == Member.subject_id,
        Consent.purpose == sharing.purpose_of(asked),
        Consent.channel == sharing.CHANNEL,
        Consent.action.in_(("given", "refused", "withdrawn")),
    )
    waiting = sa.select(sa.func.count()).select_from(Entry).join(Member, Member.id == Entry.member_id)
    of_it = _ASKED_NOW[asked.object_kind](asked.object_id)
    grown_up = Member.birth_date <= ages.born_by(now.date())
    return db.session.scalar(waiting.where(of_it, grown_up, ~answered)) or 0


def _asked_again(contest_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(Entry.contest_id == contest_id, Entry.state == "asked")


def _giving_an_address(prize_id: int) -> sa.ColumnElement[bool]:
    won = sa.select(Winner.entry_id).where(Winner.prize_id == prize_id, Winner.state == "accepted")
    return sa.and_(Entry.id.in_(won), Entry.state == "entered")


_ASKED_NOW = {"contest": _asked_again, "prize": _giving_an_address}


def _untold(asked: Sharing) -> int:
    """Count the open duties that follow from this sharing: a withdrawal of its own purpose, the term of its own hand-over;
    a correction or an erasure of whoever was handed over by it.
    """
    purpose = sharing.purpose_of(asked)
    handed = (Handover.purpose == purpose, Handover.recipient_id == Telling.recipient_id)
    went_out = sa.exists().where(
        Disclosure.handover_id == Handover.id, Disclosure.subject_id == Telling.subject_id, *handed
    )
    withdrawn = sa.exists().where(LedgerEntry.id == Telling.cause_id, LedgerEntry.purpose == purpose)
    termed = sa.exists().where(Handover.id == Telling.cause_id, *handed)
    follows = sa.case((Telling.kind == "withdrawal", withdrawn), (Telling.kind == "term", termed), else_=sa.true())
    open_ = (Telling.recipient_id == asked.recipient_id, Telling.confirmed_at.is_(None))
    return db.session.scalar(sa.select(sa.func.count()).select_from(Telling).where(*open_, went_out, follows)) or 0
