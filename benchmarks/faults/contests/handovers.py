"""What goes to a sponsor: prepared, approved by a second person, fetched, and sent to the sponsor's own address, under kills.

Whatever arrived must stand in the log, once; whatever stands there arrived, or is in doubt: a fetch that got no whole answer,
a sending that is told as uncertain. Nothing is sent twice unless somebody asks twice.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from benchmarks.claims import Report
from benchmarks.faults.contests.draws import add_rules
from benchmarks.faults.contests.site import Site
from benchmarks.faults.core import _kill
from benchmarks.support import polls
from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest
from clozette.contests.sponsors import hooks, sharing
from clozette.contests.sponsors.models import Fetch, Handout, Hook, Sponsor, SponsorPerson
from clozette.contests.sponsors.sharing import Terms
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.privacy import consents
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Handover

ROUNDS, PEOPLE, MOST = 3, 30, 5
LONGEST_FUSE = 60
"""A hand-over writes a row for each person."""
TRIES = 30


@dataclass
class Story:
    """Who takes part, and what came of what they did."""

    site: Site
    sponsor_id: int = 0
    sharing_id: int = 0
    fetched: list[tuple[int, str]] = field(default_factory=list)
    found: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        last = len(self.site.crowd.members)
        self.marketing, self.admin, self.buyer = last - 1, last - 2, last - 3


def run(site: Site, report: Report) -> None:
    """Hand over, and compare what arrived with the log."""
    story = Story(site)
    _agree(story)
    for number in range(ROUNDS):
        for index, roles in ((story.marketing, ()), (story.admin, ("admin",)), (story.buyer, ())):
            site.staff(index, *roles)  # whoever fetches has to have proved lately who they are
        _fetch(story, _prepared(story, f"round {number} by hand", "file"))
        _send(story, _prepared(story, f"round {number} by itself", "webhook"))
    site.quiet()
    site.again(lambda: _compare(story))
    report.figures["handovers"] = dict(story.found)
    names = ("stuck", "early", "not-in-log", "not-handed-out", "sent-twice", "told-wrong", "too-often", "mails-lost")
    for name in (*names, "reconciliation"):
        report.claim(f"contests-handovers-{name}", story.found[name], 0)


def _agree(story: Story) -> None:
    """Add a sponsor with an address of its own that was proven, and a closed contest whose entrants share with it."""
    site, now = story.site, clock.now()
    site.staff(story.marketing, "marketing")
    site.staff(story.buyer)

    def agree() -> tuple[int, int, str]:
        named = {"legal_name": "Acme Ltd", "address": "1 High Street, London", "country": "GB"}
        agreed = {"contact": "data@acme.test", "domains": [], "contract": "Agreement 7", "keeps_for": "90 days"}
        sponsor = Sponsor(id=new_id(), made_at=now, **named, **agreed)
        db.session.add(sponsor)
        db.session.flush()
        signs_in = {"member_id": site.crowd.members[story.buyer], "given_at": now}
        db.session.add(SponsorPerson(sponsor_id=sponsor.id, **signs_in))
        asked = _shared(site, sponsor)
        return sponsor.id, asked, hooks.set_address(sponsor, site.sponsor.address, now=now)

    story.sponsor_id, story.sharing_id, secret = site.again(agree)
    site.sponsor.secret = secret.encode()
    proven = sa.select(Hook.proven_at).where(Hook.sponsor_id == story.sponsor_id)
    story.found["stuck"] += not site.until(lambda: db.session.scalar(proven) is not None, 2)


def _shared(site: Site, sponsor: Sponsor) -> int:
    now = clock.now()
    dates = {"opens_at": now - timedelta(days=2), "closes_at": now, "judging_until": now + timedelta(days=9)}
    more = {"announce_at": now + timedelta(days=9), "state_at": now, "created_at": now, "last_number": PEOPLE}
    contest = Contest(
        id=new_id(), slug="shared", title="Shared", state="closed", decided_by="jury", countries=["DE"], **dates, **more
    )
    db.session.add(contest)
    db.session.flush()
    agreed, people = add_rules(contest), site.crowd.members[:PEOPLE]
    entries = [polls.entry(contest, agreed, member, n) for n, member in enumerate(people, 1)]
    db.session.execute(sa.insert(Entry), entries)
    terms = Terms(["accounts_members.display_name", "accounts_members.email"], "to write to you", "90 days", 90)
    asked = sharing.put("contest", contest.id, sponsor, terms, now=now)
    for subject_id in people:
        purpose = sharing.purpose_of(asked)
        consents.answer(subject_id, purpose, "site", "given", now=now, method="form:faults")
    return asked.id


def _prepared(story: Story, reason: str, means: str) -> int:
    """Prepare a hand-over and have it approved, each until it has worked, with a fuse in the web process; return it."""
    site, path = story.site, f"/marketing/sharings/{ids.encode(story.sharing_id)}/handouts"
    said = {"reason": reason, "means": means, "form": "json", "most": str(MOST), "days": "14"}
    made = sa.select(Handout.id).where(Handout.reason == reason).order_by(Handout.id).limit(1)
    _press(story, story.marketing, path, said, lambda: db.session.scalar(made))
    handout_id = site.again(lambda: db.session.scalar(made))
    here = f"/marketing/handouts/{ids.encode(handout_id)}"
    if means == "file":
        status, _body = site.post(story.buyer, _files(handout_id))
        story.found["early"] += status == 200
    approved = sa.select(Handout.approved_at).where(Handout.id == handout_id)
    _press(story, story.admin, f"{here}/approval", {}, lambda: db.session.scalar(approved))
    return int(handout_id)


def _press(story: Story, index: int, path: str, values: dict[str, str], is_done: Callable[[], Any]) -> None:
    for turn in range(TRIES):
        if turn < TRIES // 2:
            story.site.fuse("web", 4)
        story.site.post(index, path, values)
        if story.site.again(is_done):
            (story.site.folder / "fuse-web").unlink(missing_ok=True)
            return
    story.found["stuck"] += 1


def _files(handout_id: int) -> str:
    return f"/sponsor/handouts/{ids.encode(handout_id)}/files"


def _fetch(story: Story, handout_id: int) -> None:
    """Fetch as often as it goes, some times with a fuse in the web process."""
    for _ in range(MOST + 2):
        if story.site.random.random() < 0.6:
            story.site.fuse("web", LONGEST_FUSE)
        status, body = story.site.post(story.buyer, _files(handout_id))
        story.fetched.append((status, hashlib.sha256(body).hexdigest()))
        (story.site.folder / "fuse-web").unlink(missing_ok=True)


def _send(story: Story, handout_id: int) -> None:
    """Have it sent as often as it goes; some times the worker dies at one of its writes, or as the bytes arrive."""
    site, path = story.site, f"/marketing/handouts/{ids.encode(handout_id)}/sending"
    for _ in range(MOST):
        how = site.random.choice(("fuse", "fuse", "arrival", "peace"))
        before = site.again(lambda: set(_digests("webhook")))
        if how == "fuse":
            site.fuse("worker", LONGEST_FUSE)
        if how == "arrival":
            site.sponsor.before_answer = lambda: _kill_worker(site)
        story.found["stuck"] += not _ask_to_send(story, handout_id, path)
        answered = sa.select(Handout.answer).where(Handout.id == handout_id, Handout.answered_at.is_not(None))
        story.found["stuck"] += not site.until(lambda: db.session.scalar(answered) is not None)  # noqa: B023
        (site.folder / "fuse-worker").unlink(missing_ok=True)
        site.sponsor.before_answer = None
        site.quiet()
        answer = site.again(lambda: db.session.scalar(answered))  # noqa: B023
        new = site.again(lambda: set(_digests("webhook"))) - before
        came = new & set(site.sponsor.got)
        story.found[str(answer)] += 1
        story.found["sent-twice"] += max(len(new) - 1, 0)
        is_true = {"taken": len(came) == 1, "uncertain": len(new) == 1}.get(str(answer), not came)
        story.found["told-wrong"] += not is_true


def _ask_to_send(story: Story, handout_id: int, path: str) -> bool:
    """Ask once: again only if no answer came and nothing was noted. Say whether that worked."""
    asked = sa.select(Handout.sending_at).where(Handout.id == handout_id)
    before = story.site.again(lambda: db.session.scalar(asked))
    for _ in range(TRIES):
        story.site.post(story.marketing, path)
        if story.site.again(lambda: db.session.scalar(asked)) != before:
            return True
    return False


def _kill_worker(site: Site) -> None:
    site.kills["worker"] += 1
    _kill(site.running["worker"])


def _digests(means: str) -> list[str]:
    return list(db.session.scalars(sa.select(Handover.payload_sha256).where(Handover.means == means)))


def _compare(story: Story) -> None:
    """Hold what arrived against the log."""
    files, posts = _digests("file"), _digests("webhook")
    got = [digest for status, digest in story.fetched if status == 200]
    doubts = sum(status == 0 for status, _digest in story.fetched)
    twice = [*got, *story.site.sponsor.got]
    fetches = db.session.execute(
        sa.select(sa.func.count(), Handout.most)
        .select_from(Fetch)
        .join(Handout, Handout.id == Fetch.handout_id)
        .group_by(Handout.id)
    ).all()
    mail = db.session.scalar(sa.select(Member.email).where(Member.id == story.site.crowd.members[story.buyer]))
    mails = sum(line.startswith(f"{mail}\t") for line in story.site.mails.read_text().splitlines())
    story.found |= Counter(
        {
            "logged": len(files) + len(posts),
            "arrived": len(twice),
            "fetches-in-doubt": doubts,
            "not-in-log": len(set(got) - set(files)) + len(set(story.site.sponsor.got) - set(posts)),
            "not-handed-out": max(len(set(files) - set(got)) - doubts, 0)
            + max(len(set(posts) - set(story.site.sponsor.got)) - story.found["uncertain"], 0),
            "too-often": sum(count > most for count, most in fetches)
            + len(files)
            + len(posts)
            - sum(count for count, _most in fetches),
            "mails-lost": max(ROUNDS - mails, 0),
            "reconciliation": len(departures.faults()) + len(departures.waiting()),
        }
    )
    story.found["sent-twice"] += len(twice) - len(set(twice))
