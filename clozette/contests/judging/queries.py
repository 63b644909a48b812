"""Reads of juries: for pages, for counting, for other parts. What a ballot says nobody reads before its round has ended."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from clozette.accounts.access import is_present
from clozette.accounts.models import Block, Member
from clozette.community.models import Follow
from clozette.contests import facts
from clozette.contests.entering import eligibility
from clozette.contests.entering.models import Entry
from clozette.contests.judging import rules
from clozette.contests.judging.models import Assignment, Ballot, Judge, Round, RoundChange
from clozette.contests.judging.rules import Cast, Sheet
from clozette.contests.planning.models import Contest
from clozette.kernel.database import db
from clozette.kernel.viewer import Viewer

FACT = "ballots"
COUNTED = {"rank": "pairs"}
"""How the results of a method are counted, where it is not called as the method is."""


@dataclass(frozen=True)
class Seat:
    """A judge as staff see them: by handle, and how much is left to do in the open round."""

    judge: Judge
    handle: str | None
    given: int
    open: int


@dataclass(frozen=True)
class Progress:
    """How far an entry is in a round: how many ballots it has, and how many more may come."""

    entry: Entry
    given: int
    waiting: int


@dataclass(frozen=True)
class Task:
    """An entry that a judge is to judge, and what they said of it so far."""

    assignment: Assignment
    entry: Entry
    value: Sequence[int] | None


def rounds_of(contest: Contest) -> Sequence[Round]:
    """Return a contest's rounds in order, as they stand in the database now."""
    wanted = sa.select(Round).where(Round.contest_id == contest.id).order_by(Round.number)
    return db.session.scalars(wanted.execution_options(populate_existing=True)).all()


def seat_of(viewer: Viewer, contest: Contest) -> Judge | None:
    """Return the viewer's seat in a jury, also one that waits for a yes."""
    if viewer.member_id is None:
        return None
    mine = (Judge.contest_id == contest.id, Judge.member_id == viewer.member_id, Judge.dropped_at.is_(None))
    found: Judge | None = db.session.scalar(sa.select(Judge).where(*mine))
    return found


def open_round(contest: Contest) -> Round | None:
    """Return the round that is being judged."""
    return next((one for one in rounds_of(contest) if one.opened_at is not None and one.ended_at is None), None)


def changes_of(contest: Contest) -> Sequence[tuple[RoundChange, int]]:
    """Return what was changed in open rounds, with the number of the round, in order."""
    wanted = sa.select(RoundChange, Round.number).join(Round, Round.id == RoundChange.round_id)
    wanted = wanted.where(Round.contest_id == contest.id).order_by(RoundChange.id)
    return [(change, number) for change, number in db.session.execute(wanted)]


def counts() -> sa.ColumnElement[bool]:
    """Return the SQL condition that an assignment is still one."""
    return sa.and_(Assignment.recused_at.is_(None), Assignment.void_at.is_(None))


def takes_part() -> sa.ColumnElement[bool]:
    """Return the SQL condition that an entry can still win something."""
    return sa.and_(Entry.state == "entered", Entry.member_id.is_not(None), Entry.locked_sha256.is_not(None))


def able(contest: Contest, *only: sa.ColumnElement[bool]) -> list[int]:
    """Return the judges who can be given entries: those who said yes, are here, and don't work for a sponsor."""
    wanted = sa.select(Judge.id, Member).join(Member, Member.id == Judge.member_id).where(is_present(), *only)
    wanted = wanted.where(Judge.contest_id == contest.id, Judge.accepted_at.is_not(None), Judge.dropped_at.is_(None))
    rows = db.session.execute(wanted.order_by(Judge.id)).all()
    return [judge_id for judge_id, member in rows if not eligibility.works_for_sponsor(contest, member)]


def conflicts(contest: Contest, *only: sa.ColumnElement[bool]) -> set[tuple[int, int]]:
    """Return which judge can't judge which entry: their own, or one of somebody whom they follow or block, or who does them."""
    pair = sa.select(Judge.id, Entry.id).where(Judge.contest_id == contest.id, Entry.contest_id == contest.id, *only)
    one, other = Judge.member_id, Entry.member_id
    known = sa.or_(
        one == other,
        sa.exists().where(Follow.follower_id == one, Follow.followed_id == other),
        sa.exists().where(Follow.follower_id == other, Follow.followed_id == one),
        sa.exists().where(Block.blocker_id == one, Block.blocked_id == other),
        sa.exists().where(Block.blocker_id == other, Block.blocked_id == one),
    )
    return {(judge_id, entry_id) for judge_id, entry_id in db.session.execute(pair.where(known))}


def may_judge(contest: Contest, judge_id: int, entry_id: int) -> bool:
    """Whether nothing stands between a judge and an entry."""
    if not able(contest, Judge.id == judge_id):
        return False
    return not conflicts(contest, Judge.id == judge_id, Entry.id == entry_id)


def tasks_of(round_: Round, judge: Judge) -> list[Task]:
    """Return what a judge has to do in a round, by the number of the entry; entries that fell out are not in it."""
    mine = sa.select(Assignment, Entry).join(Entry, Entry.id == Assignment.entry_id)
    mine = mine.where(Assignment.round_id == round_.id, Assignment.judge_id == judge.id, counts(), takes_part())
    said = _values(round_)
    return [
        Task(assignment, entry, said.get(assignment.id))
        for assignment, entry in db.session.execute(mine.order_by(Entry.number))
    ]


def open_tasks(round_: Round) -> Counter[int]:
    """Return how many entries each judge has still to judge in a round."""
    mine = sa.select(Assignment.judge_id, sa.func.count()).join(Entry, Entry.id == Assignment.entry_id)
    mine = mine.where(Assignment.round_id == round_.id, counts(), takes_part(), ~_is_said())
    return Counter(dict(db.session.execute(mine.group_by(Assignment.judge_id)).all()))


def seats(contest: Contest) -> list[Seat]:
    """Return everybody who was named, in order, with how far they are in the open round."""
    current = open_round(contest)
    given = _given(current) if current else Counter[int]()
    left = open_tasks(current) if current else Counter[int]()
    wanted = sa.select(Judge, Member.handle).outerjoin(Member, Member.id == Judge.member_id)
    rows = db.session.execute(wanted.where(Judge.contest_id == contest.id).order_by(Judge.id))
    return [Seat(judge, handle, given[judge.id], left[judge.id]) for judge, handle in rows]


def progress(round_: Round) -> list[Progress]:
    """Return how far each entry of a round is that can still win something."""
    said = sa.func.sum(sa.case((_is_said(), 1), else_=0))
    wanted = (
        sa.select(Entry, said, sa.func.count())
        .join(Assignment, Assignment.entry_id == Entry.id)
        .where(Assignment.round_id == round_.id, counts(), takes_part())
        .group_by(Entry.id)
        .order_by(Entry.number)
    )
    found = {entry.id: Progress(entry, given, all_ - given) for entry, given, all_ in db.session.execute(wanted)}
    lost = [Progress(entry, 0, 0) for entry in entries_in(round_) if entry.id not in found]
    return sorted([*found.values(), *lost], key=lambda one: one.entry.number)


def entries_in(round_: Round) -> Sequence[Entry]:
    """Return the entries of a round that can still win something, by number."""
    given = sa.exists().where(Assignment.round_id == round_.id, Assignment.entry_id == Entry.id)
    return db.session.scalars(sa.select(Entry).where(given, takes_part()).order_by(Entry.number)).all()


def methods(contest: Contest) -> dict[int, str]:
    """Return how each round is counted: as was stated when the jury came to its end, or else as it is done now."""
    stated = facts.of(contest.id, FACT)
    said = {} if stated is None else dict(line.split(" ")[:2] for line in stated.content["method"])
    return {one.number: said.get(str(one.number), COUNTED.get(one.method, one.method)) for one in rounds_of(contest)}


def sheets(contest: Contest) -> list[Sheet]:
    """Return the ballots that count of every round that has ended."""
    names, found, end = _pseudonyms(contest), [], "00" * 32
    counted = methods(contest)
    lines: list[str] = []
    for round_ in rounds_of(contest):
        if round_.ended_at is None:
            break
        sheet = _sheet(round_, counted[round_.number], names)
        before = len(lines)
        lines += [rules.line(before + n, sheet, cast) for n, cast in enumerate(sheet.casts, 1)]
        end = rules.chained(lines[before:], end)
        found.append(Sheet(sheet.number, sheet.method, sheet.weights, sheet.casts, end))
    return found


def lines(of: Sequence[Sheet]) -> list[str]:
    """Return the lines of the file of ballots."""
    every = [(sheet, cast) for sheet in of for cast in sheet.casts]
    return [rules.line(number, sheet, cast) for number, (sheet, cast) in enumerate(every, 1)]


def judges_to_tell(round_: Round) -> list[tuple[Judge, int]]:
    """Return the judges who still have something to do in a round, with how much."""
    left = open_tasks(round_)
    judges = db.session.scalars(sa.select(Judge).where(Judge.id.in_(left), Judge.member_id.is_not(None)))
    return [(judge, left[judge.id]) for judge in judges]


def _sheet(round_: Round, method: str, names: dict[int, int]) -> Sheet:
    said = _values(round_)
    rows = sa.select(Assignment.id, Assignment.judge_id, Entry.number).join(Entry, Entry.id == Assignment.entry_id)
    rows = rows.where(Assignment.round_id == round_.id, counts())
    casts = [
        Cast(names[judge_id], number, tuple(said[assignment_id]))
        for assignment_id, judge_id, number in db.session.execute(rows)
        if assignment_id in said
    ]
    casts.sort(key=lambda cast: (cast.entry, cast.judge))
    weights = tuple(one["weight"] for one in round_.criteria)
    return Sheet(round_.number, method, weights, tuple(casts))


def _pseudonyms(contest: Contest) -> dict[int, int]:
    """Return a number for each judge who said something: those of the first round first, in an order that tells nothing."""
    firsts = sa.select(Assignment.judge_id, sa.func.min(Round.number)).join(Round, Round.id == Assignment.round_id)
    firsts = firsts.where(Round.contest_id == contest.id, Round.ended_at.is_not(None), counts(), _is_said())
    rows = db.session.execute(firsts.group_by(Assignment.judge_id)).all()
    mixed = sorted(rows, key=lambda row: (row[1], hashlib.sha256(f"clozette judge {row[0]}".encode()).digest()))
    return {judge_id: number for number, (judge_id, _first) in enumerate(mixed, 1)}


def _values(round_: Round) -> dict[int, Sequence[int]]:
    """Return what each assignment's newest ballot says."""
    said = sa.select(Ballot.assignment_id, Ballot.value).join(Assignment, Assignment.id == Ballot.assignment_id)
    rows = db.session.execute(said.where(Assignment.round_id == round_.id).order_by(Ballot.number))
    return dict(rows.all())


def _given(round_: Round) -> Counter[int]:
    given = sa.select(Assignment.judge_id, sa.func.count()).where(
        Assignment.round_id == round_.id, counts(), _is_said()
    )
    return Counter(dict(db.session.execute(given.group_by(Assignment.judge_id)).all()))


def _is_said() -> sa.ColumnElement[bool]:
    return sa.exists().where(Ballot.assignment_id == Assignment.id)
