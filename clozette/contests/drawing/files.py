"""What a draw is checked with: everything public of it in one file. The stand-alone script reads the same."""

from datetime import datetime
from typing import Any

from clozette.contests import facts
from clozette.contests.drawing import queries
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
        "facts": stated(contest, before=queries.time_of(draw) if draw.source == "beacon" else None),
    }


def stated(contest: Contest, *, before: datetime | None = None) -> list[dict[str, Any]]:
    """Return what a contest stated, each with its proof; of what was promised the one from before a moment, if there is."""
    return [_stated(fact, before if fact.kind in _PROMISED else None) for fact in facts.all_of(contest.id)]


def _stated(fact: Fact, before: datetime | None) -> dict[str, Any]:
    proof = queries.proof_of(fact, before=before) or queries.proof_of(fact)
    about = {"kind": fact.kind, "number": fact.number, "at": ledger.moment(fact.at)}
    return {**about, "content": fact.content, "proof": proof}


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
