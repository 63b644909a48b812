#!/usr/bin/env python3
# ruff: noqa: T201, UP017, B905 - it talks to whoever runs it; older Pythons have no datetime.UTC and no zip(strict=)
# mypy: allow-untyped-defs, allow-untyped-calls, disable-error-code=var-annotated
"""Check a contest's draw, votes or ballots without the site: Python's standard library is enough.

    verify_draw.py draw.json votes.json ballots.json

The files are those behind “Check it yourself” on a contest's pages. One line tells of each check: ``ok``, ``WRONG``, or
``NOT CHECKED`` for what needs a library that Python does not bring. Exit 0: all that was checked is right, 1: something
is wrong, 2: a file can't be read, or there is nothing in it to check yet.
"""

import base64
import datetime
import hashlib
import json
import re
import sys
from fractions import Fraction

DRAW, VOTES, BALLOTS = "clozette draw 1", "clozette votes 1", "clozette ballots 2"
FORMER_BALLOTS = "clozette ballots 1"  # a place in a ranking was worth the part of the judge's own list
METHODS = {BALLOTS: {"yesno", "score", "pairs"}, FORMER_BALLOTS: {"yesno", "score", "rank"}}
INCLUSION, HEAD, LEAF = "clozette inclusion 1", "clozette head 1", "clozette leaf 1"
QUICKNET = "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971"
MICRO = 1_000_000
AN_HOUR = 3600 * MICRO
MOST_POINTS, MOST_RANKED, MOST_SHARE = 10, 30, 30
MOST_WEIGHT = 1_000_000
FRACTION = re.compile(r"[0-9]{1,200}(?:/[0-9]{1,200})?")
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


class Unreadable(Exception):
    """The file is not what it should be, so that nothing can be said of it."""


class Checks:
    """What was found, a line each."""

    def __init__(self):
        self.lines = []

    def that(self, holds, what):
        """Note one check."""
        self.lines.append(("ok" if holds else "WRONG", what))
        return holds

    def skip(self, what):
        """Note what is not checked here."""
        self.lines.append(("NOT CHECKED", what))

    def is_right(self):
        """Whether nothing was wrong."""
        return all(state != "WRONG" for state, _ in self.lines)


def check(document):
    """Check one file; return what was found.

    :raises Unreadable: if it is none of ours.
    """
    checks = Checks()
    try:
        json.dumps(document, ensure_ascii=False).encode()  # half a character can't be printed
        kinds = {DRAW: check_draw, VOTES: check_votes, BALLOTS: check_ballots, FORMER_BALLOTS: check_ballots}
        kinds[document["layout"]](document, checks)
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError) as error:
        raise Unreadable(f"not a file of ours: {type(error).__name__} {error}") from None
    return checks


def sha256(data):
    """Return a digest as hex."""
    return hashlib.sha256(data).hexdigest()


# --- a draw ---


def check_draw(document, checks):
    """Check that the order follows from the seed, the list and the public number, and those from what was promised."""
    if document["order"] is None:
        raise ValueError("the draw is not made yet")
    numbers = check_entries(document, checks)
    seed = document["seed"]
    checks.that(sha256(bytes.fromhex(seed)) == document["seed_sha256"], "the seed is the one that was promised")
    by_witness = document["source"] == "witness"
    key = check_witness(document, checks) if by_witness else check_beacon(document, checks)
    order = picks(numbers, document["take"], hashlib.sha256(key.encode()).digest())
    checks.that(order == document["order"], f"the order follows: {' '.join(map(str, order)) or 'nobody'}")
    check_facts(document, checks, draw_facts(document, key), None if by_witness else round_time(document))
    if by_witness:
        for first, then in (("seed", "entries"), ("witness", "entries"), ("entries", "draw")):
            check_turn(document, checks, first, then)


def check_entries(document, checks):
    """Check the list's form and digest; return its numbers."""
    entries = document["entries"]
    numbers = [number for number, _ in entries]
    if not all(type(number) is int and number > 0 for number in [*numbers, document["take"] + 1]):
        raise ValueError("a number is none")
    checks.that(numbers == sorted(set(numbers)), f"the list names {len(numbers)} entries, each once, in order")
    text = "".join(f"{number} {commitment}\n" for number, commitment in entries)
    checks.that(sha256(text.encode()) == document["entries_sha256"], "the list is the one that was frozen")
    return numbers


def check_witness(document, checks):
    """Check the witness's number; return what the key is made of."""
    witness = document["witness"]
    right = sha256(bytes.fromhex(witness["nonce"])) == witness["sha256"]
    checks.that(right, "the witness's number is the one that was promised")
    return key_text(document, f"witness {witness['nonce']}\n")


def check_beacon(document, checks):
    """Check the chain, the round and its randomness; return what the key is made of."""
    chain, beacon = document["chain"], document["beacon"]
    checks.that(chain_hash(chain) == chain["hash"], f"the chain {chain['name']} is the one of its hash")
    if chain["hash"] != QUICKNET:
        checks.skip(f"whether the chain {chain['name']} is public (this knows drand's quicknet alone)")
    check_round(document, checks)
    made = sha256(bytes.fromhex(beacon["signature"]))
    checks.that(made == beacon["randomness"], f"the randomness of round {beacon['round']} follows from its signature")
    where = f"https://api.drand.sh/{chain['hash']}/public/{beacon['round']}"
    checks.skip(f"BLS signature of round {beacon['round']} (use {where} or a BLS library)")
    number = f"chain {chain['hash']}\nround {beacon['round']}\nrandomness {beacon['randomness']}\n"
    return key_text(document, number)


def key_text(document, number):
    """Return what the key of a draw is the digest of."""
    return f"clozette draw 1\nseed {document['seed']}\nentries {document['entries_sha256']}\n{number}"


def chain_hash(chain):
    """Return the hash that a chain's particulars lead to."""
    name = b"" if chain["name"] == "default" else chain["name"].encode()
    numbers = chain["period"].to_bytes(4, "big") + chain["genesis"].to_bytes(8, "big", signed=True)
    return sha256(numbers + bytes.fromhex(chain["public_key"]) + bytes.fromhex(chain["group_hash"]) + name)


def check_round(document, checks):
    """Check that the round is the first at the moment of the draw, or the one that it was moved to by the rules for that."""
    moves = moves_of(document)
    for former, fact in zip([None, *moves], moves):
        check_move(former, fact, document, checks)
    drawn_at = moment(document["draw_at"])
    number = moves[-1]["content"]["round"] if moves else first_round(drawn_at, document["chain"])
    words = "the round that it moved to" if moves else f"the first one at {document['draw_at']} or later"
    checks.that(document["beacon"]["round"] == number, f"round {document['beacon']['round']} is {words}")


def moves_of(document):
    """Return by which facts a draw moved to later rounds, in order."""
    moves = [fact for fact in document["facts"] if fact["kind"] == "beacon_moved"]
    return sorted(moves, key=lambda fact: fact["number"])


def check_move(former, fact, document, checks):
    """Check that a move names a later round, before the one before was known or well ahead, and that it had to be."""
    content, at = fact["content"], moment(fact["at"])
    was, new = (time_of(number, document["chain"]) for number in (content["from"], content["round"]))
    is_next = former is None or former["content"]["round"] == content["from"]
    is_fair = is_next and new > was and (at < was or at + AN_HOUR <= new)
    checks.that(is_fair, f"the draw moved from round {content['from']} to {content['round']} ({content['because']})")
    reasons = {"late_list": is_late, "rules": is_ruled}
    needs = reasons.get(content["because"])
    checks.that(
        needs and needs(former, fact, document), f"it had to move from round {content['from']}, as the file shows"
    )


def is_late(former, fact, document):
    """Whether no head older than the round held the list, or the move to that round."""
    was = time_of(fact["content"]["from"], document["chain"])
    held = [latest(document).get("entries"), *([former] if former else [])]
    return not all(is_held(one, was) for one in held)


def is_ruled(_former, fact, document):
    """Whether new rules were stated at the same moment, and before the list."""
    rules = [
        one for one in document["facts"] if one["kind"] == "rules" and one["number"] > 1 and one["at"] == fact["at"]
    ]
    after = [position_of(one) for one in (*rules[:1], fact, latest(document).get("entries"))]
    known = [place for place in after if place is not None]
    return bool(rules) and known == sorted(known)


def first_round(at, chain):
    """Return the first round at a moment or later."""
    return max(1, 1 - (chain["genesis"] * MICRO - at) // (chain["period"] * MICRO))


def time_of(number, chain):
    """Return when a round is there."""
    return (chain["genesis"] + (number - 1) * chain["period"]) * MICRO


def round_time(document):
    """Return when the round of a draw was there."""
    return time_of(document["beacon"]["round"], document["chain"])


def moment(text):
    """Return a moment in whole microseconds since 1970."""
    at = datetime.datetime.fromisoformat(text[:-1] + "+00:00" if text.endswith("Z") else text)
    return (at - EPOCH) // datetime.timedelta(microseconds=1)


def picks(numbers, take, key):
    """Return the drawn numbers in order: the front of a shuffle (Fisher and Yates) by words of 64 bits."""
    left, words = list(numbers), words_of(key)
    take = min(take, len(left))
    for here in range(take):
        there = here + below(len(left) - here, words)
        left[here], left[there] = left[there], left[here]
    return left[:take]


def words_of(key):
    """Yield the key's words without end: four of each block."""
    block = 0
    while True:
        made = hashlib.sha256(key + block.to_bytes(8, "big")).digest()
        for at in (0, 8, 16, 24):
            yield int.from_bytes(made[at : at + 8], "big")
        block += 1


def below(n, words):
    """Return the next number under n; a word that would favour small numbers is thrown away."""
    if n == 1:
        return 0
    for word in words:
        if word < 2**64 - 2**64 % n:
            return word % n
    raise ValueError("the words end")


def draw_facts(document, key):
    """Return what the facts of a draw must say, so far as they say it."""
    said = {
        "rules": {"sha256": document["rules_sha256"]},
        "seed": {"sha256": document["seed_sha256"]},
        "entries": {"sha256": document["entries_sha256"], "count": len(document["entries"])},
        "draw": {
            "seed": document["seed"],
            "key": sha256(key.encode()),
            "entries_sha256": document["entries_sha256"],
            "take": document["take"],
            "order": [str(number) for number in document["order"]],
        },
    }
    if document["source"] == "witness":
        return {**said, "witness": {"sha256": document["witness"]["sha256"]}}
    chain, moves = document["chain"]["hash"], moves_of(document)
    said["seed"]["chain"] = chain
    said["seed"]["round"] = moves[0]["content"]["from"] if moves else document["beacon"]["round"]
    return {**said, "beacon": {**document["beacon"], "chain": chain}}


def check_turn(document, checks, first, then):
    """Check that one fact stands in the ledger before another: what was promised, before what it was promised for."""
    places = [position_of(latest(document).get(kind)) for kind in (first, then)]
    if None in places:
        checks.skip(f"that “{first}” stands in the ledger before “{then}” (the file brings no proof)")
    else:
        checks.that(places[0] < places[1], f"“{first}” stands in the ledger before “{then}”")


def latest(document):
    """Return the last fact of each kind."""
    return {fact["kind"]: fact for fact in sorted(document["facts"], key=lambda fact: fact["number"])}


def position_of(fact):
    """Return where a fact stands in the ledger; nothing without a proof."""
    return fact["proof"]["position"] if fact and fact.get("proof") else None


def is_held(fact, before):
    """Whether a fact's proof is under a head that is older than a moment."""
    return bool(fact and fact.get("proof")) and moment(fact["proof"]["head"]["at"]) < before


# --- votes and ballots ---


def check_votes(document, checks):
    """Check the chain of a public vote's lines, and that the totals count them."""
    lines = check_chain(document, checks)
    totals = count_votes(lines, checks)
    given = {number: total for number, total in document["totals"].items() if total}
    checks.that(totals == given, f"the totals count the lines: {sum(totals.values())} of {len(lines)} count")
    checks.that(document["count"] == len(lines), f"there are {document['count']} votes")
    check_facts(document, checks, {"votes": votes_fact(lines, totals)})


def count_votes(texts, checks):
    """Check the form of a vote's lines; return how many count for each entry."""
    lines = [line.split(" ") for line in texts]
    standing = {"counted", "set-aside", "taken-back"}
    form = all(len(line) == 5 and line[3] in standing and (line[4] == "-") == (line[3] == "counted") for line in lines)
    in_order = [line[0] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    checks.that(form and in_order, "each vote's line has its number and says how the vote stands")
    receipts = [line[1] for line in lines]
    checks.that(len(set(receipts)) == len(receipts), "no receipt stands there twice")
    totals = {}
    for line in lines:
        if line[3] == "counted":
            totals[line[2]] = totals.get(line[2], 0) + 1
    return totals


def votes_fact(lines, totals):
    """Return what the fact of the votes must say."""
    return {"final": end_of(lines), "count": len(lines), "counted": sum(totals.values())}


def check_chain(document, checks):
    """Check that the chain over the lines ends where it should; return them."""
    lines = document["lines"]
    checks.that(end_of(lines) == document["final"], f"the chain over {len(lines)} lines ends as it was published")
    return lines


def end_of(lines):
    """Return where the chain over lines ends."""
    end = bytes(32)
    for line in lines:
        end = hashlib.sha256(end + line.encode() + b"\n").digest()
    return end.hex()


def check_ballots(document, checks):
    """Check the chain of a jury's lines, their form, and that the places follow from them."""
    lines = [line.split(" ") for line in check_chain(document, checks)]
    rounds = {str(one["number"]): one for one in document["rounds"]}
    if not {one["method"] for one in rounds.values()} <= METHODS[document["layout"]]:
        raise ValueError("a round is counted in no way of this layout")
    form = all(len(line) == 5 and line[1].startswith("J") and is_value(rounds[line[0]], line[3]) for line in lines)
    in_order = [line[4] for line in lines] == [str(number) for number in range(1, len(lines) + 1)]
    by_round = [int(line[0]) for line in lines]
    checks.that(form and in_order and by_round == sorted(by_round), "each line has its round, judge, entry and value")
    pairs = [tuple(line[:3]) for line in lines]
    checks.that(len(set(pairs)) == len(pairs), "no judge counts twice for an entry")
    share, votes = document["vote_share"], {one["number"]: fraction(one["votes"]) for one in document["standings"]}
    fair = type(share) is int and 0 <= share <= MOST_SHARE and all(0 <= one <= 1 for one in votes.values())
    checks.that(fair, f"votes make at most {MOST_SHARE} percent of a result")
    places = count_places(document, lines, votes)
    said = [
        (one["place"], one["number"], one["round"], fraction(one["jury"]), fraction(one["total"]))
        for one in document["standings"]
    ]
    checks.that(said == places, f"the places follow: {' '.join(str(one[1]) for one in places)}")
    voted = check_share(document, votes, checks) if share else {}
    check_facts(document, checks, {"ballots": ballots_fact(document), **voted})


def check_share(document, votes, checks):
    """Check what the votes gave each entry, as a part of what the first one got; return what their fact must say."""
    totals = count_votes(document["votes"], checks)
    most = max(totals.values(), default=1)
    follows = all(votes[number] == Fraction(totals.get(str(number), 0), most) for number in votes)
    checks.that(follows, f"what the votes gave each entry follows from {len(document['votes'])} votes")
    return {"votes": votes_fact(document["votes"], totals)}


def fraction(text):
    """Return a part of one as our files write it; a few characters of another shape could take hours."""
    if not FRACTION.fullmatch(text):
        raise ValueError("a fraction is none")
    return Fraction(text)


def is_value(about, text):
    """Whether a ballot says what its round asks for."""
    value = [int(part) for part in text.split(",")]
    if about["method"] == "yesno":
        return value in ([0], [1])
    if about["method"] == "score":
        return len(value) == len(about["criteria"]) and all(1 <= points <= MOST_POINTS for points in value)
    return len(value) == 1 and 1 <= value[0] <= MOST_RANKED


def count_places(document, lines, votes):
    """Return the places: whoever was in a later round stands before, then by the total, then by what the rules say."""
    share, found = document["vote_share"], {}
    for about in sorted(document["rounds"], key=lambda one: one["number"]):
        mine = [line for line in lines if line[0] == str(about["number"])]
        firsts, lot = results(mine, about, True), lot_of(document, about["number"])
        for entry, jury in results(mine, about, False).items():
            total = (jury * (100 - share) + votes.get(entry, 0) * share) / 100
            tie = {"criterion": -firsts[entry], "draw": sha256(f"{lot} {entry}".encode())}.get(document["tie_break"], 0)
            found[entry] = (-about["number"], -total, tie, entry, jury)
    rows = sorted(found.values(), key=lambda one: one[:4])
    return [(place, entry, -number, jury, -total) for place, (number, total, _, entry, jury) in enumerate(rows, 1)]


def results(lines, about, by_first):
    """Return what a round's ballots give each entry, by the first criterion alone if that is asked."""
    if any(type(one["weight"]) is not int or not 0 <= one["weight"] <= MOST_WEIGHT for one in about["criteria"]):
        raise ValueError("a weight is none")
    orders = {}
    for line in lines if about["method"] in ("rank", "pairs") else ():
        orders.setdefault(line[1], {})[int(line[2])] = int(line[3])
    if orders and len({line[2] for line in lines}) > MOST_RANKED:
        raise ValueError("a judge can't put so many in an order")
    return by_pairs(orders) if about["method"] == "pairs" else means(lines, about, by_first, orders)


def by_pairs(orders):
    """Return for each entry the mean over all others of the part of judges who put it before them.

    Only judges who ranked both count; equal places are a half, and so is an entry that nobody ranked beside another.
    """
    found = {}
    for entry in {entry for theirs in orders.values() for entry in theirs}:
        before, both = {}, {}
        for theirs in orders.values():
            for other in theirs if entry in theirs else ():
                if other != entry:
                    both[other] = both.get(other, 0) + 1
                    won = Fraction((theirs[entry] < theirs[other]) + (theirs[entry] <= theirs[other]), 2)
                    before[other] = before.get(other, 0) + won
        found[entry] = sum(before[other] / both[other] for other in both) / len(both) if both else Fraction(1, 2)
    return found


def means(lines, about, by_first, orders):
    """Return what ballots give each entry on the average."""
    given = {}
    for line in lines:
        value = [int(part) for part in line[3].split(",")]
        if about["method"] == "yesno":
            worth = Fraction(value[0])
        elif about["method"] == "rank":
            theirs = orders[line[1]].values()
            worth = Fraction(len(theirs) - sum(place < value[0] for place in theirs), len(theirs))
        elif by_first:
            worth = Fraction(value[0], MOST_POINTS)
        else:
            weights = [one["weight"] for one in about["criteria"]]
            points = sum(weight * points for weight, points in zip(weights, value))
            worth = Fraction(points, MOST_POINTS * sum(weights))
        given.setdefault(int(line[2]), []).append(worth)
    return {entry: sum(worths) / len(worths) for entry, worths in given.items()}


def lot_of(document, number):
    """Return where the chain stands after a round: what a lot among equals is drawn by."""
    end, lot = bytes(32), ""
    for line in document["lines"]:
        end = hashlib.sha256(end + line.encode() + b"\n").digest()
        lot = end.hex() if line.split(" ")[0] == str(number) else lot
    return lot


def ballots_fact(document):
    """Return what the fact of the ballots must say."""
    rounds = document["rounds"]
    return {
        "final": document["final"],
        "count": len(document["lines"]),
        "method": [f"{one['number']} {one['method']} quorum {one['quorum']} takes {one['takes']}" for one in rounds],
        "weights": [f"{one['number']} {each['weight']} {each['name']}" for one in rounds for each in one["criteria"]],
        "tie_break": document["tie_break"],
        "vote_share": document["vote_share"],
    }


# --- what was stated, and the ledger that it stands in ---


def check_facts(document, checks, wanted, before=None):
    """Check that the facts say what the file says, and that they stand in the ledger; some before a moment."""
    last = latest(document)
    for kind, content in wanted.items():
        if kind not in last:
            checks.skip(f"the file does not bring the fact “{kind}”")
            continue
        said = last[kind]["content"]
        same = all(said[name] == value for name, value in content.items() if name in said)
        checks.that(same, f"the contest stated “{kind}” so, at {last[kind]['at']}")
    contests = set()
    for fact in document["facts"]:
        is_promise = fact["kind"] in {"seed", "entries"} or fact is last.get("beacon_moved")
        check_proof(fact, checks, before if is_promise else None, contests)
    if len(contests) > 1:
        checks.that(False, "all facts are of one contest")


def check_proof(fact, checks, before, contests):
    """Check that a fact is a leaf under a head of the ledger, if need be one that is older than a moment."""
    name, proof = f"“{fact['kind']}” {fact['number'] or ''}".strip(), fact.get("proof")
    if proof is None:
        checks.skip(f"that {name} stands in the ledger (the file brings no proof)")
        return
    data, head = base64.b64decode(proof["leaf"], validate=True), proof["head"]
    header, kind, _row, _subject, payload = data.decode().split("\n", 4)
    told = {"kind": fact["kind"], "number": fact["number"], "at": fact["at"]}
    told.update({f"said.{key}": value for key, value in fact["content"].items()})
    leaf = json.loads(payload)
    contests.add(leaf.pop("contest"))
    is_leaf = (header, kind, leaf) == (LEAF, "contest_fact", told)
    layouts = (proof["layout"], head["layout"]) == (INCLUSION, HEAD)
    root = climb(hashlib.sha256(b"\x00" + data).digest(), proof["position"], head["size"], proof["path"])
    checks.that(is_leaf and layouts and root == head["root"], f"{name} is entry {proof['position'] + 1} of the ledger")
    if before is not None:
        checks.that(
            moment(head["at"]) < before, f"the ledger's head of {head['at']} with {name} is older than the round"
        )
    checks.skip(f"Ed25519 signature of the head of {head['size']} entries (use verify_ledger.py)")


def climb(leaf, position, size, path):
    """Return the root that a proof of inclusion leads to (RFC 9162, 2.1.3.2); nothing if it leads nowhere."""
    here, last, made = position, size - 1, leaf
    if not 0 <= here <= last:
        return None
    for sibling in path:
        if last == 0:
            return None
        if here & 1 or here == last:
            made = hashlib.sha256(b"\x01" + bytes.fromhex(sibling) + made).digest()
            while here and not here & 1:
                here, last = here >> 1, last >> 1
        else:
            made = hashlib.sha256(b"\x01" + made + bytes.fromhex(sibling)).digest()
        here, last = here >> 1, last >> 1
    return made.hex() if last == 0 else None


def main(paths):
    """Check files, and tell how it went by the exit status."""
    if not paths or paths[0] in {"-h", "--help"}:
        print(__doc__)
        return 0 if paths else 2
    is_right = True
    for path in paths:
        try:
            with open(path, encoding="utf-8") as file:
                checks = check(json.load(file))
        except (OSError, ValueError, RecursionError, Unreadable) as error:
            print(f"{path}: can't be read: {error}", file=sys.stderr)
            return 2
        for state, what in checks.lines:
            print(f"{state}: {what}")
        is_right = is_right and checks.is_right()
    print("All that was checked is right." if is_right else "Something is WRONG.")
    return 0 if is_right else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
