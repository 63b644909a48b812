"""A draw from promise to result: its round is named with the rules, its seed at the opening, and each step is done once.

Nobody here can choose who wins: the seed is promised before anybody enters, the list lies under a head that was
published before the round, and the round is nobody's. A round that came too early is left, in public, for a later one.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from flask_babel import gettext as _

from clozette.contests import facts
from clozette.contests.drawing import queries, rounds, rules, seeds, signatures
from clozette.contests.drawing.models import Draw
from clozette.contests.drawing.rounds import Chain
from clozette.contests.entering import queries as entries
from clozette.contests.entering import rules as entering
from clozette.contests.planning.events import ContestOpened, ContestPublished, RulesChanged
from clozette.contests.planning.models import Contest, Fact, Rules
from clozette.kernel.database import db, insert_once
from clozette.kernel.ports.beacon import Round, beacon
from clozette.kernel.refusal import Refusal, Refused, refuse
from clozette.settings import Settings

CHAIN = "clozette.drand_chain"
AHEAD = timedelta(hours=1, minutes=5)
"""How far ahead a round must be that a draw moves to: an hour, and a little for clocks and heads."""
LATE, RULES = "late_list", "rules"
"""Why a draw moved: no published head held the frozen list before its round was there; the rules named a later moment."""


@dataclass(frozen=True)
class Wanted:
    """A round that a draw waits for."""

    chain: Chain
    number: int


class Altered(Exception):
    """The list of entries is not the one that was frozen."""


def read_chain(app: Flask) -> None:
    """Read which chain new draws use."""
    settings: Settings = app.extensions["clozette.settings"]
    app.extensions[CHAIN] = rounds.chain_of(settings.drand_chain)


def chain() -> Chain:
    """Return the chain that new draws use."""
    found: Chain = current_app.extensions[CHAIN]
    return found


def promise(event: ContestPublished) -> None:
    """Name the round of a contest whose rules were published; the rules once more, the round anew, or none any more."""
    contest = db.session.get_one(Contest, event.contest_id)
    if contest.decided_by != "draw" or contest.draw_at is None:
        db.session.execute(sa.delete(Draw).where(Draw.contest_id == contest.id, Draw.seed.is_(None)))
        return
    witness = queries.witness_of(contest)
    used = chain()
    values: dict[str, Any] = {
        "source": "beacon" if witness is None else "witness",
        "chain": used.info(),
        "round": rounds.round_at(contest.draw_at, used),
    }
    if not insert_once(Draw, contest_id=contest.id, picked=[], units=0, alternates=0, **values):
        again = sa.update(Draw).where(Draw.contest_id == contest.id, Draw.seed.is_(None))
        db.session.execute(again.values(**values))


def open_(event: ContestOpened) -> None:
    """Make the seed of a contest that opened, and publish its digest; once."""
    contest = db.session.get_one(Contest, event.contest_id)
    if contest.decided_by != "draw":
        return
    if queries.draw_of(contest) is None:
        promise(ContestPublished(contest.id))
    sealed, digest = seeds.new()
    once = sa.update(Draw).where(Draw.contest_id == contest.id, Draw.seed.is_(None))
    if not _done(once.values(seed=sealed, seed_sha256=digest)):
        return
    draw = db.session.get_one(Draw, contest.id, populate_existing=True)
    witness, now = queries.witness_of(contest), contest.state_at
    said: facts.Content = {"sha256": digest, "source": draw.source, "chain": draw.chain["hash"], "round": draw.round}
    facts.state(contest.id, "seed", said, now=now)
    if draw.source == "witness" and witness is not None:
        facts.state(contest.id, "witness", {"sha256": witness.nonce_sha256}, now=now)


def follow_rules(event: RulesChanged) -> None:
    """Move to a later round if new rules name a later moment."""
    contest = db.session.get_one(Contest, event.contest_id)
    draw = queries.draw_of(contest)
    if draw is None or draw.seed is None or contest.draw_at is None:
        promise(ContestPublished(contest.id))
        return
    number = rounds.round_at(contest.draw_at, queries.chain_of(draw))
    if number > draw.round:
        _move(contest, draw, number, RULES, now=db.session.get_one(Rules, event.rules_id).made_at)


def wanted(contest: Contest, *, now: datetime) -> Wanted | None:
    """Return the round that a draw waits for, if it is there.

    If no head held the list before that round, the draw moves to a later one instead. That is no matter of choice: a
    draw whose list was held in time never moves.
    """
    draw = queries.draw_of(contest)
    if draw is None or draw.drawn_at is not None or draw.source != "beacon" or queries.time_of(draw) > now:
        return None
    used = queries.chain_of(draw)
    if not is_held(contest, queries.time_of(draw)):
        _move(contest, draw, rounds.round_at(now + AHEAD, used), LATE, now=now)
        return None
    return Wanted(used, draw.round)


def ask(about: Wanted) -> Round | None:
    """Ask the public servers for a round; call it with no transaction open."""
    return beacon().round(about.chain.hash, about.number, lambda found: signatures.holds(found, about.chain))


def is_held(contest: Contest, before: datetime | None = None) -> bool:
    """Whether a published head holds the frozen list, the seed's digest and the last move, if need be one from before."""
    held = [*(facts.of(contest.id, kind) for kind in ("seed", "entries")), *queries.moves_of(contest.id)[-1:]]
    return all(fact is not None and queries.proof_of(fact, before=before) is not None for fact in held)


def take_beacon(contest: Contest, found: Round, *, now: datetime) -> None:
    """Draw by a round, wherever it came from: it counts if the chain signed it.

    :raises Refused: for another round, or one that the chain did not sign; before the list is frozen and held.
    """
    draw = db.session.get_one(Draw, contest.id)
    if draw.drawn_at is not None:
        return
    used = queries.chain_of(draw)
    if draw.source != "beacon" or found.number != draw.round:
        raise Refused(Refusal("other_round", _("This draw is by round %(round)d.", round=draw.round), "text"))
    if not signatures.holds(found, used):
        raise Refused(Refusal("not_signed", _("The chain did not sign this round."), "text"))
    refuse(why_not_drawn(contest, before=rounds.time_of(found.number, used)))
    _draw(contest, draw, now=now, randomness=found.randomness, signature=found.signature)


def take_nonce(contest: Contest, nonce: str, *, now: datetime) -> None:
    """Draw by the number of the witness, in hex.

    :raises Refused: for another number; before the list is frozen and held.
    """
    draw, witness = db.session.get_one(Draw, contest.id), queries.witness_of(contest)
    if draw.drawn_at is not None or witness is None or draw.source != "witness":
        return
    if hashlib.sha256(bytes.fromhex(nonce)).hexdigest() != witness.nonce_sha256:
        words = _("This is not the number whose digest was published.")
        raise Refused(Refusal("other_nonce", words, "nonce"))
    refuse(why_not_drawn(contest))
    witness.given_at = witness.given_at or now
    _draw(contest, draw, now=now, nonce=nonce)


def order(contest: Contest) -> list[int]:
    """Return the ids of the drawn entries, in order, those left out that can win nothing; asked when the contest is judged."""
    draw = queries.draw_of(contest)
    if draw is None or draw.drawn_at is None:
        return []
    return [
        entry.id
        for _number, entry in queries.standing(contest, draw)
        if why_skipped(entry.state, entry.member_id) is None
    ]


def why_skipped(state: str, member_id: int | None) -> str | None:
    """Say by a public word why a drawn entry is passed over."""
    if state != "entered":
        return state
    return "erased" if member_id is None else None


def why_not_judged(contest: Contest, now: datetime) -> Refusal | None:
    """Say that a contest which a draw decides waits for it."""
    draw = queries.draw_of(contest)
    if contest.decided_by != "draw" or (draw is not None and draw.drawn_at is not None):
        return None
    return Refusal("not_drawn", _("The draw is not made yet."))


def why_not_drawn(contest: Contest, before: datetime | None = None) -> Refusal | None:
    """Say why a contest's list can't be drawn from yet, or nothing."""
    if facts.of(contest.id, "entries") is None:
        return Refusal("not_frozen", _("The list of entries is not frozen yet."))
    if not is_held(contest, before):
        words = _("No head of the ledger that was published in time holds the list of entries.")
        return Refusal("not_held", words)
    return None


def _draw(contest: Contest, draw: Draw, *, now: datetime, **source: str) -> None:
    """Draw, in one statement that counts once, and publish the seed with the result.

    :raises Altered: if the list is not the frozen one.
    :raises Refused: if the draw moved to another round meanwhile.
    """
    listed = entries.frozen(contest.id)
    digest = hashlib.sha256(entering.list_of(listed)).hexdigest()
    stated = facts.of(contest.id, "entries")
    if stated is None or stated.content["sha256"] != digest:
        raise Altered(f"contest {contest.id}: the list of entries is not the one that was frozen")
    assert draw.seed is not None
    seed = seeds.unseal(draw.seed).hex()
    key = key_of(draw, seed, digest, **source)
    units, alternates = queries.take_of(contest)
    picked = rules.picks([number for number, _commitment in listed], units + alternates, key)
    values = {"units": units, "alternates": alternates, "picked": picked, "entries_sha256": digest, **source}
    if not _is_first(draw, values | {"drawn_at": now}):
        return
    if "signature" in source:
        facts.state(contest.id, "beacon", {"chain": draw.chain["hash"], "round": draw.round, **source}, now=now)
    said: dict[str, str | int | list[str] | None] = {
        "seed": seed,
        "entries_sha256": digest,
        "key": key.hex(),
        "take": units + alternates,
        "order": [str(number) for number in picked],
    }
    if "nonce" in source:
        said["nonce"] = source["nonce"]
    facts.state(contest.id, "draw", said, now=now)


def _is_first(draw: Draw, values: dict[str, Any]) -> bool:
    """Write a result down, if the draw is still to be made as it was read; say whether that was done now."""
    same = (Draw.contest_id == draw.contest_id, Draw.source == draw.source, Draw.round == draw.round)
    if _done(sa.update(Draw).where(*same, Draw.drawn_at.is_(None)).values(**values)):
        return True
    db.session.refresh(draw)
    if draw.drawn_at is None:
        raise Refused(Refusal("other_round", _("This draw is by round %(round)d.", round=draw.round), "text"))
    return False


def key_of(draw: Draw, seed: str, entries: str, *, randomness: str = "", signature: str = "", nonce: str = "") -> bytes:
    """Return what a draw's numbers come from."""
    if draw.source == "witness":
        return rules.key_by_witness(seed, entries, nonce=nonce)
    return rules.key(seed, entries, chain=draw.chain["hash"], number=draw.round, randomness=randomness)


def _move(contest: Contest, draw: Draw, number: int, because: str, *, now: datetime) -> None:
    was = draw.round
    once = sa.update(Draw).where(Draw.contest_id == contest.id, Draw.drawn_at.is_(None), Draw.round == was)
    if not _done(once.values(round=number)):
        return
    moves: list[Fact] = queries.moves_of(contest.id)
    said: facts.Content = {"from": was, "round": number, "because": because}
    facts.state(contest.id, "beacon_moved", said, now=now, number=len(moves) + 1)
    db.session.refresh(draw)


def _done(step: sa.Update) -> bool:
    return bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
