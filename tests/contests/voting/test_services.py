"""Voting as such: once, as often as allowed, taken back, given again; what the database itself refuses."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy import exc

from clozette.accounts.models import Member
from clozette.contests.entering.models import Entry
from clozette.contests.planning.models import Contest, Prize
from clozette.contests.sponsors.models import Sponsor, SponsorPerson
from clozette.contests.voting import eligibility, quick, services
from clozette.contests.voting.models import SetAside, Vote, Voter
from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.kernel.viewer import Viewer
from tests.contests.voting.conftest import came, make_voter
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry, make_judge, make_sharing, make_sponsor
from tests.support.races import at_once


def entries(session, contest):
    return session.scalars(sa.select(Entry).where(Entry.contest_id == contest.id).order_by(Entry.number)).all()


@pytest.fixture
def cast(app, db_session, poll):
    """Vote as a member for the entry with a number."""

    def go(member, number, *, now=None):
        with app.test_request_context():
            entry = entries(db_session, poll)[number - 1]
            services.cast(poll, entry, member, came(), now=now or clock.now())

    return go


def code_of(deed):
    with pytest.raises(Refused) as caught:
        deed()
    return caught.value.refusal.code


def test_a_vote_is_one_however_often_it_is_given(cast, db_session, poll):
    dora = make_voter("dora")
    for _ in range(3):
        cast(dora, 1)
    assert db_session.query(Vote).count() == 1 and services.voter_of(poll.id, dora.id).used == 1


def test_there_are_so_many_votes_and_one_taken_back_can_be_given_elsewhere(app, cast, db_session, poll):
    dora, now = make_voter("dora"), clock.now()
    poll.votes_per_member = 2
    cast(dora, 1)
    cast(dora, 2)
    with db_session.begin_nested() as attempt:
        assert code_of(lambda: cast(dora, 3)) == "none_left"
        attempt.rollback()
    services.take_back(poll, entries(db_session, poll)[0], dora, now=now)
    services.take_back(poll, entries(db_session, poll)[0], dora, now=now)
    cast(dora, 3)
    with db_session.begin_nested() as attempt:
        assert code_of(lambda: cast(dora, 1)) == "none_left"
        attempt.rollback()
    services.take_back(poll, entries(db_session, poll)[2], dora, now=now)
    cast(dora, 1)
    db_session.expire_all()
    assert services.voter_of(poll.id, dora.id).used == 2
    standing = db_session.query(Vote).filter(Vote.taken_back_at.is_(None)).count()
    assert standing == 2 and db_session.query(Vote).count() == 3


def test_nobody_votes_for_their_own(cast, db_session, poll):
    ada = entries(db_session, poll)[0].member_id
    assert code_of(lambda: cast(db.session.get_one(Member, ada), 1)) == "own_entry"


def test_an_entry_that_left_takes_no_new_vote(cast, db_session, poll):
    dora, eve = make_voter("dora"), make_voter("eve")
    cast(dora, 1)
    entries(db_session, poll)[0].state = "withdrawn"
    db_session.flush()
    cast(dora, 1)
    assert code_of(lambda: cast(eve, 1)) == "not_entered"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"votes_until": -1}, "votes_over"),
        ({"votes_from": 1}, "early"),
        ({"votes_frozen_at": -1}, "votes_over"),
        ({"state": "cancelled"}, "votes_over"),
    ],
)
@pytest.mark.parametrize("way", ["cast", "take_back"])
def test_outside_of_its_time_nothing_changes(app, db_session, poll, changes, code, way, cast):
    dora = make_voter("dora")
    cast(dora, 2)
    for name, value in changes.items():
        setattr(poll, name, clock.now() + timedelta(minutes=value) if isinstance(value, int) else value)
    db_session.flush()
    entry = entries(db_session, poll)[1]
    with app.test_request_context():
        deeds = {
            "cast": lambda: cast(dora, 1),
            "take_back": lambda: services.take_back(poll, entry, dora, now=clock.now()),
        }
        assert code_of(deeds[way]) == code
    assert db_session.query(Vote).filter(Vote.taken_back_at.is_(None)).count() == 1


def test_a_contest_that_was_read_before_the_freeze_takes_no_vote_after_it(app, cast, db_session, poll):
    """What stands in the session may be old; the statement knows."""
    dora = make_voter("dora")
    assert poll.votes_frozen_at is None
    db_session.execute(
        sa.update(Contest).values(votes_frozen_at=clock.now()).execution_options(synchronize_session=False)
    )
    assert poll.votes_frozen_at is None
    assert code_of(lambda: cast(dora, 1)) == "votes_over"


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ({"created_at": -30}, "account_age"),
        ({"contributes": False}, "no_contribution"),
        ({"email": "eve@sponsor.test"}, "sponsors"),
    ],
)
def test_who_is_not_fit_is_no_voter(cast, db_session, poll, who, code):
    db_session.get_one(Sponsor, poll.sponsor_id).domains = ["sponsor.test"]
    contributes = who.get("contributes", True)
    columns = {name: value for name, value in who.items() if name == "email"}
    joined = (
        clock.now() + timedelta(minutes=who["created_at"]) if "created_at" in who else clock.now() - timedelta(days=9)
    )
    make = make_voter if contributes else make_member
    eve = make("eve", created_at=joined, **columns)
    assert code_of(lambda: cast(eve, 1)) == code
    assert db_session.query(Voter).count() == 0


@pytest.mark.parametrize("of", ["contest", "prize"])
def test_who_signs_in_for_a_sponsor_that_something_is_shared_with_is_no_voter(cast, db_session, poll, of):
    prize = db_session.scalars(sa.select(Prize).where(Prize.contest_id == poll.id)).first()
    other = make_sponsor()
    make_sharing(poll, other, object_kind=of, object_id={"contest": poll.id, "prize": prize.id}[of])
    eve, dora, now = make_voter("eve"), make_voter("dora"), clock.now()
    db_session.add(SponsorPerson(sponsor_id=other.id, member_id=eve.id, given_at=now))
    db_session.add(SponsorPerson(sponsor_id=other.id, member_id=dora.id, given_at=now, taken_at=now))
    db_session.flush()
    assert code_of(lambda: cast(eve, 1)) == "sponsors"
    cast(dora, 1)
    assert db_session.query(Voter).one().member_id == dora.id


@pytest.mark.parametrize("role", ["marketing", "admin"])
def test_staff_are_no_voters(cast, db_session, poll, role):
    assert code_of(lambda: cast(make_voter("eve", roles=(role,)), 1)) == "staff"
    assert db_session.query(Voter).count() == 0


def test_judges_of_this_contest_are_no_voters_and_others_are(cast, db_session, poll):
    other, now = make_contest(slug="hats"), clock.now()
    eve, finn, dora, gus = (make_voter(handle) for handle in ("eve", "finn", "dora", "gus"))
    make_judge(poll, eve)
    make_judge(poll, finn, accepted_at=None)
    make_judge(poll, dora, dropped_at=now, dropped_because="quorum")
    make_judge(other, gus)
    for judge in (eve, finn):
        assert code_of(lambda judge=judge: cast(judge, 1)) == "judge"
    cast(dora, 1)
    cast(gus, 1)
    assert {row.member_id for row in db_session.query(Voter)} == {dora.id, gus.id}


def test_who_may_vote_is_asked_in_one_statement(app, db_session, poll, query_counter):
    contest_id, dora_id = poll.id, make_voter("dora").id
    with query_counter() as statements:
        eligibility.of(contest_id, dora_id)
    assert len(statements) == 1


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO contests_votes (id, contest_id, voter_id, entry_id, at) SELECT id + 1, contest_id, voter_id, entry_id, at FROM contests_votes",
        "INSERT INTO contests_voters (id, contest_id, member_id, code, used, since) SELECT id + 1, contest_id, member_id, code, 0, since FROM contests_voters",
        "UPDATE contests_voters SET used = 21",
        "UPDATE contests_voters SET used = -1",
        "DELETE FROM contests_votes",
        "UPDATE contests_votes SET entry_id = 1",
        "UPDATE contests_votes SET at = taken_back_at",
        "DELETE FROM contests_voters",
        "UPDATE contests_set_asides SET reason = 'bought'",
        "DELETE FROM contests_set_asides",
    ],
)
def test_the_database_itself_refuses(cast, db_session, poll, statement):
    cast(make_voter("dora"), 1)
    services.mark(
        db_session.scalar(sa.select(Vote.id)), is_aside=True, reason="same-network", by_id=None, now=clock.now()
    )
    with pytest.raises((exc.IntegrityError, exc.OperationalError)):
        db_session.execute(sa.text(statement))
    db_session.rollback()


def test_fifty_at_once_make_one_vote(app, db_session, poll):
    dora = make_voter("dora")
    contest_id, entry_id, member_id = poll.id, entries(db_session, poll)[1].id, dora.id
    db_session.commit()

    def vote():
        with app.test_request_context():
            one = came()
        contest, entry = db.session.get_one(Contest, contest_id), db.session.get_one(Entry, entry_id)
        services.cast(contest, entry, db.session.get_one(Member, member_id), one, now=clock.now())

    assert at_once(app, *[vote] * 50) == []
    db_session.expire_all()
    assert db_session.query(Vote).count() == 1 and db_session.query(Voter).one().used == 1


def test_the_last_vote_given_twice_at_once_goes_to_one(app, db_session, poll):
    """Ordinary votes, as pages give them: of two entries for one vote that is left, one gets it."""
    poll.votes_per_member = 1
    dora = make_voter("dora")
    with app.test_request_context():
        services.admit(poll.id, dora.id, came(), now=clock.now())
    slug, ids, viewer = poll.slug, [one.id for one in entries(db_session, poll)], Viewer(member_id=dora.id)
    db_session.commit()
    deeds = [lambda entry=entry: quick.vote(viewer, slug, entry, came, now=clock.now()) for entry in ids]
    raised = at_once(app, *deeds)
    assert sorted(one.refusal.code for one in raised) == ["none_left"] * 2
    db_session.expire_all()
    assert db_session.query(Vote).count() == 1 and db_session.query(Voter).one().used == 1


def test_forty_members_give_five_votes_each(app, db_session, poll):
    """The small sister of ``make bench ONLY=votes``: many threads, no double, no loss."""
    poll.votes_per_member = 5
    for number in range(2):
        make_entry(poll, make_voter(f"more{number}"))
    poll.entry_kind = "photos"
    people = [make_voter(f"voter{number}").id for number in range(40)]
    slug, ids = poll.slug, [one.id for one in entries(db_session, poll)]
    db_session.commit()

    def all_of(member_ids):
        def go():
            for member_id in member_ids:
                for entry_id in (*ids, ids[0]):
                    with app.test_request_context():
                        quick.vote(Viewer(member_id=member_id), slug, entry_id, came, now=clock.now())
                        db.session.commit()

        return go

    assert at_once(app, *[all_of(people[first::8]) for first in range(8)]) == []
    db_session.expire_all()
    assert db_session.query(Vote).count() == 200
    assert {voter.used for voter in db_session.query(Voter)} == {5}


def test_a_decision_about_a_vote_is_written_beside_it_and_the_last_one_holds(cast, db_session, poll):
    cast(make_voter("dora"), 1)
    vote, staff = db_session.query(Vote).one(), make_member("mark")
    now = clock.now()
    services.decide(poll, vote, is_aside=True, reason="bought", by_id=staff.subject_id, now=now)
    assert (
        code_of(lambda: services.decide(poll, vote, is_aside=True, reason="bought", by_id=staff.subject_id, now=now))
        == "stands_so"
    )
    services.decide(poll, vote, is_aside=False, reason="looked-into", by_id=staff.subject_id, now=now)
    rows = db_session.query(SetAside).order_by(SetAside.number).all()
    assert [(row.number, row.is_aside, row.reason) for row in rows] == [(1, True, "bought"), (2, False, "looked-into")]
