"""Both sides held against each other: whoever left on either side has left; and erasure, with its trap."""

import dataclasses
from datetime import timedelta

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids, tasks
from clozette.kernel.events import publish
from clozette.kernel.ports.mailing_list import Later, Member, key_of
from clozette.newsletters.mailchimp import events
from clozette.newsletters.mailchimp.models import Forgotten, Reconciliation, Remote
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Contact, Subscription
from clozette.privacy.disclosures.models import Handover, Telling
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure import tasks as erasure_tasks
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

ADA, EVE = "ada@example.test", "eve@example.test"
KEY = key_of(ADA)


@pytest.fixture
def weekly(db_session):
    return make_newsletter("weekly")


@pytest.fixture
def ada(app, db_session, on, weekly, stopped_clock):
    """A subscriber whom Mailchimp was told of a day ago."""
    contact = make_contact(ADA)
    make_subscription(weekly, contact)
    tasks.drain(app)
    stopped_clock.forward(days=1)
    return contact


def reconcile(app, db_session) -> Reconciliation:
    publish(events.ReconciliationAsked())
    tasks.drain(app)
    db_session.expire_all()
    return db_session.scalars(sa.select(Reconciliation).order_by(Reconciliation.id.desc())).first()


def counted(run: Reconciliation) -> dict[str, int]:
    return {name: count for name, count in run.counts.items() if count}


def state_of(db_session, contact) -> str:
    db_session.expire_all()
    return db_session.scalar(sa.select(Subscription.state).where(Subscription.contact_id == contact.id))


def forgotten(db_session) -> Forgotten:
    db_session.expire_all()
    return db_session.scalars(sa.select(Forgotten)).one()


@pytest.mark.requirement(131)
def test_two_sides_that_agree(app, db_session, on, ada):
    calls = len(on.calls)
    run = reconcile(app, db_session)
    assert counted(run) == {"looked_at": 1}
    assert (run.is_full, run.problem) == (True, None)
    assert run.finished_at is not None
    assert on.calls[calls:] == ["changed"]


@pytest.mark.requirement(131)
def test_who_left_there_leaves_here(app, db_session, on, ada, stopped_clock):
    on.unsubscribe(KEY)
    stopped_clock.forward(hours=1)
    assert counted(reconcile(app, db_session))["ended_here"] == 1
    assert state_of(db_session, ada) == "unsubscribed"
    assert on.members[KEY].status == "unsubscribed"


@pytest.mark.requirement(131)
def test_who_left_here_leaves_there_though_nobody_told(app, db_session, on, ada):
    """The note was lost: a backup was restored, say."""
    (subscription,) = ada.subscriptions
    services.leave(subscription, method="page", now=clock.now())
    db_session.execute(sa.update(Remote).values(done=Remote.asked, told=[]))
    assert counted(reconcile(app, db_session))["to_end_there"] == 1
    assert on.members[KEY].status == "unsubscribed"
    assert state_of(db_session, ada) == "unsubscribed"


@pytest.mark.requirement(131)
def test_a_dead_address_there_is_dead_here(app, db_session, on, ada):
    on._set(KEY, "cleaned")
    reconcile(app, db_session)
    assert state_of(db_session, ada) == "bounced"


@pytest.mark.requirement(131)
def test_a_switched_off_interest_ends_here_and_one_switched_on_there_goes_off(app, db_session, on, ada):
    daily = make_newsletter("daily")
    reconcile(app, db_session)
    member = on.members[KEY]
    on.members[KEY] = dataclasses.replace(
        member, interests={on.known["weekly"]: False, on.known["daily"]: True}, changed_at=clock.now()
    )
    assert counted(reconcile(app, db_session))["switched_off_here"] == 1
    tasks.drain(app)
    assert state_of(db_session, ada) == "unsubscribed"
    assert on.members[KEY].status == "unsubscribed"
    assert db_session.scalar(sa.select(sa.func.count()).where(Subscription.newsletter_id == daily.id)) == 0


@pytest.mark.requirement(131)
def test_a_lost_member_is_told_of_again_and_another_name_set_right(app, db_session, on, ada):
    other = make_contact(EVE)
    (subscription,) = ada.subscriptions
    make_subscription(subscription.newsletter, other)
    tasks.drain(app)
    on.members.pop(KEY)
    eve = on.members[key_of(EVE)]
    on.members[key_of(EVE)] = dataclasses.replace(eve, first_name="Somebody", changed_at=clock.now())
    run = reconcile(app, db_session)
    assert counted(run) == {"looked_at": 1, "missing_there": 1, "to_tell": 1}
    assert on.members[KEY].status == "subscribed"
    assert on.members[key_of(EVE)].first_name == "Ada"


@pytest.mark.requirement(131, 132)
def test_what_was_there_before_it_was_turned_on_is_told_of(app, db_session, weekly, request):
    contacts = [make_contact(f"reader_{number}@many.test") for number in range(15)]
    for contact in contacts:
        make_subscription(weekly, contact)
    tasks.drain(app)
    on = request.getfixturevalue("on")
    assert counted(reconcile(app, db_session)) == {"new_here": 15}
    assert len(on.members) == 15


@pytest.mark.requirement(131)
def test_strangers_are_counted_and_kept_nowhere(app, db_session, on, ada):
    on.members[key_of(EVE)] = Member(key_of(EVE), "subscribed", clock.now(), {}, EVE)
    run = reconcile(app, db_session)
    assert counted(run) == {"looked_at": 2, "unknown": 1}
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Contact)) == 1
    assert EVE not in str(run.counts)


@pytest.mark.requirement(45, 131)
def test_a_suppressed_address_without_a_contact_is_ended_there(app, db_session, on, ada):
    from clozette.newsletters import keys

    suppressions.suppress(keys.address_key(EVE), "complained", source="arf", now=clock.now())
    on.members[key_of(EVE)] = Member(key_of(EVE), "subscribed", clock.now(), {}, EVE)
    assert counted(reconcile(app, db_session))["ended_there"] == 1
    assert on.members[key_of(EVE)].status == "unsubscribed"


@pytest.mark.requirement(131)
def test_nights_look_at_what_changed_and_once_a_week_at_everything(app, db_session, on, ada, stopped_clock):
    assert reconcile(app, db_session).is_full
    stopped_clock.forward(days=1)
    run = reconcile(app, db_session)
    assert (run.is_full, counted(run)) == (False, {})
    stopped_clock.forward(days=6)
    assert reconcile(app, db_session).is_full


@pytest.mark.requirement(131)
def test_one_that_broke_off_is_told_and_done_again(app, db_session, on, ada, stopped_clock):
    on.fails = [Later("503")]
    run = reconcile(app, db_session)
    assert (run.problem, run.finished_at) == ("503", None)
    stopped_clock.forward(hours=1)
    assert reconcile(app, db_session).finished_at is not None


@pytest.mark.requirement(131)
def test_over_the_wire_in_pages(app, db_session, on_the_wire, weekly, monkeypatch):
    for number in range(25):
        make_subscription(weekly, make_contact(f"reader_{number}@many.test"))
    tasks.drain(app)
    on_the_wire.double.reader("leave", "reader_3@many.test")
    on_the_wire.double.state["members"][key_of("reader_3@many.test")]["last_changed"] = (
        clock.now() + timedelta(minutes=5)
    ).isoformat()
    for module in ("clozette.kernel.ports.mailchimp", "clozette.newsletters.mailchimp.tasks"):
        monkeypatch.setattr(f"{module}.PAGE", 10)
    run = reconcile(app, db_session)
    assert counted(run) == {"looked_at": 25, "ended_here": 1}
    asked = [path for method, path in on_the_wire.double.calls if path == "/lists/audience/members"]
    assert len(asked) == 3


def erase(app, db_session, subject_id: int, later) -> None:
    erasures.ask(subject_id, via="desk", now=clock.now())
    db_session.commit()
    later.forward(days=15)
    erasure_tasks.execute_due()
    tasks.drain(app)
    later.forward(minutes=1)
    tasks.drain(app)


@pytest.mark.requirement(105, 109)
def test_erasure_is_for_good_there_too(app, db_session, on, ada, stopped_clock):
    subject_id, address_key = ada.subject_id, ada.address_key
    erase(app, db_session, subject_id, stopped_clock)
    assert on.members == {}
    assert on.forgotten == {KEY}
    row = forgotten(db_session)
    assert (row.address_key, row.subscriber_key, row.erased_subject) == (address_key, None, None)
    assert row.done_at is not None
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Remote)) == 0
    told = db_session.scalars(sa.select(Telling).where(Telling.kind == "erasure")).one()
    assert told.confirmed_at is not None


@pytest.mark.requirement(105)
def test_an_outage_at_the_erasure_loses_nobody(app, db_session, on, ada, stopped_clock):
    subject_id = ada.subject_id
    erasures.ask(subject_id, via="desk", now=clock.now())
    tasks.drain(app)
    stopped_clock.forward(days=15)
    on.fails = [Later("503")] * 3
    erasure_tasks.execute_due()
    tasks.drain(app)
    assert KEY in on.members
    for _ in range(6):
        stopped_clock.forward(minutes=20)
        publish(events.TalkAsked())
        tasks.drain(app)
    assert on.members == {}
    assert forgotten(db_session).done_at is not None


@pytest.mark.requirement(109)
def test_who_comes_back_after_it_subscribes_here_and_is_sent_to_their_form(app, db_session, on, ada, stopped_clock):
    (subscription,) = ada.subscriptions
    newsletter_id, subject_id = subscription.newsletter_id, ada.subject_id
    erase(app, db_session, subject_id, stopped_clock)
    from clozette.newsletters.subscriptions.models import Newsletter

    newsletter = db_session.get_one(Newsletter, newsletter_id)
    contact = make_contact(ADA)
    suppressions.lift(contact.address_key, services.COMES_BACK, clock.now())
    again = make_subscription(newsletter, contact)
    handovers = db_session.scalar(sa.select(sa.func.count()).select_from(Handover))
    tasks.drain(app)
    db_session.expire_all()
    assert again.state == "confirmed"
    row = db_session.get_one(Remote, contact.id)
    assert (row.problem, row.asked) == ("forgotten", row.done)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Handover)) == handovers
    # They fill in Mailchimp's own form.
    on.forgotten.clear()
    on.members[KEY] = Member(KEY, "subscribed", clock.now(), {}, ADA, "Ada", "Mode")
    reconcile(app, db_session)
    tasks.drain(app)
    assert on.members[KEY].interests == {on.known["weekly"]: True}
    row = db_session.get_one(Remote, contact.id)
    assert (row.problem, row.told) == (None, [ids.encode(newsletter_id)])


@pytest.mark.requirement(109)
def test_who_wishes_to_be_forgotten_gets_nothing_meanwhile(app, db_session, on, ada):
    erasures.ask(ada.subject_id, via="desk", now=clock.now())
    tasks.drain(app)
    assert on.members[KEY].status == "unsubscribed"
