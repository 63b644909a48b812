"""Pure decisions about votes."""

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest

from clozette.contests.voting import rules
from clozette.contests.voting.rules import Line, Seen, Standing

OPENS = datetime(2026, 5, 1, tzinfo=UTC)
FIT = {
    "is_confirmed": True,
    "is_leaving": False,
    "joined_at": OPENS - timedelta(days=1),
    "opens_at": OPENS,
    "has_contributed": True,
    "is_staff": False,
    "is_judge": False,
    "is_sponsors": False,
}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"is_confirmed": False}, "unconfirmed"),
        ({"is_leaving": True}, "leaving"),
        ({"joined_at": OPENS}, "account_age"),
        ({"has_contributed": False}, "no_contribution"),
        ({"is_sponsors": True}, "sponsors"),
        ({"is_staff": True}, "staff"),
        ({"is_judge": True}, "judge"),
        ({}, None),
    ],
)
def test_who_may_vote(app, changed, code):
    with app.test_request_context():
        refusal = rules.why_not_vote(Standing(**{**FIT, **changed}))
    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize(
    ("state", "frozen", "at", "code"),
    [
        ("open", False, -1, "early"),
        ("published", False, -1, "early"),
        ("open", False, 0, None),
        ("closed", False, 59, None),
        ("closed", False, 60, "votes_over"),
        ("closed", True, 30, "votes_over"),
        ("cancelled", False, 30, "votes_over"),
        ("judged", False, 30, "votes_over"),
        ("cancelled", False, -1, "votes_over"),
    ],
)
def test_when_votes_are_taken(app, state, frozen, at, code):
    window = (OPENS, OPENS + timedelta(minutes=60))
    with app.test_request_context():
        refusal = rules.why_not_now(state, *window, frozen, OPENS + timedelta(minutes=at))
    assert (refusal.code if refusal else None) == code


def test_a_receipt_is_what_the_rules_say():
    code = bytes(range(16))
    expected = hmac.new(code, b"coats\n7", hashlib.sha256).hexdigest()[:32]
    assert rules.receipt(code, "coats", 7) == expected
    assert len({rules.receipt(code, slug, number) for slug in ("a", "b") for number in (1, 2)}) == 4


def test_the_chain_sees_a_changed_a_moved_and_a_missing_line():
    lines = [Line(number, f"{number:032x}", number % 3, "counted", "-") for number in range(1, 6)]
    end = rules.chained(lines)
    by_hand = bytes(32)
    for line in lines:
        by_hand = hashlib.sha256(by_hand + f"{line.number} {line.receipt} {line.entry} counted -\n".encode()).digest()
    assert end == by_hand.hex()
    assert rules.chained([]) == "00" * 32
    changed = [*lines[:2], Line(3, lines[2].receipt, 9, "counted", "-"), *lines[3:]]
    assert len({end, *map(rules.chained, (changed, lines[::-1], lines[:-1], lines[1:]))}) == 5


def votes(number, *, every=timedelta(minutes=1), entry=1, first=1, **traits):
    at = OPENS + timedelta(days=1)
    plain = {"joined_at": OPENS - timedelta(days=400), "followed_at": None, "network": None, **traits}
    return [Seen(vote_id=first + n, entry_id=entry, at=at + n * every, **plain) for n in range(number)]


NEW = {"joined_at": OPENS - timedelta(days=2)}
FOLLOWED = {"followed_at": OPENS + timedelta(hours=20)}
ONE_NETWORK = {"network": b"12345678"}


@pytest.mark.parametrize(
    ("traits", "reason"),
    [(NEW, "new-accounts"), (FOLLOWED, "new-followers"), (ONE_NETWORK, "same-network"), ({}, None)],
)
def test_many_alike_within_an_hour_are_found(traits, reason):
    found = rules.suspicious(votes(rules.BURST, **traits), OPENS)
    assert found == (dict.fromkeys(range(1, rules.BURST + 1), reason) if reason else {})


@pytest.mark.parametrize("traits", [NEW, FOLLOWED, ONE_NETWORK])
def test_few_or_slow_or_scattered_ones_are_not(traits):
    few = votes(rules.BURST - 1, **traits)
    slow = votes(40, every=timedelta(minutes=7), entry=2, first=100, **traits)
    scattered = [one for entry in range(3, 20) for one in votes(2, entry=entry, first=entry * 1000, **traits)]
    assert rules.suspicious([*few, *slow, *scattered], OPENS) == {}


def test_only_the_burst_is_found_among_others():
    honest = votes(50, entry=1, first=1000)
    before = votes(1, entry=1, first=1, **ONE_NETWORK)
    late = [
        Seen(one.vote_id, one.entry_id, one.at + timedelta(hours=5), one.joined_at, None, one.network)
        for one in votes(12, entry=1, first=500, **ONE_NETWORK)
    ]
    assert set(rules.suspicious([*honest, *before, *late], OPENS)) == {one.vote_id for one in late}


def test_somebody_erased_is_not_suspicious_for_that():
    assert rules.suspicious(votes(30, joined_at=None), OPENS) == {}
