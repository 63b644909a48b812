"""What to make of how things stand there and here. No database, no clock."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from clozette.kernel.ports.mailing_list import ENDED, Member

SKEW = timedelta(minutes=2)
"""By how much clocks may differ: only a yes that is later by more than this is later."""

Standing = Literal["absent", "there", "left", "bounced", "come-back", "archived"]


@dataclass(frozen=True)
class Difference:
    """Between what a member gets there and should get."""

    come: frozenset[str]
    gone: frozenset[str]
    switched_off: frozenset[str]


def standing(there: Member | None, said_yes_at: datetime | None, known: str | None) -> Standing:
    """Say how somebody stands at Mailchimp, given when they last said yes here (requirement 131).

    Whoever left there after that has left; whoever said yes here after that may come back, but only as Mailchimp lets them.

    :param known: the status that we knew of. An end that we knew of was followed here, so a yes that stands came after it.
    """
    if there is None:
        return "absent"
    if there.status == "archived":
        return "archived"
    if there.status not in {"unsubscribed", "cleaned"}:
        return "there"
    if said_yes_at is not None and (known in ENDED or is_later(said_yes_at, there.changed_at)):
        return "come-back"
    return "bounced" if there.status == "cleaned" else "left"


def difference(
    there: Member | None, *, wanted: Mapping[str, datetime], told: Collection[str], interests: Mapping[str, str]
) -> Difference:
    """Compare newsletters: ``wanted`` here since when, ``told`` there before; ``interests`` are their names there."""
    on = {one for one, name in interests.items() if there is not None and there.interests.get(name)}
    off = {
        one
        for one, since in wanted.items()
        if there is not None and one in told and one not in on and not is_later(since, there.changed_at)
    }
    stays = wanted.keys() - off
    return Difference(frozenset(stays - on), frozenset(on - stays), frozenset(off))


def is_later(this: datetime, than: datetime) -> bool:
    """Whether one moment of ours is surely later than one of theirs."""
    return this > than + SKEW
