"""A draw: that its order follows from the seed, the list and the public number, and that these were promised."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _

from clozette.contests.drawing import rounds, rules, signatures
from clozette.contests.drawing.rounds import Chain
from clozette.contests.drawing.verifying import ledger
from clozette.contests.drawing.verifying.findings import Document, Findings, Unreadable, at_most, repeats
from clozette.contests.entering import rules as entering
from clozette.kernel.ports.beacon import Round

MOST_ENTRIES = 40_000
AN_HOUR = timedelta(hours=1)
_TURNS = (("seed", "entries"), ("witness", "entries"), ("entries", "draw"))
"""What must stand in the ledger before what, where no round says when the last number was there."""


def check(document: Document, found: Findings) -> None:
    """Check everything."""
    if document["order"] is None:
        raise Unreadable("the draw is not made yet")
    at_most(MOST_ENTRIES, document["entries"])
    numbers = _check_list(document, found)
    seed = bytes.fromhex(document["seed"])
    is_promised = hashlib.sha256(seed).hexdigest() == document["seed_sha256"]
    found.that(is_promised, _("The seed is the one whose digest was published at the opening."))
    by_witness = document["source"] == "witness"
    key = _check_witness(document, found) if by_witness else _check_beacon(document, found)
    order = rules.picks(numbers, document["take"], key)
    words = " ".join(map(str, order)) or _("nobody")
    found.that(order == document["order"], _("The order follows from them: %(order)s", order=words))
    before = None if by_witness else rounds.time_of(document["beacon"]["round"], rounds.particulars(document["chain"]))
    ledger.check(document, found, _stated(document, key), before)
    for first, then in _TURNS if by_witness else ():
        ledger.check_turn(document, found, first, then)


def _check_list(document: Document, found: Findings) -> list[int]:
    lines = [(number, commitment) for number, commitment in document["entries"]]
    numbers = [number for number, _said in lines]
    if not all(type(number) is int and number > 0 for number in [*numbers, document["take"] + 1]):
        raise Unreadable("a number is none")
    in_order = numbers == sorted(numbers) and not repeats(numbers)
    found.that(in_order, _("The list names each entry once, in order: %(count)d.", count=len(numbers)))
    digest = hashlib.sha256(entering.list_of(lines)).hexdigest()
    found.that(digest == document["entries_sha256"], _("The list is the one that was frozen at the close."))
    return numbers


def _check_witness(document: Document, found: Findings) -> bytes:
    nonce = document["witness"]["nonce"]
    right = hashlib.sha256(bytes.fromhex(nonce)).hexdigest() == document["witness"]["sha256"]
    found.that(right, _("The number of the witness is the one whose digest was published before the close."))
    return rules.key_by_witness(document["seed"], document["entries_sha256"], nonce=nonce)


def _check_beacon(document: Document, found: Findings) -> bytes:
    said = document["beacon"]
    chain = rounds.particulars(document["chain"])
    found.that(chain.hash == document["chain"]["hash"], _("The chain's hash follows from its particulars."))
    if chain not in rounds.CHAINS.values():
        found.leave(_("Whether the chain %(name)s is public is not known here.", name=chain.name))
    _check_round(document, chain, found)
    made = Round(said["round"], said["randomness"], said["signature"])
    found.that(
        rounds.randomness(made.signature) == made.randomness,
        _("The randomness is the digest of the round's signature."),
    )
    words = _("The chain signed round %(number)d (BLS signature).", number=made.number)
    found.that(signatures.holds(made, chain), words)
    return rules.key(
        document["seed"],
        document["entries_sha256"],
        chain=chain.hash,
        number=made.number,
        randomness=made.randomness,
    )


def _check_round(document: Document, chain: Chain, found: Findings) -> None:
    """Check that the round is the first at the moment of the draw, or the one it moved to."""
    moves, number = _moves(document), document["beacon"]["round"]
    for place, fact in enumerate(moves):
        _check_move(fact, moves[place - 1] if place else None, chain, found)
        _check_need(fact, moves[place - 1] if place else None, document, chain, found)
    if moves:
        last = moves[-1]["content"]["round"]
        found.that(number == last, _("Round %(number)d is the one that the draw moved to.", number=number))
        return
    first = rounds.round_at(datetime.fromisoformat(document["draw_at"]), chain)
    words = _("Round %(number)d is the first one at %(moment)s or later.", number=number, moment=document["draw_at"])
    found.that(number == first, words)


def _check_move(fact: Document, former: Document | None, chain: Chain, found: Findings) -> None:
    content, at = fact["content"], datetime.fromisoformat(fact["at"])
    was, new = (rounds.time_of(number, chain) for number in (content["from"], content["round"]))
    words = _(
        "The draw moved from round %(was)d to round %(new)d when nobody could know the one or the other.",
        was=content["from"],
        new=content["round"],
    )
    follows = former is None or content["from"] == former["content"]["round"]
    found.that(follows and new > was and (at < was or at + AN_HOUR <= new), words)


def _check_need(fact: Document, former: Document | None, document: Document, chain: Chain, found: Findings) -> None:
    """Check the reason of a move: a list (or a move before it) that no head held in time, or new rules before the list."""
    content, latest = fact["content"], ledger.latest_of(document)
    if content["because"] == "late_list":
        was = rounds.time_of(content["from"], chain)
        in_time = ledger.was_held(latest.get("entries"), was) and (former is None or ledger.was_held(former, was))
        words = _("No head from before round %(number)d held all that it needed.", number=content["from"])
        found.that(not in_time, words)
        return
    ruled = [
        one for one in document["facts"] if (one["kind"], one["at"]) == ("rules", fact["at"]) and one["number"] > 1
    ]
    places = [ledger.position_of(one) for one in (*ruled[:1], fact, latest.get("entries"))]
    proven = [place for place in places if place is not None]
    is_ruled = content["because"] == "rules" and ruled and proven == sorted(proven)
    words = _(
        "New rules that were stated before the list moved the draw from round %(number)d.", number=content["from"]
    )
    found.that(is_ruled, words)


def _moves(document: Document) -> list[Document]:
    moves = [fact for fact in document["facts"] if fact["kind"] == "beacon_moved"]
    return sorted(moves, key=lambda fact: int(fact["number"]))


def _stated(document: Document, key: bytes) -> dict[str, dict[str, Any]]:
    """Return what the facts of the draw must say."""
    entries = document["entries_sha256"]
    made: dict[str, dict[str, Any]] = {
        "rules": {"sha256": document["rules_sha256"]},
        "seed": {"sha256": document["seed_sha256"]},
        "entries": {"sha256": entries, "count": len(document["entries"])},
        "draw": {
            "seed": document["seed"],
            "key": key.hex(),
            "entries_sha256": entries,
            "take": document["take"],
            "order": [str(number) for number in document["order"]],
        },
    }
    if document["source"] == "witness":
        return made | {"witness": {"sha256": document["witness"]["sha256"]}}
    chain, moves = document["chain"]["hash"], _moves(document)
    promised = moves[0]["content"]["from"] if moves else document["beacon"]["round"]
    made["seed"] |= {"chain": chain, "round": promised}
    return made | {"beacon": {**document["beacon"], "chain": chain}}
