"""What a status means for an address (requirement 43). No database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clozette.newsletters.returns.reading import Outcome

Verdict = Literal["hard", "soft", "policy", ""]
"""The address is dead; it could not take mail this time; it did not want this mail; nothing happened."""

MANY, LONG = 5, timedelta(days=14)
"""So many mails in a row that came back over so long a time: then nobody reads there any more."""

_SENDERS_OWN = frozenset({"5.1.7", "5.1.8"})
_POLICY = ("5.3.4", "5.6.", "5.7.")
_DONE = frozenset({"delivered", "relayed", "expanded"})
COMPLAINTS = frozenset({"abuse", "fraud", "virus", "other", "opt-out"})
NO_COMPLAINTS = frozenset({"not-spam", "auth-failure", "dmarc"})


@dataclass(frozen=True)
class Past:
    """What became of one mail to an address, the latest first: when the next server took it, and what came back."""

    delivered_at: datetime
    bounced_at: datetime | None
    status: str


def judge(status: str) -> Verdict:
    """Say what the status of a mail that failed for good means."""
    if status.startswith(_POLICY):
        return "policy"
    if status == "5.2.1" or (status.startswith("5.1.") and status not in {*_SENDERS_OWN, "5.1.0"}):
        return "hard"
    return "soft"


def verdict(outcomes: Sequence[Outcome], address: str) -> tuple[Verdict, str]:
    """Say what a report means for an address, and by which status.

    A report may speak of several recipients, where one of ours forwards: then what it says of the address itself counts,
    or else the mildest of what failed; and nothing if somebody got it.
    """
    own = [one for one in outcomes if address.lower() in {name.lower() for name in one.recipients}]
    about = own or list(outcomes)
    failed = [one for one in about if one.action == "failed"]
    if not failed or any(one.action in _DONE for one in about):
        return "", ""
    mild: dict[Verdict, int] = {"policy": 0, "soft": 1, "hard": 2}
    status = min((one.status for one in failed), key=lambda one: mild[judge(one)])
    return judge(status), status


def run(past: Sequence[Past]) -> tuple[int, bool]:
    """Count the mails in a row that came back softly, and say whether they were too many over too long a time.

    One that arrived ends the row; one that was refused by policy says nothing either way.
    """
    row = []
    for one in past:
        if one.bounced_at is None:
            break
        if judge(one.status) == "soft":
            row.append(one.bounced_at)
    return len(row), len(row) >= MANY and max(row) - min(row) >= LONG
