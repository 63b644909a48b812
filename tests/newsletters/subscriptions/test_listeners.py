"""What subscriptions do when consents end, addresses change, accounts come and go, and nobody confirms."""

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import orm

from clozette.accounts.models import Member
from clozette.accounts.services import credentials, registration, tickets
from clozette.kernel import clock, ids, tasks
from clozette.kernel.ports.mail import KEY
from clozette.newsletters import keys
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.sending import eligibility
from clozette.newsletters.subscriptions import proven, services, suppressions
from clozette.newsletters.subscriptions import tasks as subscription_tasks
from clozette.newsletters.subscriptions.models import Contact, Newsletter, SignUp, Subscription
from clozette.privacy import consents
from clozette.privacy.models import Subject
from clozette.rights.desk import codes
from clozette.rights.desk.models import Address
from clozette.rights.erasure import services as erasures
from clozette.rights.erasure import tasks as erasure_tasks
from tests.factories.accounts import make_member, make_minor, sign_in
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription
from tests.support.application import Clock
from tests.support.client import Client

ADA = {"email": "ada@example.test", "first_name": "Ada", "last_name": "Mode"}


@pytest.fixture
def weekly(db_session: orm.Session) -> Newsletter:
    return make_newsletter("weekly", title="The Weekly")


def gets(newsletter: Newsletter) -> list[str]:
    """Return to which addresses it would go now."""
    reachable = sa.select(Contact.canonical).join(Contact.subscriptions).where(*eligibility.may_get(newsletter))
    return sorted(sa.orm.object_session(newsletter).scalars(reachable))


def change_address(member: Member, email: str) -> None:
    ticket = tickets.make(member.id, tickets.CHANGE_EMAIL, email, clock.now())
    assert credentials.change_address(member, ticket, now=clock.now(), sign_in_id=None)


def test_a_consent_taken_back_elsewhere_ends_the_subscription(client: Client, db_session, weekly) -> None:
    member = make_member("ada")
    subscription = make_subscription(weekly, make_contact(member.email))
    other = make_subscription(make_newsletter("monthly"), subscription.contact)
    sign_in(client, member)
    page = client.get("/privacy/consents").text
    assert "The Weekly (by mail)" in page
    purpose = services.purpose_for(weekly.id)
    answer = client.post("/privacy/consents", data={"purpose": purpose, "channel": "email", "action": "withdrawn"})
    assert answer.status_code == 303
    db_session.expire_all()
    assert (subscription.state, other.state) == ("unsubscribed", "confirmed")
    assert "The Weekly" in client.get("/privacy/consents").text, "the list of answers names it too"


@pytest.mark.parametrize(("action", "state"), [("withdrawn", "unsubscribed"), ("expired", "expired")])
def test_a_consent_that_ends_ends_what_rests_on_it(db_session, weekly, action: str, state: str) -> None:
    subscription = make_subscription(weekly)
    purpose, subject_id = services.purpose_for(weekly.id), subscription.contact.subject_id
    consents.answer(subject_id, purpose, "email", action, now=clock.now(), method="sweep")  # type: ignore[arg-type]
    assert subscription.state == state and gets(weekly) == []


def test_a_complaint_stays_a_complaint(db_session, weekly) -> None:
    subscription = make_subscription(weekly, state="complained")
    assert subscription.state == "complained"


def test_the_contact_follows_its_member(db_session, weekly) -> None:
    member = make_member("ada")
    subscription = make_subscription(weekly, make_contact(member.email))
    subscription.contact.soft_bounces = 2
    change_address(member, "Neu@Example.test")
    contact = subscription.contact
    assert (contact.address, contact.canonical, contact.domain) == (
        "Neu@Example.test",
        "neu@example.test",
        "example.test",
    )
    assert contact.address_key == keys.address_key("neu@example.test") and contact.soft_bounces == 0
    assert gets(weekly) == ["neu@example.test"]


@pytest.mark.requirement(45)
def test_whoever_left_has_left_at_the_new_address_too(db_session, weekly) -> None:
    member = make_member("ada")
    subscription = make_subscription(weekly, make_contact(member.email))
    leaving.leave_all(subscription.contact, "page:preferences", clock.now())
    services.suppress(subscription.contact, "bounced", source="dsn", now=clock.now())
    change_address(member, "new@example.test")
    assert suppressions.reasons_for(keys.address_key("new@example.test")) == {"left"}
    assert suppressions.reasons_for(keys.address_key("ada@example.test")) == {"left", "bounced"}


def test_a_suppressed_new_address_stays_suppressed(db_session, weekly) -> None:
    services.suppress(make_contact("new@example.test"), "complained", source="arf", now=clock.now())
    member = make_member("ada")
    make_subscription(weekly, make_contact(member.email))
    change_address(member, "new@example.test")
    assert gets(weekly) == []


def test_two_contacts_of_one_member_become_one(db_session, weekly) -> None:
    member, monthly = make_member("ada"), make_newsletter("monthly")
    mine = make_contact(member.email)
    make_subscription(weekly, mine)
    make_subscription(monthly, mine)
    there = make_contact("new@example.test")
    make_subscription(weekly, there, state="unsubscribed")
    daily = make_newsletter("daily")
    make_subscription(daily, there)
    change_address(member, "new@example.test")
    assert db_session.scalars(sa.select(Contact)).all() == [there] and there.subject_id == member.subject_id
    assert gets(weekly) == [], "what was ended at that address stays ended"
    assert gets(monthly) == gets(daily) == ["new@example.test"]


def test_an_account_takes_over_what_its_address_subscribed_to(db_session, weekly) -> None:
    subscription = make_subscription(weekly, make_contact("ada@example.test"))
    former, first = subscription.contact.subject_id, subscription.consent_id
    member = make_member("ada", confirmed=False)
    assert subscription.contact.subject_id == former, "an address that nobody proved is nobody's"
    registration.mark_confirmed(member, clock.now())
    assert subscription.contact.subject_id == member.subject_id and gets(weekly) == ["ada@example.test"]
    purpose = services.purpose_for(weekly.id)
    assert consents.stands(member.subject_id, purpose, "email") == subscription.consent_id != first
    assert consents.stands(former, purpose, "email") is None
    registration.mark_confirmed(member, clock.now())
    proven.settle(member, clock.now())
    assert gets(weekly) == ["ada@example.test"]


def test_a_minor_takes_no_newsletter_over(db_session, weekly) -> None:
    subscription = make_subscription(weekly, make_contact("mina@example.test"))
    former = subscription.contact.subject_id
    registration.mark_confirmed(make_minor("mina", confirmed=False), clock.now())
    assert subscription.state == "unsubscribed" and gets(weekly) == []
    assert consents.stands(former, services.purpose_for(weekly.id), "email") is None


@pytest.mark.requirement(45)
def test_an_erased_address_stays_suppressed(app: Flask, db_session, weekly, stopped_clock: Clock) -> None:
    member = make_member("ada")
    make_subscription(weekly, make_contact(member.email))
    make_subscription(weekly, make_contact("other@example.test"))
    erasures.ask(member.subject_id, via="page", now=clock.now())
    assert gets(weekly) == ["other@example.test"], "already while it can be undone"
    db_session.commit()
    stopped_clock.forward(days=60)
    tasks.enqueue(erasure_tasks.execute_due)
    tasks.drain(app)
    db_session.expire_all()
    assert db_session.scalars(sa.select(Contact.canonical)).all() == ["other@example.test"]
    assert suppressions.reasons_for(keys.address_key("ada@example.test")) == {"erased"}
    assert "ada" not in str(db_session.execute(sa.select(suppressions.Suppression.__table__)).all())
    again = make_contact("ada@example.test")
    make_subscription(weekly, again)
    assert gets(weekly) == ["other@example.test"]


def run_out(app: Flask) -> None:
    tasks.enqueue(subscription_tasks.expire_pending)
    tasks.drain(app)


@pytest.mark.requirement(34)
def test_what_nobody_confirmed_is_forgotten(app: Flask, client: Client, db_session, weekly, stopped_clock) -> None:
    app.extensions[KEY].clear()
    known = make_subscription(make_newsletter("monthly"), make_contact("known@example.test"))
    subjects = db_session.scalar(sa.select(sa.func.count()).select_from(Subject))
    for email in ("ada@example.test", "known@example.test"):
        client.post("/newsletters/weekly", data={**ADA, "email": email})
    tasks.drain(app)
    stopped_clock.forward(days=6)
    codes.forget_strangers(clock.now())
    run_out(app)
    assert db_session.scalar(sa.select(sa.func.count()).select_from(SignUp)) == 2
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Address)) == 2, "newsletters hang on it"
    stopped_clock.forward(days=1, seconds=1)
    run_out(app)
    run_out(app)
    db_session.expire_all()
    assert db_session.scalars(sa.select(Contact.canonical)).all() == ["known@example.test"]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(SignUp)) == 0
    assert db_session.scalars(sa.select(Address.canonical)).all() == ["known@example.test"]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(Subject)) == subjects
    states = {one.newsletter.slug: one.state for one in known.contact.subscriptions}
    assert states == {"monthly": "confirmed", "weekly": "expired"}


def test_a_later_wish_is_not_ended_by_an_earlier_one(app, client: Client, db_session, weekly, stopped_clock) -> None:
    client.post("/newsletters/weekly", data=ADA)
    stopped_clock.forward(days=5)
    client.post("/newsletters/weekly", data=ADA)
    stopped_clock.forward(days=3)
    run_out(app)
    assert db_session.scalars(sa.select(Subscription.state)).all() == ["pending"]
    assert db_session.scalar(sa.select(sa.func.count()).select_from(SignUp)) == 1


@pytest.mark.requirement(45)
def test_whoever_said_no_before_confirming_is_remembered(app, client, db_session, weekly, stopped_clock) -> None:
    client.post("/newsletters/weekly", data=ADA)
    subscription = db_session.scalars(sa.select(Subscription)).one()
    services.leave(subscription, method="page:confirm", now=clock.now())
    stopped_clock.forward(days=8)
    run_out(app)
    db_session.expire_all()
    assert subscription.state == "unsubscribed"


def test_a_consent_of_something_else_ends_no_subscription(db_session, weekly) -> None:
    subscription = make_subscription(weekly)
    subject_id, now = subscription.contact.subject_id, clock.now()
    for action in ("given", "withdrawn"):
        consents.answer(subject_id, "our_news", "email", action, now=now, method="form:test")  # type: ignore[arg-type]
        about = f"newsletter:{ids.encode(weekly.id + 1)}"
        consents.answer(subject_id, about, "email", action, now=now, method="form:test")  # type: ignore[arg-type]
    assert subscription.state == "confirmed"
