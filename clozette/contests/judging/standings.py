"""The places of all entries once a contest is judged, and the file that anybody can count them from again."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clozette.contests import facts
from clozette.contests.drawing import files
from clozette.contests.entering.models import Entry
from clozette.contests.judging import queries, rules, services
from clozette.contests.judging.models import Standing
from clozette.contests.planning.models import Contest
from clozette.contests.planning.plans import terms_of
from clozette.contests.voting import kept
from clozette.contests.voting import queries as voting
from clozette.kernel.database import db

LAYOUT, FORMER = "clozette ballots 2", "clozette ballots 1"
"""How the file is made; in the former a ranking was counted by the part of a judge's own list."""
_FACTS = frozenset({"rules", "rounds", "entries", "ballots", "votes"})
PUBLIC = ("announced", "done")
"""States in which the score sheet is for everybody."""


@dataclass(frozen=True)
class Row:
    """A line of the score sheet: an entry's place, and which ballots it got, by round and judge."""

    standing: Standing
    number: int
    ballots: Sequence[tuple[int, str]]


def is_public(contest: Contest) -> bool:
    """Whether everybody may see how the jury judged."""
    return contest.decided_by == "jury" and contest.state in PUBLIC


def has_nobody(contest: Contest) -> bool:
    """Whether nobody takes part in a contest that a jury was to decide, as its list says."""
    if contest.decided_by != "jury" or contest.state not in ("closed", "judged", *PUBLIC):
        return False
    listed = facts.of(contest.id, "entries")
    return listed is not None and listed.content["count"] == 0


def order(contest: Contest) -> list[int]:
    """Return the ids of all judged entries, best first; asked when the contest is judged, and kept from then on."""
    if facts.of(contest.id, "ballots") is None and services.has_nothing_left(contest):
        services.fix(contest, contest.state_at)
    if not of_contest(contest):
        _keep(contest)
    return [standing.entry_id for standing, _number in of_contest(contest)]


def of_contest(contest: Contest) -> Sequence[tuple[Standing, int]]:
    """Return the places with the numbers of the entries, best first."""
    wanted = sa.select(Standing, Entry.number).join(Entry, Entry.id == Standing.entry_id)
    wanted = wanted.where(Standing.contest_id == contest.id).order_by(Standing.place)
    return [(standing, number) for standing, number in db.session.execute(wanted)]


def rows(contest: Contest) -> list[Row]:
    """Return the score sheet."""
    said: dict[int, list[tuple[int, str]]] = {}
    for sheet in queries.sheets(contest):
        for cast in sheet.casts:
            words = f"J{cast.judge}: {', '.join(map(str, cast.value))}"
            said.setdefault(cast.entry, []).append((sheet.number, words))
    return [Row(standing, number, said.get(number, ())) for standing, number in of_contest(contest)]


def document(contest: Contest) -> dict[str, Any]:
    """Return what the places are counted from, for the verifier."""
    lines, counted = queries.lines(queries.sheets(contest)), queries.methods(contest)
    votes = kept.frozen(contest) if contest.vote_share else None
    return {
        "layout": FORMER if "rank" in counted.values() else LAYOUT,
        "contest": contest.slug,
        "rounds": [
            {
                "number": one.number,
                "method": counted[one.number],
                "criteria": one.criteria,
                "quorum": one.quorum,
                "takes": one.takes,
            }
            for one in queries.rounds_of(contest)
        ],
        "tie_break": terms_of(contest.terms).tie_break,
        "vote_share": contest.vote_share,
        "lines": lines,
        "final": rules.chained(lines),
        "standings": [_said(standing, number) for standing, number in of_contest(contest)],
        "votes": list(map(str, votes.lines.values())) if votes is not None else [],
        "facts": [fact for fact in files.stated(contest) if fact["kind"] in _FACTS],
    }


def _keep(contest: Contest) -> None:
    if facts.of(contest.id, "ballots") is None:
        return
    wanted = sa.select(Entry.number, Entry.id).where(Entry.contest_id == contest.id)
    ids: dict[int, int] = dict(db.session.execute(wanted).all())
    numbers = {entry_id: number for number, entry_id in ids.items()}
    shares = voting.shares(contest) if contest.vote_share else {}
    votes = {numbers[entry_id]: share for entry_id, share in shares.items()}
    tie_break = terms_of(contest.terms).tie_break
    for one in rules.places(queries.sheets(contest), votes, contest.vote_share, tie_break):
        exact = {name: str(getattr(one, name)) for name in ("jury", "votes", "total")}
        where = {"contest_id": contest.id, "entry_id": ids[one.entry]}
        db.session.add(Standing(place=one.place, round=one.round, **where, **exact))
    db.session.flush()


def _said(standing: Standing, number: int) -> dict[str, Any]:
    names = ("place", "round", "jury", "votes", "total")
    return {"number": number} | {name: getattr(standing, name) for name in names}
