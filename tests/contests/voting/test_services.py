"""Voting as such: once, as often as allowed, taken back, given again; the list and its totals."""

import sqlalchemy as sa

from clozette.contests.entering.models import Entry
from clozette.contests.voting import services
from clozette.contests.voting.models import Vote
from clozette.kernel import clock
from tests.contests.voting.conftest import came, make_voter


def entries(session, contest):
    return session.scalars(sa.select(Entry).where(Entry.contest_id == contest.id).order_by(Entry.number)).all()


def test_a_vote_is_one_however_often_it_is_given(app, db_session, poll):
    dora = make_voter("dora")
    first, *_ = entries(db_session, poll)
    with app.test_request_context():
        for _ in range(3):
            services.cast(poll, first, dora, came(), now=clock.now())
    assert db_session.query(Vote).count() == 1 and services.voter_of(poll, dora.id).used == 1
