"""Whose data a sponsor gets, and what exactly: whoever takes part, whose yes to this very sharing stands.

The statement that finds the people also reads the fields, so that nothing is read of anybody else.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.promotions.models import Promotion, PromotionCode
from clozette.contests.sponsors import rules, sharing
from clozette.contests.sponsors.models import Sharing
from clozette.contests.surveys.models import Answer, Question, Response, Survey
from clozette.contests.winning.models import Address, Winner
from clozette.kernel import ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refusal
from clozette.privacy import consents
from clozette.privacy.models import Consent
from clozette.rights.erasure import services as erasures

_AT_ONCE = 5_000
Known = dict[int, dict[str, Any]]
"""Subject id to what is known by ``table.column``."""
_COLUMNS: dict[str, Any] = {
    "accounts_members.display_name": Member.display_name,
    "accounts_members.handle": Member.handle,
    "accounts_members.email": Member.email,
    "accounts_members.country": Member.country,
    "contests_entries.number": Entry.number,
    "contests_entries.statement": Entry.statement,
    "contests_entries.look_id": Entry.look_id,
    "contests_addresses.name": Address.name,
    "contests_addresses.line1": Address.line1,
    "contests_addresses.line2": Address.line2,
    "contests_addresses.postcode": Address.postcode,
    "contests_addresses.city": Address.city,
    "contests_addresses.country": Address.country,
    "contests_addresses.phone": Address.phone,
    **dict.fromkeys(("contests_answers.choices", "contests_answers.number", "contests_answers.text"), Response.id),
}
_ANSWERS: dict[str, Any] = {
    "contests_answers.choices": Answer.choices,
    "contests_answers.number": Answer.number,
    "contests_answers.text": sa.func.nullif(Answer.text, ""),
}
"""What is given as one object, the questions with their answers; read by the response."""


def ids_of(asked: Sharing) -> list[int]:
    """Return the subjects whose data may go out now."""
    return list(db.session.scalars(_chosen(asked)))


def count(asked: Sharing) -> int:
    """Count them."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(_chosen(asked).subquery())) or 0


def read(asked: Sharing, subject_ids: Collection[int]) -> Known:
    """Return what is shared of some people, of whom it still may go out. They are locked by then."""
    columns = [_COLUMNS[name] for name in asked.fields]
    chosen, known = sorted(subject_ids), Known()
    for start in range(0, len(chosen), _AT_ONCE):
        some = _chosen(asked, *columns).where(_SUBJECTS[asked.object_kind].in_(chosen[start : start + _AT_ONCE]))
        for subject_id, *values in db.session.execute(some):
            known[subject_id] = {name: _shown(name, value) for name, value in zip(asked.fields, values, strict=True)}
    return known


@dataclass(frozen=True)
class Figures:
    """How people answered one sharing, and how many of them would be handed over now."""

    agreed: int = 0
    refused: int = 0
    withdrawn: int = 0
    goes_out: int = 0


def figures(asked: Sharing) -> Figures:
    """Count the answers."""
    answers = (
        sa.select(Consent.action, sa.func.count())
        .where(Consent.purpose == sharing.purpose_of(asked), Consent.channel == sharing.CHANNEL)
        .group_by(Consent.action)
    )
    found: dict[str, int] = {row.action: row[1] for row in db.session.execute(answers)}
    return Figures(found.get("given", 0), found.get("refused", 0), found.get("withdrawn", 0), count(asked))


def why_not_due(asked: Sharing, now: datetime) -> Refusal | None:
    """Say why nothing of a thing is handed over yet, or ever."""
    return _DUE[asked.object_kind](asked, now)


def _chosen(asked: Sharing, *columns: Any) -> sa.Select[Any]:
    """Select the subjects (first) and columns of everybody whose yes stands and who did not ask to be erased."""
    subject = _SUBJECTS[asked.object_kind]
    stands = sa.exists().where(
        Consent.subject_id == subject,
        Consent.purpose == sharing.purpose_of(asked),
        Consent.channel == sharing.CHANNEL,
        consents.is_in_force(),
    )
    chosen = _TAKING_PART[asked.object_kind](sa.select(subject, *columns), asked)
    return chosen.where(stands, ~erasures.is_wished(subject))


def _shown(name: str, value: Any) -> Any:
    """Return a value as it goes out: a look by its address, answers by their questions."""
    if value is None:
        return None
    if name == "contests_entries.look_id":
        return f"{current_app.extensions['clozette.settings'].base_url.rstrip('/')}/looks/{ids.encode(value)}"
    return _answers(_ANSWERS[name], value) if name in _ANSWERS else value


def _answers(column: Any, response_id: int) -> dict[str, Any]:
    rows = (
        sa.select(Question.words, column)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.response_id == response_id)
        .order_by(Question.section, Question.position)
    )
    return {words: value for words, value in db.session.execute(rows) if value is not None}


def _entrants(chosen: sa.Select[Any], asked: Sharing) -> sa.Select[Any]:
    """Entries that take part; one that waits for a yes to newer rules doesn't."""
    entered = chosen.join(Entry, Entry.member_id == Member.id).where(
        Entry.contest_id == asked.object_id, Entry.state == "entered"
    )
    won = sa.exists().where(Winner.entry_id == Entry.id, Winner.state.in_(rules.ACCEPTED))
    return entered.where(won) if asked.reaches == "winners" else entered


def _winners_of_prize(chosen: sa.Select[Any], asked: Sharing) -> sa.Select[Any]:
    """Whoever won a prize, said yes to it, and said where it goes."""
    return (
        chosen.join(Entry, Entry.member_id == Member.id)
        .join(Winner, Winner.entry_id == Entry.id)
        .join(Address, Address.winner_id == Winner.id)
        .where(Winner.prize_id == asked.object_id, Winner.state.in_(rules.ACCEPTED), Entry.state == "entered")
    )


def _takers(chosen: sa.Select[Any], asked: Sharing) -> sa.Select[Any]:
    """Whoever answered a survey with their name; of an anonymous one nobody is known."""
    members = Member.subject_id == Response.subject_id
    return chosen.select_from(Response).outerjoin(Member, members).where(Response.survey_id == asked.object_id)


def _claimants(chosen: sa.Select[Any], asked: Sharing) -> sa.Select[Any]:
    """Whoever got a code of a promotion."""
    return chosen.join(PromotionCode, PromotionCode.member_id == Member.id).where(
        PromotionCode.promotion_id == asked.object_id
    )


def _contest_due(asked: Sharing, now: datetime) -> Refusal | None:
    state = db.session.scalar(sa.select(Contest.state).where(Contest.id == asked.object_id))
    return rules.why_not_due(state or "draft", asked.reaches)


def _prize_due(asked: Sharing, now: datetime) -> Refusal | None:
    of_it = sa.select(Contest.state).join(Prize, Prize.contest_id == Contest.id).where(Prize.id == asked.object_id)
    return rules.why_not_due(db.session.scalar(of_it) or "draft", "winners")


def _survey_due(asked: Sharing, now: datetime) -> Refusal | None:
    found = db.session.get_one(Survey, asked.object_id)
    return rules.why_not_over(found.state, found.closes_at, now)


def _promotion_due(asked: Sharing, now: datetime) -> Refusal | None:
    found = db.session.get_one(Promotion, asked.object_id)
    return rules.why_not_over(found.state, found.closes_at, now)


_SUBJECTS: dict[str, Any] = {
    "contest": Member.subject_id,
    "prize": Member.subject_id,
    "survey": Response.subject_id,
    "promotion": Member.subject_id,
}
_TAKING_PART: dict[str, Callable[[sa.Select[Any], Sharing], sa.Select[Any]]] = {
    "contest": _entrants,
    "prize": _winners_of_prize,
    "survey": _takers,
    "promotion": _claimants,
}
_DUE: dict[str, Callable[[Sharing, datetime], Refusal | None]] = {
    "contest": _contest_due,
    "prize": _prize_due,
    "survey": _survey_due,
    "promotion": _promotion_due,
}
