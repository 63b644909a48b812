"""Files of draws, votes and ballots made up for tests, and the ways to spoil them."""

import copy
import hashlib
import random
from collections.abc import Callable
from functools import cache
from typing import Any

from clozette.contests.drawing import rounds, rules
from clozette.contests.entering import rules as entering
from clozette.kernel.ports.beacon import Round
from clozette.privacy import ledger
from clozette.sandbox import drand
from tests.contests.drawing.conftest import SANDBOX

Document = dict[str, Any]
_FIRST = 30_000_000


@cache
def _round(number: int) -> Round:
    said = drand.sign(number)
    return Round(said["round"], said["randomness"], said["signature"])


def draw(luck: random.Random) -> Document:
    """Return the file of a draw as the server makes it, out of nothing but luck."""
    found = _round(_FIRST + luck.randrange(16))
    numbers = sorted(luck.sample(range(1, 400), luck.choice([0, 1, 2, 3, 10, 60, 200])))
    listed = [(number, luck.randbytes(32).hex()) for number in numbers]
    seed, take = luck.randbytes(32), luck.choice([1, 2, 5, 40, 300])
    digest = hashlib.sha256(entering.list_of(listed)).hexdigest()
    key = rules.key(seed.hex(), digest, chain=SANDBOX.hash, number=found.number, randomness=found.randomness)
    return {
        "layout": "clozette draw 1",
        "contest": "of-nobody",
        "rules_sha256": None,
        "draw_at": ledger.moment(rounds.time_of(found.number, SANDBOX)),
        "seed": seed.hex(),
        "seed_sha256": hashlib.sha256(seed).hexdigest(),
        "source": "beacon",
        "chain": SANDBOX.info(),
        "beacon": {"round": found.number, "randomness": found.randomness, "signature": found.signature},
        "entries": [list(line) for line in listed],
        "entries_sha256": digest,
        "take": take,
        "order": rules.picks(numbers, take, key),
        "facts": [],
    }


def votes(luck: random.Random, many: int = 40) -> Document:
    """Return the file of a public vote."""
    lines, totals, end = [], {}, bytes(32)
    for place in range(1, many + 1):
        number, state = str(luck.randrange(1, 6)), luck.choice(["counted", "counted", "set-aside", "taken-back"])
        reason = "-" if state == "counted" else "burst"
        lines.append(f"{place} {luck.randbytes(16).hex()} {number} {state} {reason}")
        end = hashlib.sha256(end + lines[-1].encode() + b"\n").digest()
        totals[number] = totals.get(number, 0) + (state == "counted")
    about = {"layout": "clozette votes 1", "contest": "of-nobody", "facts": []}
    return {**about, "lines": lines, "final": end.hex(), "count": many, "totals": totals}


def altered(document: Document, change: Callable[[Document], object]) -> Document:
    """Return a spoilt copy."""
    spoilt = copy.deepcopy(document)
    change(spoilt)
    assert spoilt != document
    return spoilt


def swap(values: list[Any], first: int = 0, second: int = 1) -> None:
    values[first], values[second] = values[second], values[first]


def _drop_entry(spoilt: Document) -> None:
    del spoilt["entries"][3]


def _alter_entry_and_digest(spoilt: Document) -> None:
    """Somebody goes, and the digest with them; the order was another one then."""
    del spoilt["entries"][0]
    lines = [tuple(line) for line in spoilt["entries"]]
    spoilt["entries_sha256"] = hashlib.sha256(entering.list_of(lines)).hexdigest()


def _swap_seed(spoilt: Document) -> None:
    spoilt["seed"] = "ab" * 32


def _swap_seed_and_digest(spoilt: Document) -> None:
    spoilt["seed"] = "ab" * 32
    spoilt["seed_sha256"] = hashlib.sha256(bytes.fromhex(spoilt["seed"])).hexdigest()


def _draw_again(spoilt: Document) -> None:
    """Make the order follow from what the file says now, as a forger would."""
    said = spoilt["beacon"]
    about = {"chain": spoilt["chain"]["hash"], "number": said["round"], "randomness": said["randomness"]}
    key = rules.key(spoilt["seed"], spoilt["entries_sha256"], **about)
    spoilt["order"] = rules.picks([number for number, _said in spoilt["entries"]], spoilt["take"], key)


def _forge_seed(spoilt: Document) -> None:
    """A seed that makes somebody else win, its order with it."""
    spoilt["seed"] = "ab" * 32
    _draw_again(spoilt)


def _forge_list(spoilt: Document) -> None:
    """A list without somebody who would have won, its order with it."""
    spoilt["entries"] = [line for line in spoilt["entries"] if line[0] != spoilt["order"][0]]
    _draw_again(spoilt)


def _forge_round(spoilt: Document) -> None:
    """A round that is real but not the one of the moment, its order with it."""
    _other_round(spoilt)
    _draw_again(spoilt)


def _other_round(spoilt: Document) -> None:
    """A round that is real, but not the one of the moment."""
    found = _round(spoilt["beacon"]["round"] + 1)
    spoilt["beacon"] = {"round": found.number, "randomness": found.randomness, "signature": found.signature}


def _other_chain(spoilt: Document) -> None:
    spoilt["chain"]["genesis"] += 1


ALTERED: dict[str, Callable[[Document], Any]] = {
    "an entry is gone": _drop_entry,
    "an entry is there twice": lambda spoilt: spoilt["entries"].insert(1, spoilt["entries"][0]),
    "two entries changed places": lambda spoilt: swap(spoilt["entries"]),
    "a commitment is another": lambda spoilt: spoilt["entries"][0].__setitem__(1, "0" * 64),
    "a list and its digest": _alter_entry_and_digest,
    "the seed is another": _swap_seed,
    "the seed and its digest": _swap_seed_and_digest,
    "the seed and the order": _forge_seed,
    "the list and the order": _forge_list,
    "the round and the order": _forge_round,
    "the round is another": _other_round,
    "the round's number is another": lambda spoilt: spoilt["beacon"].__setitem__("round", _FIRST + 99),
    "the randomness is another": lambda spoilt: spoilt["beacon"].__setitem__("randomness", "0" * 64),
    "the chain is another": _other_chain,
    "the draw is at another moment": lambda spoilt: spoilt.__setitem__("draw_at", "2030-01-01T00:00:00Z"),
    "two picks changed places": lambda spoilt: swap(spoilt["order"]),
    "somebody else is first": lambda spoilt: spoilt["order"].__setitem__(0, 399),
    "one less is drawn": lambda spoilt: spoilt["order"].pop(),
}


def rich(luck: random.Random) -> Document:
    """Return a draw with enough entries and picks to spoil."""
    while len((made := draw(luck))["entries"]) < 10 or made["take"] != 5:
        pass
    return made


def _swap_numbers(spoilt: Document) -> None:
    """Two lines change places, each with the number of its new place."""
    first, second = (line.split(" ", 1)[1] for line in spoilt["lines"][:2])
    spoilt["lines"][:2] = [f"1 {second}", f"2 {first}"]


ALTERED_VOTES: dict[str, Callable[[Document], Any]] = {
    "two votes changed places": lambda spoilt: swap(spoilt["lines"]),
    "two votes changed places and numbers": _swap_numbers,
    "a vote is gone": lambda spoilt: spoilt["lines"].pop(),
    "a vote is set aside": lambda spoilt: spoilt["lines"].__setitem__(
        2, " ".join([*spoilt["lines"][2].split(" ")[:3], "set-aside", "whim"])
    ),
    "a total is another": lambda spoilt: spoilt["totals"].__setitem__("1", spoilt["totals"].get("1", 0) + 1),
    "somebody has a total without votes": lambda spoilt: spoilt["totals"].__setitem__("99", 1),
    "the count is another": lambda spoilt: spoilt.__setitem__("count", spoilt["count"] + 1),
    "the end is another": lambda spoilt: spoilt.__setitem__("final", "0" * 64),
}
