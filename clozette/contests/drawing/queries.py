"""Reads of draws: for pages, files and other parts."""

from datetime import datetime
from typing import cast

import sqlalchemy as sa

from clozette.contests import facts
from clozette.contests.drawing import rounds
from clozette.contests.drawing.models import Draw, Witness
from clozette.contests.drawing.rounds import Chain
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Fact, Prize
from clozette.kernel.database import db
from clozette.privacy.ledger import audit

FROZEN = ("closed", "judged", "announced", "done", "cancelled")
"""States in which a list of entries may be frozen; what was frozen is drawn even if the contest is then cancelled."""


def draw_of(contest: Contest) -> Draw | None:
    """Return a contest's draw; nothing if it has none (yet)."""
    return db.session.get(Draw, contest.id)


def chain_of(draw: Draw) -> Chain:
    """Return the chain that a draw's round is of."""
    return rounds.chain_from(draw.chain)


def time_of(draw: Draw) -> datetime:
    """Return when a draw's round is there."""
    return rounds.time_of(draw.round, chain_of(draw))


def witness_of(contest: Contest) -> Witness | None:
    """Return who stands as a draw's witness."""
    return db.session.get(Witness, contest.id)


def waiting() -> sa.Select[int]:
    """Select the contests whose list is frozen and whose draw is not made."""
    frozen = sa.exists().where(Fact.contest_id == Contest.id, Fact.kind == "entries")
    wanted = sa.select(Contest.id).join(Draw, Draw.contest_id == Contest.id)
    return wanted.where(Draw.drawn_at.is_(None), Contest.state.in_(FROZEN), frozen).order_by(Contest.id)


def take_of(contest: Contest) -> tuple[int, int]:
    """Return how many prizes there are to give, and how many stand behind those who get them."""
    units = db.session.scalar(sa.select(sa.func.sum(Prize.units)).where(Prize.contest_id == contest.id)) or 0
    return units, contest.alternates


def proof_of(fact: Fact, *, before: datetime | None = None) -> audit.Proof | None:
    """Return the proof that a fact lies under a published head, if need be one from before a moment."""
    return audit.prove(facts.KIND, fact.id, before=before)


def moves_of(contest_id: int) -> list[Fact]:
    """Return by which facts a draw moved to a later round, in order."""
    return [fact for fact in facts.all_of(contest_id) if fact.kind == "beacon_moved"]


def standing(contest: Contest, draw: Draw) -> list[tuple[int, Entry]]:
    """Return the drawn numbers with their entries, in order."""
    wanted = sa.select(Entry).where(Entry.contest_id == contest.id, Entry.number.in_(draw.picked))
    by_number = {entry.number: entry for entry in db.session.scalars(wanted)}
    return [(number, by_number[number]) for number in draw.picked if number in by_number]


def known_addresses() -> sa.Select[tuple[int]]:
    """Select the subjects of witnesses: their addresses stay known while their contest does."""
    return cast("sa.Select[tuple[int]]", sa.select(Witness.subject_id))
