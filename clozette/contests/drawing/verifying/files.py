"""Which kind of file it is, and what is found in it."""

import json

from clozette.contests.drawing.verifying import ballots, draws, votes
from clozette.contests.drawing.verifying.findings import Check, Findings, Unreadable, at_most

KINDS: dict[str, Check] = {
    "clozette draw 1": draws.check,
    "clozette votes 1": votes.check,
    ballots.FORMER: ballots.check,
    ballots.LAYOUT: ballots.check,
}
MOST_FACTS = 200
MOST_BYTES = 4 * 1024 * 1024
_ODD = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, OSError)
"""What a file raises that is not made as ours are."""


def check(text: bytes | str) -> Findings:
    """Check a file.

    :raises Unreadable: if it is none of ours.
    :raises TooLong: if it is more than a request has time for, though it may be ours.
    """
    at_most(MOST_BYTES, text)
    found = Findings()
    try:
        document = json.loads(text)
        json.dumps(document, ensure_ascii=False).encode()  # half a character (a lone surrogate) can't be shown
        at_most(MOST_FACTS, document["facts"])
        KINDS[document["layout"]](document, found)
    except _ODD as error:
        raise Unreadable(type(error).__name__) from error
    return found
