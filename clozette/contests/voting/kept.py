"""The list of votes as a process keeps it: what everybody may ask for is not computed anew for each who asks.

A frozen list never changes and is read once. Before the freeze the receipts are read once a minute, and only the votes
of the last minutes again, so that a receipt is found at once. What is stated of a vote is made of the tables alone.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from clozette.contests.drawing import files as draws
from clozette.contests.planning.models import Contest
from clozette.contests.voting import files, queries
from clozette.contests.voting.rules import Line
from clozette.kernel.database import db

_LISTS = 16
_LATE = timedelta(minutes=2)
"""How long after its time a vote may come to be seen, while its transaction is under way."""


@dataclass(frozen=True)
class Frozen:
    """A list for good. ``text`` is its file but for the facts, whose proofs grow with the ledger."""

    lines: Mapping[str, Line]
    totals: Mapping[int, int]
    text: str
    sha256: str


@dataclass(frozen=True)
class Found:
    """Where in the list a receipt stands; ``line`` says how its vote was counted, once that is frozen."""

    number: int
    line: Line | None = None


def frozen(contest: Contest) -> Frozen | None:
    """Return a contest's list, if it is frozen."""
    return _frozen(contest.id, contest.votes_frozen_at) if contest.votes_frozen_at is not None else None


def find(contest: Contest, receipt: str, now: datetime) -> Found | None:
    """Return where a receipt stands in the list."""
    if (kept := frozen(contest)) is not None:
        line = kept.lines.get(receipt)
        return Found(line.number, line) if line is not None else None
    minute = _minute(now)
    vote_id = _open(contest.id, minute)[1].get(receipt)
    if vote_id is None:
        late = queries.given(contest, since=datetime.fromtimestamp(minute * 60, UTC) - _LATE)
        vote_id = next((one.vote_id for one in late if one.receipt == receipt), None)
    return Found(queries.count(contest, up_to=vote_id)) if vote_id is not None else None


def file(contest: Contest, now: datetime) -> tuple[str, str]:
    """Return the list as a file, and the digest that changes with it; it is up to a minute old before the freeze."""
    kept = frozen(contest)
    if kept is None:
        text = _open(contest.id, _minute(now))[0]
        return text, hashlib.sha256(text.encode()).hexdigest()
    facts = json.dumps(draws.stated(contest))
    digest = hashlib.sha256(f"{kept.sha256}\n{facts}".encode()).hexdigest()
    return f'{kept.text[:-1]}, "facts": {facts}}}', digest


@lru_cache(maxsize=_LISTS)
def _frozen(contest_id: int, _frozen_at: datetime) -> Frozen:
    contest = db.session.get_one(Contest, contest_id)
    lines = queries.lines(contest)
    totals = queries.totals(contest, lines)
    text = json.dumps(files.counted(contest, lines, totals))
    return Frozen({line.receipt: line for line in lines}, totals, text, hashlib.sha256(text.encode()).hexdigest())


@lru_cache(maxsize=_LISTS)
def _open(contest_id: int, _minute: int) -> tuple[str, Mapping[str, int]]:
    """Return the file of a vote that is not frozen, and the votes by their receipts."""
    contest = db.session.get_one(Contest, contest_id)
    given = queries.given(contest)
    return json.dumps(_receipts(contest, given)), {one.receipt: one.vote_id for one in given}


def _receipts(contest: Contest, given: Sequence[queries.Listed]) -> dict[str, Any]:
    return files.receipts(contest, [one.receipt for one in given])


def _minute(now: datetime) -> int:
    return int(now.timestamp()) // 60
