"""What Mailchimp is told: in the transaction of the change, until it is confirmed, and never against a no."""

import pytest
import sqlalchemy as sa

from clozette.kernel import clock, ids, tasks
from clozette.kernel.events import publish
from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailing_list import Declined, Later, key_of
from clozette.newsletters.mailchimp import handover, outbox
from clozette.newsletters.mailchimp import tasks as ours
from clozette.newsletters.mailchimp.models import Channel, Remote
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.events import ContactChanged
from clozette.privacy import consents
from clozette.privacy.disclosures import departures
from clozette.privacy.disclosures.models import Disclosure, Handover, Telling
from clozette.privacy.models import LedgerEntry
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

ADA = "ada@example.test"
KEY = key_of(ADA)


@pytest.fixture
def weekly(db_session):
    return make_newsletter("weekly")


def remote(db_session, contact) -> Remote:
    db_session.expire_all()
    return db_session.get_one(Remote, contact.id)


def count(db_session, model) -> int:
    return db_session.scalar(sa.select(sa.func.count()).select_from(model))


def leave(subscription) -> None:
    services.leave(subscription, method="page", now=clock.now())


@pytest.mark.requirement(128)
def test_a_subscriber_is_told_of_with_names_and_newsletter(app, db_session, on, weekly):
    contact = make_contact(ADA)
    make_subscription(weekly, contact)
    tasks.drain(app)
    member = on.members[KEY]
    assert (member.status, member.address, member.first_name, member.last_name) == ("subscribed", ADA, "Ada", "Mode")
    assert member.interests == {on.known["weekly"]: True}
    row = remote(db_session, contact)
    assert (row.asked, row.told, row.problem, row.status) == (row.done, [ids.encode(weekly.id)], None, "subscribed")


@pytest.mark.requirement(72, 73, 79)
def test_it_is_a_disclosure_by_the_consent_to_the_newsletter(app, db_session, on, weekly):
    subscription = make_subscription(weekly, make_contact(ADA))
    tasks.drain(app)
    handed = db_session.scalars(sa.select(Handover)).one()
    assert (handed.purpose, handed.trigger, handed.object_id) == (
        services.purpose_for(weekly.id),
        "newsletter",
        weekly.id,
    )
    assert handed.means == "api"
    assert set(handed.fields) == set(vars(handover.SHAPE).values())
    disclosure = db_session.scalars(sa.select(Disclosure)).one()
    assert disclosure.consent_id == subscription.consent_id
    assert departures.faults() == []
    assert departures.waiting() == []


@pytest.mark.requirement(132)
def test_nothing_of_it_happens_where_it_is_off(app, db_session, weekly):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    leave(subscription)
    publish(ContactChanged(contact.id))
    assert tasks.drain(app) == 0
    assert count(db_session, Remote) == 0
    ours.tell_mailchimp()
    ours.watch_mailchimp()
    assert tasks.drain(app) == 0
    assert count(db_session, Channel) == 0


@pytest.mark.requirement(65, 128)
def test_leaving_one_of_two_switches_its_interest_off_and_the_last_one_unsubscribes(app, db_session, on, weekly):
    daily, contact = make_newsletter("daily"), make_contact(ADA)
    subscriptions = [make_subscription(one, contact) for one in (weekly, daily)]
    tasks.drain(app)
    assert on.members[KEY].interests == {on.known["weekly"]: True, on.known["daily"]: True}
    leave(subscriptions[0])
    tasks.drain(app)
    assert on.members[KEY].interests == {on.known["weekly"]: False, on.known["daily"]: True}
    assert on.members[KEY].status == "subscribed"
    leave(subscriptions[1])
    tasks.drain(app)
    assert on.members[KEY].status == "unsubscribed"
    assert suppressions.reasons_for(contact.address_key) == set()


@pytest.mark.requirement(65)
def test_the_change_and_its_note_are_one_transaction(app, db_session, on, weekly):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    leave(subscription)
    db_session.rollback()
    assert remote(db_session, contact).asked == remote(db_session, contact).done
    assert tasks.drain(app) == 0
    assert on.members[KEY].status == "subscribed"


@pytest.mark.requirement(65)
@pytest.mark.parametrize("fails", [1, 2, 3, 4])
def test_an_outage_delays_and_loses_nothing(app, db_session, on, weekly, stopped_clock, fails):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    leave(subscription)
    on.fails = [Later("503")] * fails
    tasks.drain(app)
    assert remote(db_session, contact).asked > remote(db_session, contact).done
    for _ in range(fails * 3):
        stopped_clock.forward(minutes=20)
        ours.watch_mailchimp()
        tasks.drain(app)
    assert on.members[KEY].status == "unsubscribed"
    row = remote(db_session, contact)
    assert (row.asked, row.tries) == (row.done, 0)
    assert db_session.get_one(Channel, "talk").tries == 0


@pytest.mark.requirement(125)
def test_mailchimp_is_left_alone_while_it_asks_for_that(app, db_session, on, weekly, stopped_clock):
    make_subscription(weekly, make_contact(ADA))
    on.fails = [Later("429")]
    tasks.drain(app)
    calls = len(on.calls)
    for _ in range(3):
        ours.watch_mailchimp()
        tasks.drain(app)
    assert len(on.calls) == calls


@pytest.mark.requirement(128)
def test_whoever_left_there_has_left_here(app, db_session, on, weekly, stopped_clock):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    stopped_clock.forward(hours=1)
    on.unsubscribe(KEY)
    stopped_clock.forward(hours=1)
    contact.first_name = "Eve"
    publish(ContactChanged(contact.id))
    tasks.drain(app)
    db_session.expire_all()
    assert subscription.state == "unsubscribed"
    assert on.members[KEY].status == "unsubscribed"
    assert on.members[KEY].first_name == "Ada"
    tasks.drain(app)
    assert remote(db_session, contact).told == []


@pytest.mark.requirement(131)
def test_an_interest_switched_off_there_ends_that_newsletter_alone(app, db_session, on, weekly, stopped_clock):
    daily, contact = make_newsletter("daily"), make_contact(ADA)
    weekly_one, daily_one = make_subscription(weekly, contact), make_subscription(daily, contact)
    tasks.drain(app)
    stopped_clock.forward(hours=1)
    on.switch_off(KEY, [on.known["weekly"]])
    outbox.mark(contact.id, clock.now())
    tasks.drain(app)
    db_session.expire_all()
    assert (weekly_one.state, daily_one.state) == ("unsubscribed", "confirmed")
    assert on.members[KEY].interests == {on.known["weekly"]: False, on.known["daily"]: True}


@pytest.mark.requirement(128)
@pytest.mark.parametrize("later", [0, 3600])
def test_coming_back_is_asked_for_there_and_never_forced(app, db_session, on, weekly, stopped_clock, later):
    """Pitfall P14: ``subscribed`` over somebody who left is refused; ``pending`` lets Mailchimp ask them."""
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    leave(subscription)
    tasks.drain(app)
    stopped_clock.forward(seconds=later)
    services.give(subscription, "undo", method="page:undo", now=clock.now())
    tasks.drain(app)
    db_session.expire_all()
    assert subscription.state == "confirmed"
    assert on.members[KEY].status == "pending"
    assert on.members[KEY].interests == {on.known["weekly"]: True}
    on._set(KEY, "subscribed")
    outbox.mark(contact.id, clock.now())
    tasks.drain(app)
    assert remote(db_session, contact).status == "subscribed"


@pytest.mark.requirement(128)
def test_a_state_that_mailchimp_guards_is_told_and_bothers_nobody(app, db_session, on, weekly, stopped_clock):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    leave(subscription)
    tasks.drain(app)
    services.give(subscription, "undo", method="page:undo", now=clock.now())
    on.ask_again = lambda key: (_ for _ in ()).throw(Declined("compliance"))
    tasks.drain(app)
    row = remote(db_session, contact)
    assert (row.problem, row.asked) == ("compliance", row.done)
    assert subscription.state == "confirmed"


@pytest.mark.requirement(43, 128)
def test_an_address_that_is_dead_there_is_dead_here(app, db_session, on, weekly, stopped_clock):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    stopped_clock.forward(hours=1)
    on._set(KEY, "cleaned")
    outbox.mark(contact.id, clock.now())
    tasks.drain(app)
    db_session.expire_all()
    assert subscription.state == "bounced"
    assert suppressions.reasons_for(contact.address_key) == {"bounced"}


def test_a_new_address_and_name_follow(app, db_session, on, weekly):
    contact = make_contact(ADA)
    make_subscription(weekly, contact)
    tasks.drain(app)
    contact.address = contact.canonical = "eve@example.test"
    contact.first_name = "Eve"
    publish(ContactChanged(contact.id))
    tasks.drain(app)
    (member,) = on.members.values()
    assert (member.address, member.first_name, member.status) == ("eve@example.test", "Eve", "subscribed")
    assert remote(db_session, contact).subscriber_key == key_of("eve@example.test")
    calls = len(on.calls)
    publish(ContactChanged(contact.id))
    tasks.drain(app)
    assert on.calls[calls:] == ["member"]


@pytest.mark.requirement(21, 78)
def test_a_withdrawal_is_confirmed_to_the_person_when_mailchimp_did_it(app, db_session, on, weekly):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    leave(subscription)
    on.fails = [Later("503")]
    tasks.drain(app)
    told = db_session.scalars(sa.select(Telling)).one()
    assert told.confirmed_at is None
    db_session.execute(sa.update(Channel).values(rests_until=None))
    db_session.execute(sa.update(Remote).values(not_before=None))
    ours.watch_mailchimp()
    tasks.drain(app)
    db_session.expire_all()
    assert told.confirmed_at is not None


@pytest.mark.requirement(128)
def test_nobody_without_a_standing_right_is_told_of(app, db_session, on, weekly):
    closed, third = make_newsletter("closed", closed_at=clock.now()), make_newsletter("third", is_third=True)
    for newsletter in (closed, third):
        make_subscription(newsletter, make_contact(f"{newsletter.slug}@example.test"))
    pending = make_contact("pending@example.test")
    make_subscription(weekly, pending, state="pending")
    suppressed = make_contact("suppressed@example.test")
    make_subscription(weekly, suppressed)
    services.suppress(suppressed, "staff", source="page", now=clock.now())
    withdrawn = make_contact("withdrawn@example.test")
    make_subscription(weekly, withdrawn)
    consents.answer(
        withdrawn.subject_id,
        services.purpose_for(weekly.id),
        "email",
        "withdrawn",
        now=clock.now(),
        method="test",
        point="CP8",
    )
    tasks.drain(app)
    assert on.members == {}
    assert count(db_session, Handover) == 0


@pytest.mark.requirement(129)
def test_an_import_is_a_few_calls(app, db_session, on, weekly):
    contacts = [make_contact(f"reader_{number}@many.test") for number in range(60)]
    for contact in contacts:
        make_subscription(weekly, contact)
    tasks.drain(app)
    assert len(on.members) == 60
    assert on.calls.count("put_new") == 1
    assert on.calls.count("put") == 0
    assert db_session.scalar(sa.select(sa.func.count()).where(Remote.asked > Remote.done)) == 0
    assert db_session.scalars(sa.select(Handover.row_count)).all() == [60]


@pytest.mark.requirement(129)
def test_of_many_those_who_left_there_before_stay_away(app, db_session, on, weekly, stopped_clock):
    contacts = [make_contact(f"reader_{number}@many.test") for number in range(20)]
    subscriptions = [make_subscription(weekly, contact) for contact in contacts]
    stopped_clock.forward(hours=1)
    known = mailing_list.Member(key_of("reader_7@many.test"), "unsubscribed", clock.now(), {}, "reader_7@many.test")
    on.members[known.key] = known
    tasks.drain(app)
    db_session.expire_all()
    assert on.members[known.key].status == "unsubscribed"
    assert [one.state for one in subscriptions].count("confirmed") == 19


def test_two_talk_in_turn(app, db_session, on, weekly):
    contact = make_contact(ADA)
    make_subscription(weekly, contact)
    db_session.commit()
    holder = ours.channel.take("talk", clock.now())
    assert holder
    tasks.drain(app)
    assert on.calls == []
    ours.channel.give_back("talk", holder)
    ours.watch_mailchimp()
    tasks.drain(app)
    assert KEY in on.members


def test_over_the_wire(app, db_session, on_the_wire, weekly):
    contact = make_contact(ADA)
    subscription = make_subscription(weekly, contact)
    tasks.drain(app)
    (member,) = on_the_wire.double.state["members"].values()
    assert (member["status"], member["merge_fields"]) == ("subscribed", {"FNAME": "Ada", "LNAME": "Mode"})
    leave(subscription)
    tasks.drain(app)
    assert member["status"] == "unsubscribed"
    services.give(subscription, "undo", method="page:undo", now=clock.now())
    tasks.drain(app)
    assert member["status"] == "pending"
    assert db_session.scalar(sa.select(sa.func.count()).select_from(LedgerEntry)) >= 3


@pytest.mark.requirement(129)
@pytest.mark.parametrize("over", ["memory", "wire"])
def test_a_crowd_leaves_in_one_call(app, db_session, weekly, monkeypatch, request, stopped_clock, over):
    monkeypatch.setattr("clozette.newsletters.mailchimp.crowds.MANY", 12)
    made = request.getfixturevalue("on" if over == "memory" else "on_the_wire")
    there = made if over == "memory" else made.there
    subscriptions = [make_subscription(weekly, make_contact(f"reader_{number}@many.test")) for number in range(14)]
    tasks.drain(app)
    for subscription in subscriptions:
        leave(subscription)
    tasks.drain(app)
    assert {one.status for one in there.changed(None, 0)} == {"unsubscribed"}
    waits = sa.select(sa.func.count()).where(Remote.asked > Remote.done)
    assert db_session.scalar(waits) == 14
    # One of them is back before it is known what became of the crowd.
    stopped_clock.forward(minutes=1)
    services.give(subscriptions[3], "undo", method="page:undo", now=clock.now())
    tasks.drain(app)
    assert db_session.scalar(waits) == 0
    statuses = [one.status for one in there.changed(None, 0)]
    assert (statuses.count("unsubscribed"), statuses.count("pending")) == (13, 1)
    told = db_session.scalars(sa.select(Telling)).all()
    assert len(told) == 14
    assert all(one.confirmed_at for one in told)
    if over == "memory":
        assert (made.calls.count("unsubscribe_many"), made.calls.count("unsubscribe")) == (1, 0)
