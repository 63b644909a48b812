"""The end of a vote: the list, the fact, the totals; and that nobody knows them before."""

import hashlib
import json
import re
from datetime import timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.community.models import Follow
from clozette.contests import facts
from clozette.contests.drawing import verify_draw
from clozette.contests.entering import freezing as entering
from clozette.contests.entering.models import Entry
from clozette.contests.planning import life
from clozette.contests.planning.events import ContestAnnounced
from clozette.contests.planning.models import Contest
from clozette.contests.voting import files, freezing, queries, rules, services, tasks, watching
from clozette.contests.voting.models import SetAside, Vote, VoteKey, Voter
from clozette.kernel import clock, ids
from clozette.kernel.database import db
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused
from clozette.kernel.tasks import drain, perform
from clozette.looks.models import Look
from tests.contests.voting.conftest import came, make_voter, polled
from tests.factories.accounts import make_member, sign_in
from tests.factories.contests import make_entry
from tests.support.races import at_once


def entries(session, contest):
    return session.scalars(sa.select(Entry).where(Entry.contest_id == contest.id).order_by(Entry.number)).all()


@pytest.fixture
def cast(app, db_session, poll):
    """Vote as new members for entries by number; return the members."""

    def go(*numbers, address=None, contest=None):
        contest, people = contest or poll, []
        with app.test_request_context():
            for place, number in enumerate(numbers):
                member = make_voter(f"v{new_id()}"[-18:])
                one = came(address or f"10.0.{place}.0/24")
                services.cast(contest, entries(db_session, contest)[number - 1], member, one, now=clock.now())
                people.append(member)
        return people

    return go


def end(contest):
    """Let the contest close, and its vote be over for two minutes."""
    now = clock.now()
    contest.state, contest.closes_at = "closed", now - timedelta(minutes=3)
    contest.votes_until = now - timedelta(minutes=2)
    db.session.flush()
    facts.state(contest.id, "entries", {"sha256": "0" * 64, "count": 3}, now=now)


def freeze(contest):
    end(contest)
    return freezing.freeze(contest.id, now=clock.now())


def faults(document):
    """Return what the stand-alone script finds wrong, given the file as anybody gets it."""
    return [what for state, what in verify_draw.check(json.loads(json.dumps(document))).lines if state == "WRONG"]


@pytest.mark.requirement(8)
def test_the_frozen_list_can_be_checked_by_anybody(app, db_session, poll, cast):
    people = cast(1, 1, 2, 3, 3)
    services.take_back(poll, entries(db_session, poll)[1], people[2], now=clock.now())
    entries(db_session, poll)[2].state = "withdrawn"
    db_session.flush()
    assert freeze(poll)
    document = files.document(poll)
    states = [line.split(" ", 2)[2] for line in document["lines"]]
    left = "3 set-aside entry-left"
    assert states == ["1 counted -", "1 counted -", "2 taken-back voter", left, left]
    end_of_chain = bytes(32)
    for line in document["lines"]:
        end_of_chain = hashlib.sha256(end_of_chain + f"{line}\n".encode()).digest()
    said = facts.of(poll.id, "votes").content
    assert said == {"final": end_of_chain.hex(), "count": 5, "counted": 2} and document["final"] == said["final"]
    assert document["totals"]["1"] == 2 and sum(document["totals"].values()) == 2
    assert faults(document) == []
    assert queries.shares(poll) == {entries(db_session, poll)[0].id: Fraction(1)}


@pytest.mark.parametrize(
    "alter",
    [
        lambda lines: [lines[1], lines[0], *lines[2:]],
        lambda lines: [lines[0].replace(" 1 counted", " 2 counted"), *lines[1:]],
        lambda lines: lines[:-1],
        lambda lines: [*lines[:-1], lines[-1].replace("counted -", "set-aside bought")],
    ],
)
def test_an_altered_list_is_seen(app, db_session, poll, cast, alter):
    cast(1, 2, 3)
    freeze(poll)
    document = files.document(poll)
    assert faults(document) == []
    assert faults({**document, "lines": alter(document["lines"])})
    assert faults({**document, "totals": {**document["totals"], "2": 9}})


def test_a_vote_changed_in_the_tables_leads_to_another_end(app, db_session, poll, cast):
    people = cast(1, 2)
    freeze(poll)
    before = files.document(poll)["final"]
    voter = services.voter_of(poll.id, people[0].id)
    db_session.execute(sa.update(Vote).where(Vote.voter_id == voter.id).values(taken_back_at=clock.now()))
    after = files.document(poll)
    assert after["final"] != before and faults(after)


@pytest.mark.parametrize("why", ["too early", "not closed", "no entries", "no vote"])
def test_it_waits(app, db_session, poll, cast, why):
    cast(1)
    end(poll)
    now = clock.now()
    if why == "too early":
        poll.votes_until = now - timedelta(seconds=59)
    elif why == "not closed":
        poll.state = "open"
    elif why == "no vote":
        poll.votes_from = poll.votes_until = None
    db_session.flush()
    contest = polled("closed", slug="other", votes_until=now - timedelta(minutes=2)) if why == "no entries" else poll
    assert not freezing.freeze(contest.id, now=now)
    assert contest.votes_frozen_at is None and facts.of(contest.id, "votes") is None


def test_twice_and_at_once_it_is_frozen_once(app, db_session, poll, cast):
    cast(1, 2)
    end(poll)
    contest_id = poll.id
    db_session.commit()
    assert at_once(app, *[lambda: freezing.freeze(contest_id, now=clock.now())] * 4) == []
    assert len([fact for fact in facts.all_of(contest_id) if fact.kind == "votes"]) == 1
    assert not freezing.freeze(contest_id, now=clock.now())


def test_a_vote_and_the_freeze_at_once_leave_no_vote_outside_of_the_list(app, db_session, poll, cast):
    """Whatever was answered with a yes is in the list, in whatever order they come."""
    cast(1)
    end(poll)
    people = [make_voter(f"late{number}").id for number in range(8)]
    db_session.execute(sa.update(Look).values(published_at=clock.now() - timedelta(days=1)))
    contest_id, entry_id = poll.id, entries(db_session, poll)[0].id
    db_session.commit()
    just_before = poll.votes_until - timedelta(seconds=1)
    db_session.commit()

    def vote(member_id):
        with app.test_request_context():
            one = came(f"10.1.{member_id % 250}.0/24")
        contest, entry = db.session.get_one(Contest, contest_id), db.session.get_one(Entry, entry_id)
        services.cast(contest, entry, db.session.get_one(Member, member_id), one, now=just_before)

    deeds = [lambda member_id=member_id: vote(member_id) for member_id in people]
    deeds.insert(4, lambda: freezing.freeze(contest_id, now=clock.now()))
    raised = at_once(app, *deeds)
    assert {one.refusal.code if isinstance(one, Refused) else repr(one) for one in raised} <= {"votes_over"}
    db_session.expire_all()
    count = db_session.query(Vote).count()
    assert count == 1 + len(people) - len(raised)
    assert facts.of(contest_id, "votes").content["count"] == count
    assert faults(files.document(db_session.get_one(Contest, contest_id))) == []


def test_a_contest_is_not_decided_before(app, db_session, poll, cast):
    assert freezing.not_frozen(poll, clock.now()).code == "votes_not_frozen"
    end(poll)
    assert "votes_not_frozen" in [one.code for one in life.why_not(poll, "judged", clock.now())]
    freezing.freeze(poll.id, now=clock.now())
    assert "votes_not_frozen" not in [one.code for one in life.why_not(poll, "judged", clock.now())]
    poll.votes_from = None
    assert freezing.not_frozen(poll, clock.now()) is None


def test_many_from_one_network_are_set_aside_and_staff_can_let_them_count(app, db_session, poll, cast):
    cast(*[1] * rules.BURST, address="192.0.2.0/24")
    cast(2, 3)
    assert watching.watch(poll, clock.now()) == rules.BURST and watching.watch(poll, clock.now()) == 0
    first = db_session.scalars(sa.select(Vote).order_by(Vote.id)).first()
    staff = make_member("mark").subject_id
    services.decide(poll, first, is_aside=False, reason="household", by_id=staff, now=clock.now())
    assert watching.watch(poll, clock.now()) == 0
    freeze(poll)
    document = files.document(poll)
    assert document["totals"]["1"] == 1 and faults(document) == []
    assert sum("set-aside same-network" in line for line in document["lines"]) == rules.BURST - 1
    with pytest.raises(Refused):
        services.decide(poll, first, is_aside=True, reason="bought", by_id=staff, now=clock.now())


def test_new_followers_of_the_entrant_are_found(app, db_session, poll, cast):
    ada = entries(db_session, poll)[0].member_id
    people = cast(*[1] * rules.BURST)
    for one in people:
        db_session.add(Follow(id=new_id(), follower_id=one.id, followed_id=ada, at=clock.now() - timedelta(hours=1)))
    db_session.flush()
    assert watching.watch(poll, clock.now()) == rules.BURST
    assert {row.reason for row in db_session.query(SetAside)} == {"new-followers"}


def test_the_clock_does_it(app, db_session, poll, cast):
    cast(*[1] * rules.BURST, address="192.0.2.0/24")
    db_session.commit()
    perform.perform(app, "contests.watch_votes", {})
    db_session.expire_all()
    assert db_session.query(SetAside).count() == rules.BURST
    end(poll)
    db_session.commit()
    perform.perform(app, "contests.freeze_votes", {})
    db_session.expire_all()
    assert poll.votes_frozen_at is not None


@pytest.mark.requirement(8)
def test_networks_are_forgotten_with_the_result(app, db_session, poll, cast):
    cast(1, 2)
    assert {len(voter.network) for voter in db_session.query(Voter)} == {8}
    tasks.forget_networks(ContestAnnounced(poll.id))
    db_session.expire_all()
    assert {voter.network for voter in db_session.query(Voter)} == {None}
    assert db_session.query(VoteKey).count() == 0


def test_an_erased_voter_stays_as_a_line_that_leads_to_nobody(app, db_session, poll, cast):
    (dora,) = cast(1)
    before = [str(line) for line in queries.lines(poll)]
    db_session.execute(sa.update(Voter).values(network=None))
    db_session.execute(sa.text("DELETE FROM looks_looks WHERE member_id = :id"), {"id": dora.id})
    db_session.execute(sa.delete(Member).where(Member.id == dora.id))
    db_session.expire_all()
    assert db_session.query(Voter).one().member_id is None
    assert [str(line) for line in queries.lines(poll)] == before
    freeze(poll)
    assert files.document(poll)["totals"]["1"] == 1


PAGES = (
    "/contests/coats",
    "/contests/coats/entries",
    "/contests/coats/votes",
    "/contests/coats/votes.json",
    "/contests",
    "/marketing/contests",
    "/marketing/contests/{id}",
    "/marketing/contests/{id}/votes",
)


def test_before_the_freeze_nobody_sees_who_leads(app, client, db_session, poll, cast):
    """Two sites that differ in nothing but for whom the votes are look the same, but for the receipts themselves."""
    staff = make_member("mark", roles=("marketing",))
    make_entry(poll, make_voter("zoe"))
    people = cast(1, 1, 2)
    db_session.commit()

    def looks_of(who):
        sign_in(client, who, second_factor=True)
        addresses = [page.format(id=ids.encode(poll.id)) for page in PAGES]
        answers = [client.get(address) for address in addresses]
        return [(answer.status_code, stripped(answer.text)) for answer in answers]

    before = looks_of(staff)
    assert {status for status, _text in before} == {200}
    one, two = (services.voter_of(poll.id, member.id).id for member in people[:2])
    third = entries(db_session, poll)[2].id
    swapped = sa.text("UPDATE contests_votes SET entry_id = :entry WHERE voter_id IN (:one, :two)")
    trigger = "contests_votes_no_update" if db_session.get_bind().dialect.name == "sqlite" else None
    if trigger is None:
        db_session.execute(sa.text("ALTER TABLE contests_votes DISABLE TRIGGER USER"))
    else:
        db_session.execute(sa.text(f"DROP TRIGGER {trigger}"))
    db_session.execute(swapped, {"entry": third, "one": one, "two": two})
    if trigger is None:
        db_session.execute(sa.text("ALTER TABLE contests_votes ENABLE TRIGGER USER"))
    db_session.commit()
    assert looks_of(staff) == before
    assert queries.shares(poll) == {}


def stripped(text):
    """Take out what differs from one showing of a page to the next: tokens, and the receipts."""
    text = re.sub(r"[0-9a-f]{32}", "", text)
    text = re.sub(r'(nonce|value|content)="[^"]+"', "", text)
    return re.sub(r'"_notice".*?>', "", text)


def test_the_task_after_everything_does_nothing(app, db_session, poll, cast):
    cast(1)
    freeze(poll)
    db_session.commit()
    drain(app)
    assert not freezing.freeze(poll.id, now=clock.now())
    assert entering.not_frozen(poll, clock.now()) is None
