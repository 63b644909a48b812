"""What came of the arms of a campaign: how many, of how many, and whether two of them differ by more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clozette.kernel.database import db
from clozette.newsletters.campaigns.models import Campaign
from clozette.newsletters.reports import reading, rules
from clozette.newsletters.reports.figures import Group
from clozette.newsletters.reports.models import ArmTally

COMPARED = ("opened", "clicked", "complained", "unsubscribed")
"""What a subject line can change; whether a mail comes back is its address's doing."""


@dataclass(frozen=True)
class Way:
    """An arm (or, without a letter, those who waited for the winner) and what came of it.

    :ivar agreed: to how many it was sent while they agreed to be counted: all that ``opened`` and ``clicked`` are of.
    """

    letter: str
    subject: str
    group: Group
    agreed: int = 0
    opened: int = 0
    clicked: int = 0
    machines: int = 0


@dataclass(frozen=True)
class Line:
    """One figure of every way: its number, and of how many readers that is.

    :ivar verdict: of the first two ways, ``rules.Verdict``; nothing where the figure is not compared.
    """

    name: str
    shares: Sequence[rules.Share]
    verdict: rules.Verdict | None = None


@dataclass(frozen=True)
class Trial:
    """All that came of a campaign's arms."""

    ways: Sequence[Way]
    lines: Sequence[Line]


def of(campaign: Campaign, groups: Sequence[Group]) -> Trial | None:
    """Return what came of a campaign's arms, whose groups were counted; nothing where it has none."""
    if not campaign.arms:
        return None
    ways = _ways(campaign, {one.name: one for one in groups})
    lines = [_line(name, [_share(name, way) for way in ways]) for name in _names(campaign)]
    return Trial(ways, lines)


def _names(campaign: Campaign) -> list[str]:
    counted = ["sent", "delivered", "bounced", "complained", "unsubscribed"]
    return [*counted, "opened", "clicked"] if campaign.tracks else counted


def _ways(campaign: Campaign, groups: dict[str, Group]) -> list[Way]:
    subjects = {arm.letter: arm.subject_line for arm in campaign.arms}
    letters = [*sorted(subjects), *(letter for letter in groups if letter not in subjects)]
    if not campaign.tracks:
        return [Way(letter, subjects.get(letter, ""), groups.get(letter, _nobody(letter))) for letter in letters]
    read, agreeing = reading.by_arm(campaign.id), reading.agreeing_by_arm(campaign.id)
    gone = {
        one.letter: one for one in db.session.scalars(sa.select(ArmTally).where(ArmTally.campaign_id == campaign.id))
    }
    return [
        Way(
            letter,
            subjects.get(letter, ""),
            groups.get(letter, _nobody(letter)),
            *_read(read.get(letter, (0, 0, 0)), agreeing.get(letter, 0), gone.get(letter)),
        )
        for letter in letters
    ]


def _read(kept: tuple[int, int, int], agreeing: int, gone: ArmTally | None) -> tuple[int, int, int, int]:
    opened, clicked, machines = kept
    if gone is not None:
        opened, clicked, machines = opened + gone.opened, clicked + gone.clicked, machines + gone.machines
        agreeing += gone.agreed
    return max(agreeing, opened), opened, clicked, machines  # who agreed only after they got it may still open it


def _nobody(letter: str) -> Group:
    return Group(letter, 0, 0, 0, 0, 0, 0)


def _share(name: str, way: Way) -> rules.Share:
    if name in {"opened", "clicked"}:
        return getattr(way, name), way.agreed
    whole = way.group.recipients if name in {"sent", "bounced"} else way.group.sent
    return getattr(way.group, name), whole


def _line(name: str, shares: Sequence[rules.Share]) -> Line:
    if name not in COMPARED or len(shares) < 2:
        return Line(name, shares)
    return Line(name, shares, rules.compare(shares[0], shares[1]))
