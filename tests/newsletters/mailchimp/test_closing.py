"""A newsletter that is closed or opened again: Mailchimp hears of it by the outbox, not at night alone."""

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailing_list import key_of
from clozette.newsletters.mailchimp.models import Remote
from clozette.newsletters.subscriptions import staff
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

ADA, BEA, CAT = (f"{name}@example.test" for name in ("ada", "bea", "cat"))


@pytest.fixture
def weekly(app, db_session, on):
    """Two who get it, one of them another besides, and one who left."""
    weekly, daily = make_newsletter("weekly"), make_newsletter("daily")
    ada = make_contact(ADA)
    make_subscription(weekly, ada)
    make_subscription(daily, ada)
    make_subscription(weekly, make_contact(BEA))
    make_subscription(weekly, make_contact(CAT), state="unsubscribed")
    tasks.drain(app)
    return weekly


def waiting(db_session) -> int:
    db_session.expire_all()
    return db_session.scalar(sa.select(sa.func.count()).select_from(Remote).where(Remote.asked > Remote.done))


@pytest.mark.requirement(65)
def test_mailchimp_hears_of_it_at_once(app, db_session, on, weekly):
    staff.close(weekly, clock.now())
    assert waiting(db_session) == 2
    tasks.drain(app)
    assert waiting(db_session) == 0
    assert on.members[key_of(ADA)].interests == {on.known["weekly"]: False, on.known["daily"]: True}
    assert on.members[key_of(ADA)].status == "subscribed"
    assert on.members[key_of(BEA)].status == "unsubscribed"
    staff.reopen(weekly)
    assert waiting(db_session) == 2
    tasks.drain(app)
    assert on.members[key_of(ADA)].interests == {on.known["weekly"]: True, on.known["daily"]: True}
    assert on.members[key_of(BEA)].status == "pending"
    assert key_of(CAT) not in on.members


@pytest.mark.requirement(65)
def test_it_is_written_with_the_deed_and_once(app, db_session, on, weekly):
    db_session.commit()
    staff.close(weekly, clock.now())
    db_session.rollback()
    assert waiting(db_session) == 0
    staff.close(weekly, clock.now())
    tasks.drain(app)
    staff.close(weekly, clock.now())
    assert waiting(db_session) == 0


@pytest.mark.requirement(65)
def test_of_whom_it_never_heard_it_hears_when_it_opens_again(app, db_session, on):
    weekly = make_newsletter("weekly")
    app.extensions[mailing_list.KEY] = None
    subscription = make_subscription(weekly, make_contact(ADA))
    staff.close(weekly, clock.now())
    assert db_session.get(Remote, subscription.contact_id) is None
    app.extensions[mailing_list.KEY] = lambda: on
    staff.reopen(weekly)
    tasks.drain(app)
    assert on.members[key_of(ADA)].interests == {on.known["weekly"]: True}


def test_where_it_is_off_nothing_is_counted(app, db_session):
    weekly = make_newsletter("weekly")
    make_subscription(weekly, make_contact(ADA))
    staff.close(weekly, clock.now())
    assert waiting(db_session) == 0
