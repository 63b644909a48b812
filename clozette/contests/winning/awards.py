"""The badge of a contest's winner: given with the yes to the prize, revoked when the prize goes on."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from clozette.community import badges
from clozette.community.models import Badge
from clozette.contests.planning.models import Contest, Rules
from clozette.contests.winning import queries
from clozette.contests.winning.models import Winner
from clozette.kernel.database import db
from clozette.privacy.controller import controller

KIND = "contest_winner"
EVIDENCE = "contest"


def give(winner: Winner, now: datetime) -> None:
    """Give it, with the rules by which it was won."""
    member_id = winner.entry.member_id
    if member_id is None:
        return
    badges.give(
        member_id,
        kind=KIND,
        issuer=controller().name,
        rule=_rule(winner.contest),
        evidence_kind=EVIDENCE,
        evidence_id=winner.contest_id,
        now=now,
    )


def take(winner: Winner, now: datetime) -> None:
    """Revoke it, with the public word for why; nothing where none was given."""
    of_it = (Badge.kind == KIND, Badge.evidence_kind == EVIDENCE, Badge.evidence_id == winner.contest_id)
    given = sa.select(Badge.id).where(*of_it, Badge.member_id == winner.entry.member_id)
    badge_id = db.session.scalar(given)
    if badge_id is not None:
        badges.revoke(badge_id, because=winner.left_because or "", now=now)


def shown(member_id: int, badges_held: Sequence[Badge]) -> set[int]:
    """Return the ids of the badges whose contest the winner may be named for."""
    named = queries.named_in(member_id)
    return {badge.id for badge in badges_held if badge.evidence_id in named}


def _rule(contest: Contest) -> str:
    """Name the rules by their version and the beginning of their digest."""
    held = db.session.get(Rules, contest.rules_id) if contest.rules_id else None
    how = {"draw": "by draw", "jury": "by jury"}[contest.decided_by]
    return f"{how}, rules {held.number} (SHA-256 {held.sha256[:16]})" if held else how
