"""Contests that a draw decides, from the opening to the last alternate: opened, closed, frozen, drawn, announced, answered.

In each contest the first winner declines, the second says nothing until it is too late, and so on down to the last
alternate (``WAYS``), so that every prize goes on under kills.
"""

import secrets
from collections import Counter
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.faults.contests.site import Site
from benchmarks.support import polls
from clozette.accounts.models import Member
from clozette.community.models import Notification
from clozette.contests import facts
from clozette.contests.drawing import files, verify_draw
from clozette.contests.drawing.models import Draw
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Fact, Prize, Rules
from clozette.contests.winning import queries
from clozette.contests.winning.models import Address, Winner
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.ids import new_id

ROUNDS, AT_ONCE, ENTRIES, UNITS, ALTERNATES = 3, 6, 8, 2, 3
KILLS, KILLS_OF_ANSWERS = 10, 6
DRAWN, ANNOUNCED = timedelta(seconds=24), timedelta(seconds=25)
"""After so long it is drawn and announced; it closes as soon as it is open, so that a head is there in spite of kills."""
WAYS = ("declined", "expired", "addressed", "expired", "declined")
"""What becomes of each place; two units pass through the first, second, fourth and fifth, one stays with the third."""
ONCE = ("rules", "seed", "entries", "beacon", "draw", "results")
ADDRESS = {"name": "Ada L.", "line1": "1 High Street", "city": "Berlin", "country": "DE"}
HARMS = ("fuse worker", "fuse worker", "fuse web", "web", "worker", "database")


def run(site: Site, report: Report) -> None:
    """Let all rounds pass, and judge."""
    found: Counter[str] = Counter()
    for number in range(ROUNDS):
        contests = site.again(lambda number=number: [_publish(site, number * AT_ONCE + n) for n in range(AT_ONCE)])
        found["stuck"] += not site.until(lambda ids=contests: _close(ids), 2)
        over = lambda ids=contests: all(_is_decided(one) for one in ids)  # noqa: E731
        found["stuck"] += not site.until(over, KILLS)
        site.quiet()
        found["stuck"] += not site.until(lambda ids=contests: _move_on(site, ids), KILLS_OF_ANSWERS, HARMS)
        site.quiet()
        mails = Counter(site.mails.read_text().splitlines())
        found += site.again(lambda ids=contests, mails=mails: sum((_look(one, mails) for one in ids), Counter()))
    report.figures["draws"] = dict(found)
    for name in ("stuck", "not-once", "wrong"):
        report.claim(f"contests-draws-{name}", found[name], 0)
    for name in ("winners-wrong", "notices-lost", "mails-lost"):
        report.claim(f"contests-{name}", found[name], 0)
    after = sum(one == "after a mail" for one in site.deaths()) + sum(site.kills.values())
    report.claim("contests-mails-twice", found["mails-twice"], after)
    report.claim("contests-draws-made", found["made"], ROUNDS * AT_ONCE * 0.75, at_most=False)


def _publish(site: Site, number: int) -> int:
    """Add a contest whose time to open has come, with entries; the worker does all the rest."""
    now = clock.now()
    dates = {
        "opens_at": now - timedelta(hours=1),
        "closes_at": now + DRAWN,
        "draw_at": now + DRAWN,
        "announce_at": now + ANNOUNCED,
        "state_at": now,
        "created_at": now,
    }
    slug = f"draw-{secrets.token_hex(4)}"
    more = {"alternates": ALTERNATES, "countries": ["DE"], "last_number": ENTRIES}
    contest = Contest(
        id=new_id(), slug=slug, title=slug, state="published", decided_by="draw", entry_kind="photos", **dates, **more
    )
    db.session.add(contest)
    db.session.flush()
    db.session.add(
        Prize(contest_id=contest.id, position=0, name="A coat", value_minor=100, currency="EUR", units=UNITS)
    )
    agreed = add_rules(contest)
    members = [site.crowd.members[(number * ENTRIES + n) % len(site.crowd.members)] for n in range(ENTRIES)]
    entries = [polls.entry(contest, agreed, member, n) for n, member in enumerate(members, 1)]
    db.session.execute(sa.insert(Entry), entries)
    return contest.id


def add_rules(contest: Contest) -> Rules:
    """Let rules hold, and state them."""
    now = clock.now()
    said: dict[str, Any] = {"number": 1, "language": "en", "content": {}, "text": contest.slug, "sha256": "0" * 64}
    agreed = Rules(id=new_id(), contest_id=contest.id, made_at=now, **said)
    db.session.add(agreed)
    db.session.flush()
    contest.rules_id = agreed.id
    facts.state(contest.id, "rules", {"sha256": agreed.sha256, "language": "en"}, now=now, number=1)
    return agreed


def _close(contests: list[int]) -> bool:
    """Let the time of contests be over once all of them are open; say whether it is."""
    mine = (Contest.id.in_(contests), Contest.state == "published")
    if db.session.scalar(sa.select(sa.exists().where(*mine))):
        return False
    db.session.execute(sa.update(Contest).where(Contest.id.in_(contests)).values(closes_at=clock.now()))
    return True


def _is_decided(contest_id: int) -> bool:
    """Whether a contest was announced, or its draw waits for a later round in public."""
    contest = db.session.get_one(Contest, contest_id, populate_existing=True)
    return contest.state in ("announced", "done") or facts.of(contest_id, "beacon_moved", 1) is not None


def _move_on(site: Site, contests: list[int]) -> bool:
    """Let everybody who has something to do go their way; say whether nobody has anything left to do."""
    rows = db.session.execute(
        sa.select(Winner.id, Winner.place, Winner.state, Contest.slug, Member)
        .join(Contest, Contest.id == Winner.contest_id)
        .join(Entry, Entry.id == Winner.entry_id)
        .join(Member, Member.id == Entry.member_id)
        .where(Winner.contest_id.in_(contests), Winner.state.in_(("notified", "accepted")))
        .order_by(Winner.id)
    ).all()
    left = sa.exists().where(Winner.contest_id.in_(contests), Winner.state.in_(("chosen", "notified", "accepted")))
    is_over = not db.session.scalar(sa.select(left))
    known = [(*row[:-1], _won(row.Member, row.slug), site.crowd.members.index(row.Member.id)) for row in rows]
    db.session.commit()
    mails = set(site.mails.read_text().splitlines())
    for winner_id, place, state, slug, told, index in known:
        way = WAYS[place - 1]
        if told not in mails:
            continue  # whoever moves on before the mail is told nothing more, and rightly
        if way == "expired":
            _let_time_pass(winner_id)
        elif way == "declined":
            site.post(index, f"/contests/{slug}/prize/answer", {"do": "decline"})
        elif state == "notified":
            site.post(index, f"/contests/{slug}/prize/answer", {"do": "accept"})
        else:
            site.post(index, f"/contests/{slug}/prize", ADDRESS)
    return is_over


def _won(member: Member, title: str) -> str:
    """Return the line of the mail to a winner."""
    return f"{member.email}\tYou have won in “{title}”"


def _let_time_pass(winner_id: int) -> None:
    """Let somebody's time be over, and their reminder long ago; of one who was not told of a reminder only the time."""
    now = clock.now()
    mine = sa.update(Winner).where(Winner.id == winner_id, Winner.state == "notified", Winner.due_at > now)
    reminded = sa.exists().where(Notification.deed_id == Winner.id, Notification.kind == "prize_due_notified")
    db.session.execute(mine.where(Winner.reminded_at.is_(None)).values(due_at=now))
    db.session.execute(mine.where(reminded).values(due_at=now, reminded_at=now - timedelta(days=4)))
    db.session.commit()


def _look(contest_id: int, mails: Counter[str]) -> Counter[str]:
    """Count what is wrong with one contest."""
    contest, draw = db.session.get_one(Contest, contest_id), db.session.get(Draw, contest_id)
    if draw is None or draw.drawn_at is None:
        return Counter({"moved": 1, "not-once": int(facts.of(contest_id, "draw") is not None)})
    stated = Counter(db.session.scalars(sa.select(Fact.kind).where(Fact.contest_id == contest_id)))
    lines = verify_draw.check(files.document(contest, draw)).lines
    winners = queries.of_contest(contest_id)
    is_so = [one.entry.number for one in winners] == draw.picked
    is_so &= [one.state for one in winners] == list(WAYS)
    is_so &= db.session.scalar(_addresses(contest_id)) == 1
    return Counter(
        {
            "made": 1,
            "not-once": sum(stated[kind] != 1 for kind in ONCE),
            "wrong": sum(state == "WRONG" for state, _what in lines),
            "winners-wrong": int(not is_so),
        }
    ) + _told(contest, mails)


def _addresses(contest_id: int) -> sa.Select[int]:
    of_contest = sa.select(Winner.id).where(Winner.contest_id == contest_id)
    return sa.select(sa.func.count()).where(Address.winner_id.in_(of_contest))


def _told(contest: Contest, mails: Counter[str]) -> Counter[str]:
    """Count what winners were told too often or never. Each was told to have won, the silent ones to hurry and that it went."""
    found: Counter[str] = Counter()
    for one in queries.of_contest(contest.id):
        member = db.session.get_one(Member, one.entry.member_id)
        kinds = sa.select(Notification.kind).where(Notification.deed_id == one.id, Notification.member_id == member.id)
        told = Counter(db.session.scalars(kinds))
        due = {"prize_won"} | ({"prize_due_notified", "prize_gone"} if one.state == "expired" else set())
        found["notices-lost"] += len(due - told.keys())
        found["notices-too-many"] += told.total() - len(due)
        sent = mails[_won(member, contest.title)]
        found["mails-lost"] += sent == 0
        found["mails-twice"] += max(sent - 1, 0)
    return found
