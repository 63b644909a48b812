"""Figures as CSV: numbers alone, nobody in them."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from clozette.kernel.formulas import neutral
from clozette.newsletters.reports.figures import Details, Figures
from clozette.newsletters.reports.reading import Read
from clozette.newsletters.reports.trials import Trial

COLUMNS = (
    "newsletter",
    "campaign",
    "started",
    "finished",
    "recipients",
    "sent",
    "delivered",
    "bounced",
    "complained",
    "unsubscribed",
    "skipped",
    "failed",
    "uncertain",
    "waiting",
)


def campaigns(many: Iterable[Figures]) -> str:
    """Return one line for each campaign."""
    return _written([COLUMNS, *(_line(one) for one in many)])


def campaign(one: Figures, finer: Details, read: Read | None, trial: Trial | None) -> str:
    """Return one campaign's figures, a line for each: of what, its name, the number."""
    names, numbers = COLUMNS[4:], _line(one)[4:]
    lines: list[Sequence[object]] = [("of", "name", "number")]
    lines += [("campaign", name, number) for name, number in zip(names, numbers, strict=True)]
    if read is not None:
        lines += [("campaign", "opened", read.opened), ("campaign", "clicked", read.clicked)]
        lines += [("campaign", "machines", read.machines)]
        lines += [("people who followed link", number + 1, people) for number, (people, _) in read.links.items()]
    lines += _of_ways(trial) if trial else []
    for group in finer.domains:
        for name in ("recipients", "sent", "bounced", "complained", "unsubscribed"):
            lines.append((f"domain: {name}", neutral(group.name or "others"), getattr(group, name)))
    lines += [(state, neutral(reason), number) for state, reason, number in finer.reasons]
    lines += [("sent in the minute", moment.isoformat(timespec="minutes"), number) for moment, number in finer.minutes]
    return _written(lines)


def _of_ways(trial: Trial) -> Iterator[Sequence[object]]:
    for place, way in enumerate(trial.ways):
        of = f"arm {way.letter}" if way.letter else "everybody else"
        yield of, "recipients", way.group.recipients
        yield of, "agreed to be counted", way.agreed
        yield from ((of, line.name, line.shares[place][0]) for line in trial.lines)
        yield of, "machines", way.machines


def _line(one: Figures) -> tuple[object, ...]:
    of = one.campaign
    names = (neutral(of.newsletter.title), neutral(of.title), _moment(of.started_at), _moment(of.finished_at))
    counts = (of.recipients, of.sent, one.delivered, one.bounced, one.complained, one.unsubscribed)
    return (*names, *counts, of.skipped, of.failed, of.uncertain, one.waiting)


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""


def _written(lines: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()
