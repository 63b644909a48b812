"""Sponsors, contests, what is shared, entries and judges."""

import itertools
import secrets
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.hosting.models import Channel
from clozette.contests.judging.models import Judge
from clozette.contests.planning.models import Contest, Prize, Rules
from clozette.contests.promotions import services as promotions
from clozette.contests.promotions.models import Promotion
from clozette.contests.sponsors.models import Sharing, Sponsor
from clozette.contests.surveys.models import Question, Survey
from clozette.contests.winning.models import Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy import disclosures

_numbers = itertools.count(1)


def make_sponsor(**columns: Any) -> Sponsor:
    """Add a sponsor (flushed) with an agreement."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "legal_name": f"Sponsor {number} Ltd",
        "address": "1 High Street, London",
        "country": "GB",
        "contact": f"data@sponsor{number}.test",
        "domains": [f"sponsor{number}.test"],
        "contract": "Sponsoring agreement 7",
        "keeps_for": "90 days",
        "made_at": clock.now(),
    }
    return _added(Sponsor(**defaults | columns))


def make_contest(state: str = "open", *, sponsor: Sponsor | None = None, **columns: Any) -> Contest:
    """Add a contest (flushed) with one prize and its first rules, opened an hour ago and closing tomorrow."""
    now = clock.now()
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"contest-{number}",
        "title": f"Contest {number}",
        "decided_by": "draw",
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "draw_at": now + timedelta(days=2),
        "announce_at": now + timedelta(days=3),
        "countries": ["DE", "GB"],
        "state_at": now,
        "created_at": now,
    }
    contest = _added(Contest(state=state, sponsor_id=sponsor and sponsor.id, **defaults | columns))
    _added(Prize(contest_id=contest.id, position=0, name="A coat", value_minor=20_000, currency="EUR"))
    text = f"Official rules of {contest.title}"
    rules = Rules(contest_id=contest.id, number=1, language="en", content={}, text=text, sha256="0" * 64, made_at=now)
    contest.rules_id = _added(rules).id
    db.session.flush()
    return contest


def make_sharing(contest: Contest, sponsor: Sponsor, **columns: Any) -> Sharing:
    """Add what entrants of a contest are asked to share with a sponsor (flushed)."""
    now = clock.now()
    named = {name: getattr(sponsor, name) for name in ("legal_name", "address", "country", "contact")}
    defaults: dict[str, Any] = {
        "object_kind": "contest",
        "object_id": contest.id,
        "recipient_id": disclosures.recipient(**named, now=now).id,
        "fields": ["accounts_members.display_name", "accounts_members.email"],
        "purpose": "to tell you about their autumn collection",
        "keeps_for": sponsor.keeps_for,
        "keeps_days": sponsor.keeps_days,
        "reaches": "agreed",
        "made_at": now,
    }
    return _added(Sharing(sponsor_id=sponsor.id, **defaults | columns))


def make_entry(contest: Contest, member: Member, **columns: Any) -> Entry:
    """Add an entry (flushed) with the next number."""
    contest.last_number += 1
    defaults: dict[str, Any] = {
        "number": contest.last_number,
        "code": secrets.token_bytes(16),
        "rules_id": contest.rules_id,
        "form_key": secrets.token_hex(16),
        "entered_at": clock.now(),
    }
    return _added(Entry(contest_id=contest.id, member_id=member.id, **defaults | columns))


def make_judge(contest: Contest, member: Member, **columns: Any) -> Judge:
    """Add a judge (flushed) who accepted."""
    now = clock.now()
    return _added(Judge(contest_id=contest.id, member_id=member.id, **{"named_at": now, "accepted_at": now} | columns))


def make_winner(entry: Entry, state: str = "notified", **columns: Any) -> Winner:
    """Add a winner of the contest's first prize (flushed), who was told and has a week for the next step."""
    now = clock.now()
    prize = sa.select(Prize.id).where(Prize.contest_id == entry.contest_id).order_by(Prize.position).limit(1)
    defaults: dict[str, Any] = {
        "place": 1,
        "prize_id": db.session.scalar(prize),
        "unit": 1,
        "notified_at": now,
        "due_at": now + timedelta(days=7),
    }
    return _added(Winner(contest_id=entry.contest_id, entry_id=entry.id, state=state, **defaults | columns))


def make_survey(state: str = "open", **columns: Any) -> Survey:
    """Add a survey (flushed) without questions, begun an hour ago and ending tomorrow."""
    now, number = clock.now(), next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"survey-{number}",
        "title": f"Survey {number}",
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "made_at": now,
    }
    return _added(Survey(state=state, **defaults | columns))


def make_question(survey: Survey, kind: str = "one", **columns: Any) -> Question:
    """Add a question (flushed) behind those that are there; with two options where one chooses."""
    position = db.session.scalar(sa.select(sa.func.count()).where(Question.survey_id == survey.id)) or 0
    defaults: dict[str, Any] = {
        "position": position + 1,
        "words": f"Question {position + 1}?",
        "options": ["yes", "no"] if kind in ("one", "many") else [],
    }
    return _added(Question(survey_id=survey.id, kind=kind, **defaults | columns))


def make_promotion(kind: str = "code", *, codes: int = 2, **columns: Any) -> Promotion:
    """Add a promotion (flushed) that is open, with codes to claim where its kind has any."""
    now, number = clock.now(), next(_numbers)
    defaults: dict[str, Any] = {
        "slug": f"promotion-{number}",
        "title": f"Promotion {number}",
        "state": "open",
        "cost_points": 10 if kind == "points" else 0,
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + timedelta(days=1),
        "made_at": now,
    }
    promotion: Promotion = _added(Promotion(kind=kind, **defaults | columns))
    if kind != "draw":
        promotions.add_codes(promotion, (), make=codes)
    return promotion


def make_channel(sponsor: Sponsor, **columns: Any) -> Channel:
    """Add a channel (flushed) that we host for a sponsor."""
    number = next(_numbers)
    defaults: dict[str, Any] = {"slug": f"partner-{number}", "name": f"Partner {number}", "made_at": clock.now()}
    channel: Channel = _added(Channel(sponsor_id=sponsor.id, **defaults | columns))
    return channel


def _added(row: Any) -> Any:
    row.id = row.id or new_id()
    db.session.add(row)
    db.session.flush()
    return row
