"""Juries: a round is opened, every judge says everything twice (and thinks again), and the round is ended, each under kills.

What was answered with a yes stands as the newest ballot; every entry has as many judges as the round asks for; the ballots
are fixed once, and the stand-alone script counts the same places.
"""

import http.client
import secrets
from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.faults.contests.draws import add_rules
from benchmarks.faults.contests.site import Site
from benchmarks.support import polls
from clozette.contests import facts
from clozette.contests.drawing import verify_draw
from clozette.contests.entering.models import Entry
from clozette.contests.judging import standings
from clozette.contests.judging.models import Assignment, Ballot, Judge, Round
from clozette.contests.planning.models import Contest, Fact, Prize
from clozette.contests.winning.models import Winner
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ids import new_id

ROUNDS, JUDGES, ENTRIES, QUORUM = 2, 5, 8, 3
LONGEST_FUSE = 6
"""A ballot writes little; the fuse of the web process is as short."""
SHARE, TRIES = 0.15, 40
"""Of how many ballots the web process dies, and how often a button is pressed at most."""
HARMS = ("fuse worker", "fuse worker", "worker", "database")
Ballots = dict[tuple[int, int], list[tuple[int, int]]]
"""By judge (as a member) and number of the entry: what was said, and how that was answered, in order."""


def run(site: Site, report: Report) -> None:
    """Let every jury come to its end, and judge."""
    found: Counter[str] = Counter()
    boss = len(site.crowd.members) - 1
    site.staff(boss, "marketing")
    for number in range(ROUNDS):
        contest_id, round_id, slug = site.again(lambda number=number: _publish(site, number))
        frozen = lambda one=contest_id: facts.of(one, "entries") is not None  # noqa: E731
        site.until(frozen, 2, HARMS)
        here = f"/marketing/contests/{ids.encode(contest_id)}/judging/rounds/{ids.encode(round_id)}"
        found["stuck"] += not _press(site, boss, f"{here}/opening", lambda one=round_id: _is(one, Round.opened_at))
        said = _judge(site, round_id, slug)
        found["stuck"] += not _press(site, boss, f"{here}/end", lambda one=round_id: _is(one, Round.ended_at))
        late = _say(site, *next(iter(said)), slug, 1)
        found["stuck"] += not site.until(lambda one=contest_id: _is_over(one), 3, HARMS)
        site.quiet()
        found += site.again(lambda: _look(contest_id, round_id, said))  # noqa: B023
        found["late"] += late == http.client.SEE_OTHER
    report.figures["juries"] = dict(found)
    for name in ("stuck", "ballots-missing", "ballots-too-many", "judges-wrong", "late", "not-once", "wrong"):
        report.claim(f"contests-juries-{name}", found[name], 0)


def _publish(site: Site, number: int) -> tuple[int, int, str]:
    """Add a contest whose entries have just closed, with a jury that has said yes, and a round that is not open."""
    now, slug = clock.now(), f"jury-{secrets.token_hex(4)}"
    dates = {
        "opens_at": now - timedelta(days=2),
        "closes_at": now - timedelta(seconds=1),
        "judging_until": now + timedelta(days=1),
        "announce_at": now + timedelta(seconds=1),
        "state_at": now,
        "created_at": now,
    }
    known: dict[str, Any] = {"slug": slug, "title": slug, "decided_by": "jury", "entry_kind": "photos"}
    contest = Contest(id=new_id(), state="open", countries=["DE"], last_number=ENTRIES, **known, **dates)
    db.session.add(contest)
    db.session.flush()
    db.session.add(Prize(contest_id=contest.id, position=0, name="A coat", value_minor=100, currency="EUR"))
    agreed = add_rules(contest)
    seats = site.crowd.members[:JUDGES]
    entrants = site.crowd.members[JUDGES + number * ENTRIES :][:ENTRIES]
    entries = [polls.entry(contest, agreed, member, n) for n, member in enumerate(entrants, 1)]
    db.session.execute(sa.insert(Entry), entries)
    db.session.add_all(Judge(contest_id=contest.id, member_id=one, named_at=now, accepted_at=now) for one in seats)
    said: dict[str, Any] = {"number": 1, "method": "score", "quorum": QUORUM, "takes": 1, "criteria": []}
    round_ = Round(id=new_id(), contest_id=contest.id, due_at=now + timedelta(hours=1), **said)
    db.session.add(round_)
    return contest.id, round_.id, slug


def _press(site: Site, index: int, path: str, is_done: Any) -> bool:
    """Press a button until it has worked, each time with a fuse in the web process; two kills of it at least are tried."""
    for turn in range(TRIES):
        if turn < TRIES // 2:
            site.fuse("web", LONGEST_FUSE)
        site.post(index, path)
        if site.again(is_done):
            return True
    return False


def _is(round_id: int, column: Any) -> bool:
    return db.session.scalar(sa.select(column).where(Round.id == round_id)) is not None


def _judge(site: Site, round_id: int, slug: str) -> Ballots:
    """Let every judge say something of each of their entries, again, and otherwise; until the last was answered."""
    seats = sa.select(Judge.member_id, Entry.number).select_from(Assignment)
    seats = seats.join(Judge, Judge.id == Assignment.judge_id).join(Entry, Entry.id == Assignment.entry_id)
    rows = site.again(lambda: db.session.execute(seats.where(Assignment.round_id == round_id)).all())
    said: Ballots = {}
    for member_id, number in rows:
        first, last = site.random.sample(range(1, 11), 2)
        answers = said[member_id, number] = []
        for value in (first, first, last):
            if site.random.random() < SHARE:
                site.fuse("web", LONGEST_FUSE)
            answers.append((value, _say(site, member_id, number, slug, value)))
        while answers[-1][1] == 0 and len(answers) < TRIES:
            answers.append((last, _say(site, member_id, number, slug, last)))
    (site.folder / "fuse-web").unlink(missing_ok=True)
    return said


def _say(site: Site, member_id: int, number: int, slug: str, value: int) -> int:
    return site.post(
        site.crowd.members.index(member_id), f"/contests/{slug}/judging/1/{number}", {"points_0": str(value)}
    )[0]


def _is_over(contest_id: int) -> bool:
    return db.session.scalar(sa.select(Contest.state).where(Contest.id == contest_id)) in ("announced", "done")


def _look(contest_id: int, round_id: int, said: Ballots) -> Counter[str]:
    """Count what is wrong with one jury."""
    contest = db.session.get_one(Contest, contest_id)
    kept = _kept(round_id)
    judges = sa.select(sa.func.count()).where(Assignment.round_id == round_id, Assignment.void_at.is_(None))
    judges = judges.group_by(Assignment.entry_id)
    stated = Counter(db.session.scalars(sa.select(Fact.kind).where(Fact.contest_id == contest_id)))
    document = standings.document(contest)
    lines = verify_draw.check(document).lines
    best = db.session.scalar(sa.select(Winner.entry_id).where(Winner.contest_id == contest_id, Winner.place == 1))
    order = [one.entry_id for one, _number in standings.of_contest(contest)]
    values = {one: [value for value, _status in answers] for one, answers in said.items()}
    return Counter(
        {
            "ballots": sum(len(rows) for rows in kept.values()),
            "answered": sum(status == http.client.SEE_OTHER for answers in said.values() for _v, status in answers),
            "in-doubt": sum(status == 0 for answers in said.values() for _value, status in answers),
            "ballots-missing": sum(kept.get(one, [])[-1:] != answered[-1:] for one, answered in values.items()),
            "ballots-too-many": sum(len(rows) > 2 for rows in kept.values()),
            "judges-wrong": sum(number != QUORUM for number in db.session.scalars(judges)),
            "not-once": sum(stated[kind] != 1 for kind in ("entries", "ballots", "results")),
            "wrong": sum(state == "WRONG" for state, _what in lines)
            + int(best != order[0])
            + abs(len(document["lines"]) - ENTRIES * QUORUM),
        }
    )


def _kept(round_id: int) -> dict[tuple[int, int], list[int]]:
    """Return what stands, by judge and number of the entry, in order."""
    wanted = sa.select(Judge.member_id, Entry.number, Ballot.value).select_from(Assignment)
    wanted = (
        wanted.join(Judge, Judge.id == Assignment.judge_id)
        .join(Entry, Entry.id == Assignment.entry_id)
        .join(Ballot, Ballot.assignment_id == Assignment.id)
    )
    rows = db.session.execute(wanted.where(Assignment.round_id == round_id).order_by(Ballot.number))
    kept: dict[tuple[int, int], list[int]] = {}
    for member_id, number, value in rows:
        kept.setdefault((member_id, number), []).append(value[0])
    return kept
