"""What a draw is checked with: everything public of it in one file. The stand-alone script reads the same."""

from datetime import datetime
from typing import Any

from clozette.contests import facts
from clozette.contests.drawing import queries, rounds
from clozette.contests.drawing.models import Draw
from clozette.contests.entering import queries as entries
from clozette.contests.planning.models import Contest, Fact
from clozette.privacy import ledger

LAYOUT = "clozette draw 1"
_PROMISED = frozenset({"rules", "seed", "witness", "entries", "beacon_moved"})
"""What must have been stated before the round was there."""


def document(contest: Contest, draw: Draw) -> dict[str, Any]:
    """Return everything that is public of a draw now; ``order`` is none before it is made."""
    drawn = facts.of(contest.id, "draw")
    listed = entries.frozen(contest.id) if facts.of(contest.id, "entries") is not None else []
    return {
        "layout": LAYOUT,
        "contest": contest.slug,
        "rules_sha256": _latest(contest, "rules"),
        "draw_at": ledger.moment(contest.draw_at),
        "seed": drawn.content["seed"] if drawn is not None else None,
        "seed_sha256": draw.seed_sha256,
        "source": draw.source,
        "chain": draw.chain,
        **_number(contest, draw),
        "entries": [list(line) for line in listed],
        "entries_sha256": _said(contest, "entries"),
        "take": draw.units + draw.alternates,
        "order": draw.picked if draw.drawn_at is not None else None,
        "facts": stated(contest, draw if draw.source == "beacon" else None),
    }


def stated(contest: Contest, draw: Draw | None = None) -> list[dict[str, Any]]:
    """Return what a contest stated, each with its proof; of what was promised for a draw the one that shows it was in time."""
    return [_stated(fact, _moments(fact, draw)) for fact in facts.all_of(contest.id)]


def _moments(fact: Fact, draw: Draw | None) -> list[datetime]:
    """Return what a proof's head had better be older than: a round that a list was late for shows first if it was not."""
    if draw is None or fact.kind not in _PROMISED:
        return []
    chain = queries.chain_of(draw)
    if fact.kind == "beacon_moved":
        return [rounds.time_of(fact.content["round"], chain)]
    moves = queries.moves_of(fact.contest_id) if fact.kind == "entries" else []
    left = [move.content["from"] for move in moves if move.content["because"] == "late_list"]
    return [rounds.time_of(number, chain) for number in (*left, draw.round)]


def _stated(fact: Fact, moments: list[datetime]) -> dict[str, Any]:
    proofs = (queries.proof_of(fact, before=before) for before in (*moments, None))
    about = {"kind": fact.kind, "number": fact.number, "at": ledger.moment(fact.at)}
    return {**about, "content": fact.content, "proof": next(filter(None, proofs), None)}


def _number(contest: Contest, draw: Draw) -> dict[str, Any]:
    if draw.source == "witness":
        return {"witness": {"sha256": _said(contest, "witness"), "nonce": draw.nonce}}
    found = {"round": draw.round, "randomness": draw.randomness, "signature": draw.signature}
    return {"beacon": found}


def _said(contest: Contest, kind: str) -> str | None:
    fact = facts.of(contest.id, kind)
    return fact.content["sha256"] if fact is not None else None


def _latest(contest: Contest, kind: str) -> str | None:
    said = [fact for fact in facts.all_of(contest.id) if fact.kind == kind]
    return max(said, key=lambda fact: fact.number).content.get("sha256") if said else None
