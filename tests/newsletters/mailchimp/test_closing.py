"""A newsletter that is closed or opened again: Mailchimp hears of it by the outbox, not at night alone."""

from contextlib import suppress

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.database import db
from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailing_list import Member, key_of
from clozette.newsletters import keys
from clozette.newsletters.mailchimp import outbox
from clozette.newsletters.mailchimp.models import Channel, Remote
from clozette.newsletters.mailchimp.tasks import reconcile_with_mailchimp
from clozette.newsletters.subscriptions import staff, suppressions
from clozette.newsletters.subscriptions.models import Contact, Subscription
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


class KilledHere(BaseException):
    """The worker was killed."""


def talk_again(app, db_session) -> None:
    """Let a worker start over once the dead one's word ran out."""
    db_session.execute(sa.update(Channel).values(until=None, holder=None, rests_until=None))
    db_session.commit()
    outbox.wake()
    tasks.drain(app)
    db_session.expire_all()


def reconcile(app, db_session) -> None:
    tasks.enqueue(reconcile_with_mailchimp)
    db_session.commit()
    tasks.drain(app)
    db_session.expire_all()


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
    assert on.members[key_of(BEA)].interests == {on.known["weekly"]: False, on.known["daily"]: False}
    staff.reopen(weekly)
    assert waiting(db_session) == 2
    tasks.drain(app)
    assert on.members[key_of(ADA)].interests == {on.known["weekly"]: True, on.known["daily"]: True}
    assert on.members[key_of(BEA)].interests == {on.known["weekly"]: True, on.known["daily"]: False}
    assert key_of(CAT) not in on.members


@pytest.mark.requirement(128)
def test_who_left_nothing_is_asked_nothing(app, db_session, on, weekly):
    staff.close(weekly, clock.now())
    tasks.drain(app)
    reconcile(app, db_session)
    assert {one.status for one in on.members.values()} == {"subscribed"}
    staff.reopen(weekly)
    tasks.drain(app)
    assert {one.status for one in on.members.values()} == {"subscribed"}
    assert not {"unsubscribe", "unsubscribe_many", "ask_again"} & set(on.calls)


@pytest.mark.requirement(128)
def test_after_some_months_nobody_waits_there_for_what_is_closed(app, db_session, on, weekly, stopped_clock):
    staff.close(weekly, clock.now())
    stopped_clock.forward(days=91)
    reconcile(app, db_session)
    assert (on.members[key_of(ADA)].status, on.members[key_of(BEA)].status) == ("subscribed", "unsubscribed")


@pytest.mark.requirement(131)
def test_whoever_leaves_there_meanwhile_has_left(app, db_session, on, weekly, stopped_clock):
    staff.close(weekly, clock.now())
    tasks.drain(app)
    stopped_clock.forward(minutes=10)
    on.unsubscribe(key_of(BEA))
    reconcile(app, db_session)
    staff.reopen(weekly)
    tasks.drain(app)
    assert on.members[key_of(BEA)].status == "unsubscribed"
    mine = sa.select(Subscription.state).join(Subscription.contact).where(Contact.address == BEA)
    assert db_session.scalar(mine) == "unsubscribed"


@pytest.mark.requirement(128, 129)
def test_a_batch_that_is_slow_undoes_nothing_that_came_after(app, db_session, on, weekly, monkeypatch, stopped_clock):
    monkeypatch.setattr("clozette.newsletters.mailchimp.crowds.MANY", 1)
    real, late = on.switch_off_many, []
    monkeypatch.setattr(on, "switch_off_many", lambda *said: late.append(said) or "batch1")
    monkeypatch.setattr(on, "batch_results", lambda batch: None if late else on.batches[0])
    staff.close(weekly, clock.now())
    tasks.drain(app)
    assert [keys for keys, _names in late] == [[key_of(BEA)]]
    stopped_clock.forward(minutes=5)
    staff.reopen(weekly)
    tasks.drain(app)
    real(*late.pop())
    outbox.wake()
    tasks.drain(app)
    assert waiting(db_session) == 0
    assert on.members[key_of(BEA)].interests[on.known["weekly"]] is True
    mine = sa.select(Subscription.state).join(Subscription.contact).where(Contact.address == BEA)
    assert db_session.scalar(mine) == "confirmed"


@pytest.mark.requirement(128)
def test_killed_after_an_interest_was_switched_off_it_is_no_reader_who_did_that(
    app, db_session, on, weekly, monkeypatch
):
    real = on.switch_off

    def killed(*said):
        real(*said)
        raise KilledHere

    monkeypatch.setattr(on, "switch_off", killed)
    staff.close(weekly, clock.now())
    with suppress(KilledHere):
        tasks.drain(app)
    monkeypatch.setattr(on, "switch_off", real)
    staff.reopen(weekly)
    talk_again(app, db_session)
    assert on.members[key_of(ADA)].interests == {on.known["weekly"]: True, on.known["daily"]: True}
    assert db_session.scalar(sa.select(sa.func.count()).where(Subscription.state == "confirmed")) == 3


@pytest.mark.requirement(125)
def test_no_transaction_is_open_while_mailchimp_is_asked(app, db_session, on, weekly, monkeypatch):
    """On SQLite it would hold the one write lock."""
    held, real = [], on._called

    def called(what):
        held.extend([what] if db.session.in_transaction() else [])
        real(what)

    monkeypatch.setattr(on, "_called", called)
    make_subscription(weekly, make_contact("dan@example.test"))
    tasks.drain(app)
    staff.close(weekly, clock.now())
    tasks.drain(app)
    for name in ("eve", "fay"):
        key = keys.address_key(f"{name}@example.test")
        suppressions.suppress(key, "left", source="form", now=clock.now())
        on.members[key_of(f"{name}@example.test")] = Member(
            key_of(f"{name}@example.test"), "subscribed", clock.now(), address=f"{name}@example.test"
        )
    reconcile(app, db_session)
    staff.reopen(weekly)
    tasks.drain(app)
    assert {"switch_off", "put", "member", "changed", "unsubscribe"} <= set(on.calls)
    assert held == []


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
