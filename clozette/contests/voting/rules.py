"""Pure decisions about votes: who may vote, receipts, the chain over the list, and which votes look bought."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import format_datetime
from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

RECEIPT_LENGTH = 32
COUNTED, ASIDE, TAKEN_BACK = "counted", "set-aside", "taken-back"
ENTRY_LEFT, NEW_ACCOUNTS, SAME_NETWORK, NEW_FOLLOWERS = "entry-left", "new-accounts", "same-network", "new-followers"
BY_VOTER = "voter"
FOUND = (SAME_NETWORK, NEW_ACCOUNTS, NEW_FOLLOWERS)
"""Reasons that the site finds by itself, the first one that fits first."""
STAFF_ASIDE = ("bought", "false-accounts", "same-person")
STAFF_LIFT = ("looked-into", "household", "real-accounts")

BURST, WITHIN = 10, timedelta(hours=1)
"""So many votes of one kind for one entry within so long are set aside."""
NEW_ACCOUNT = timedelta(days=7)
"""How shortly before the opening an account is new."""
NEW_FOLLOWER = timedelta(days=1)


@dataclass(frozen=True)
class Standing:
    """What is known of somebody who votes for the first time in a contest."""

    is_confirmed: bool
    is_leaving: bool
    joined_at: datetime
    opens_at: datetime
    has_contributed: bool
    is_staff: bool
    is_judge: bool
    is_sponsors: bool


@dataclass(frozen=True)
class Line:
    """A vote in the open list. ``reason`` is ``-`` where it is counted."""

    number: int
    receipt: str
    entry: int
    state: str
    reason: str

    def __str__(self) -> str:
        return f"{self.number} {self.receipt} {self.entry} {self.state} {self.reason}"


@dataclass(frozen=True)
class Seen:
    """A vote that stands, with what tells bought ones apart: of the voter's account, network and following."""

    vote_id: int
    entry_id: int
    at: datetime
    joined_at: datetime | None
    followed_at: datetime | None
    network: bytes | None


def why_not_vote(who: Standing) -> Refusal | None:
    """Say why somebody can't vote in a contest, or nothing."""
    return next((Refusal(code, words()) for code, holds, words in _REASONS if holds(who)), None)


_REASONS: tuple[tuple[str, Callable[[Standing], bool], Callable[[], str]], ...] = (
    ("leaving", lambda who: who.is_leaving, lambda: _("You asked us to erase your account.")),
    ("unconfirmed", lambda who: not who.is_confirmed, lambda: _("Confirm your mail address first.")),
    ("staff", lambda who: who.is_staff, lambda: _("Staff of this site can't vote.")),
    ("judge", lambda who: who.is_judge, lambda: _("You are in the jury of this contest, and can't vote in it.")),
    ("sponsors", lambda who: who.is_sponsors, lambda: _("People who work for its sponsor can't vote in this contest.")),
    (
        "account_age",
        lambda who: who.joined_at >= who.opens_at,
        lambda: _("Whoever joined after the contest opened can't vote in it."),
    ),
    (
        "no_contribution",
        lambda who: not who.has_contributed,
        lambda: _("To vote you need a look that you published, or a comment that you wrote."),
    ),
)


def why_not_now(
    state: str, votes_from: datetime | None, votes_until: datetime | None, frozen: bool, now: datetime
) -> Refusal | None:
    """Say why a contest takes no vote now, or nothing."""
    if votes_from is None or votes_until is None:
        return Refusal("no_vote", _("This contest has no public vote."))
    if now < votes_from and state in ("published", "open", "closed"):
        return Refusal("early", _("Votes are taken from %(when)s on.", when=format_datetime(votes_from, "long")))
    if state not in ("open", "closed") or now >= votes_until or frozen:
        return over()
    return None


def over() -> Refusal:
    """Say that votes stay as they are."""
    return Refusal("votes_over", _("The vote is over: votes stay as they are."))


def none_left(most: int) -> Refusal:
    """Say that all votes are given."""
    words = _("You have given all your %(number)d votes. Take one back to vote for another entry.", number=most)
    return Refusal("none_left", words)


def own_entry() -> Refusal:
    """Say that nobody votes for their own."""
    return Refusal("own_entry", _("You can't vote for your own entry."))


def receipt(code: bytes, slug: str, entry_number: int) -> str:
    """Return what stands in the open list for a vote; with the code, its voter alone can make it."""
    return hmac.new(code, f"{slug}\n{entry_number}".encode(), hashlib.sha256).hexdigest()[:RECEIPT_LENGTH]


def network_digest(key: bytes, address: str) -> bytes:
    """Return what stands for a network: the same for the same one, and no way back."""
    return hashlib.blake2b(address.encode(), key=key, digest_size=8).digest()


def state_of(*, taken_back: bool, aside: str | None) -> tuple[str, str]:
    """Return how a vote stands, and why."""
    if taken_back:
        return TAKEN_BACK, BY_VOTER
    return (COUNTED, "-") if aside is None else (ASIDE, aside)


def chained(lines: Iterable[Line]) -> str:
    """Return the end of the chain over the lines: no line can be changed, moved or left out without changing it."""
    end = bytes(32)
    for line in lines:
        end = hashlib.sha256(end + f"{line}\n".encode()).digest()
    return end.hex()


def suspicious(votes: Sequence[Seen], opens_at: datetime) -> dict[int, str]:
    """Return which votes are to be set aside, and why: many alike for one entry within an hour."""
    kinds: dict[str, Callable[[Seen], object]] = {
        SAME_NETWORK: lambda vote: vote.network,
        NEW_ACCOUNTS: lambda vote: vote.joined_at is not None and vote.joined_at > opens_at - NEW_ACCOUNT,
        NEW_FOLLOWERS: lambda vote: vote.followed_at is not None and vote.followed_at > vote.at - NEW_FOLLOWER,
    }
    found: dict[int, str] = {}
    for reason in FOUND:
        alike: dict[tuple[int, object], list[Seen]] = defaultdict(list)
        for vote in votes:
            if trait := kinds[reason](vote):
                alike[vote.entry_id, trait].append(vote)
        for group in alike.values():
            found = dict.fromkeys(_bursts(group), reason) | found
    return found


def _bursts(votes: Sequence[Seen]) -> set[int]:
    """Return the votes of every hour that holds too many."""
    ordered, start, found = sorted(votes, key=lambda vote: vote.at), 0, set[int]()
    for end, vote in enumerate(ordered):
        while vote.at - ordered[start].at > WITHIN:
            start += 1
        if end - start + 1 >= BURST:
            found |= {one.vote_id for one in ordered[start : end + 1]}
    return found
