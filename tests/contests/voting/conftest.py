"""A contest with a public vote, and people who may vote in it."""

from datetime import timedelta

import pytest

from clozette.contests.voting.services import Came
from clozette.kernel import clock
from clozette.privacy import notices
from tests.factories.accounts import make_member
from tests.factories.contests import make_contest, make_entry, make_sponsor
from tests.factories.looks import make_look


def polled(state="open", **columns):
    """Add a contest that takes votes now, three from each member."""
    now = clock.now()
    window = {"votes_from": now - timedelta(minutes=50), "votes_until": now + timedelta(days=2)}
    later = {"draw_at": now + timedelta(days=3), "announce_at": now + timedelta(days=4)}
    return make_contest(state, **{"slug": "coats", "title": "Best coat", **window, **later, **columns})


def make_voter(handle, **columns):
    """Add a member who joined long ago and published a look."""
    member = make_member(handle, **{"created_at": clock.now() - timedelta(days=30), **columns})
    make_look(member)
    return member


def came(address="192.0.2.0/24"):
    """Return where a vote comes from, with the notice that was shown."""
    shown = notices.read("CP3", notices.stamp("CP3"))
    return Came(address=address, shown=shown, method="form:vote")


@pytest.fixture
def poll(db_session):
    """Give a sponsored contest under vote with three entries."""
    contest = polled(sponsor=make_sponsor(legal_name="Woolmark Ltd"))
    for handle in ("ada", "ben", "cleo"):
        member = make_voter(handle)
        make_entry(contest, member, look_id=make_look(member).id)
    db_session.commit()
    return contest
