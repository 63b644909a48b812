"""Killed in the middle, twice, two at once, while things change: nobody is lost, nobody is told of against a no."""

import itertools
import threading

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clozette.kernel import clock, tasks
from clozette.kernel.ports.mailing_list import Later, Memory, key_of
from clozette.newsletters.mailchimp import channel, outbox, wishes
from clozette.newsletters.mailchimp import tasks as ours
from clozette.newsletters.mailchimp.models import Channel, Remote
from clozette.newsletters.subscriptions import services
from tests.factories.newsletters import make_contact, make_newsletter, make_subscription

ADA = "ada@example.test"
KEY = key_of(ADA)
names = itertools.count(1)


class Killed(BaseException):
    """The worker was killed."""


@pytest.fixture
def weekly(db_session):
    return make_newsletter("weekly")


def talk_again(app, db_session) -> None:
    """Let a worker start over once the dead one's word ran out."""
    db_session.execute(sa.update(Channel).values(until=None, holder=None, rests_until=None))
    db_session.execute(sa.update(Remote).values(not_before=None))
    db_session.commit()
    outbox.wake()
    tasks.drain(app)
    db_session.expire_all()


def kill_at(on, verb: str, *, after: bool) -> None:
    """Let the next call of a verb be the last thing a worker does, before or after it arrives."""
    real = getattr(on, verb)

    def call(*given, **named):
        setattr(on, verb, real)
        if after:
            real(*given, **named)
        raise Killed

    setattr(on, verb, call)


@pytest.mark.requirement(65)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("verb", ["member", "put", "add_interest"])
def test_killed_while_somebody_comes(app, db_session, on, weekly, verb, after):
    make_subscription(weekly, make_contact(ADA))
    kill_at(on, verb, after=after)
    with pytest.raises(Killed):
        tasks.drain(app)
    db_session.rollback()
    talk_again(app, db_session)
    assert on.members[KEY].status == "subscribed"
    assert on.known == {"weekly": "interest1"}
    assert on.members[KEY].interests == {"interest1": True}


@pytest.mark.requirement(65)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("verb", ["put", "put_new"])
def test_killed_while_they_come_and_then_they_leave(app, db_session, on, weekly, verb, after):
    """Mailchimp may know them though nothing here says so: it is asked all the same."""
    many = 20 if verb == "put_new" else 1
    subscriptions = [make_subscription(weekly, make_contact(f"reader_{one}@many.test")) for one in range(many)]
    kill_at(on, verb, after=after)
    with pytest.raises(Killed):
        tasks.drain(app)
    db_session.rollback()
    for subscription in subscriptions:
        services.leave(subscription, method="page", now=clock.now())
    talk_again(app, db_session)
    assert [one for one in on.members.values() if one.status == "subscribed"] == []


@pytest.mark.requirement(65)
@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("verb", ["unsubscribe", "member"])
def test_killed_while_somebody_leaves(app, db_session, on, weekly, verb, after):
    subscription = make_subscription(weekly, make_contact(ADA))
    tasks.drain(app)
    services.leave(subscription, method="page", now=clock.now())
    kill_at(on, verb, after=after)
    with pytest.raises(Killed):
        tasks.drain(app)
    db_session.rollback()
    talk_again(app, db_session)
    assert on.members[KEY].status == "unsubscribed"
    row = db_session.scalars(sa.select(Remote)).one()
    assert row.asked == row.done


@pytest.mark.requirement(65)
def test_what_changes_while_it_is_told_is_told_after(app, db_session, on, weekly):
    subscription = make_subscription(weekly, make_contact(ADA))
    real, subscription_id = on.put, subscription.id

    def put(*given, **named):
        made = real(*given, **named)
        on.put = real
        services.leave(subscription_here(subscription_id), method="page", now=clock.now())
        return made

    on.put = put
    db_session.commit()
    tasks.drain(app)
    assert on.members[KEY].status == "unsubscribed"


def subscription_here(subscription_id: int):
    from clozette.kernel.database import db
    from clozette.newsletters.subscriptions.models import Subscription

    return db.session.get_one(Subscription, subscription_id)


def test_of_two_that_want_the_word_one_has_it(app, db_session):
    found, start = [], threading.Barrier(2)

    def take() -> None:
        with app.app_context():
            start.wait()
            holder = channel.take("talk", clock.now())
            ours.db.session.commit()
            found.append(holder)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([holder for holder in found if holder]) == 1


def test_a_dead_talker_is_followed(app, db_session, stopped_clock):
    assert channel.take("talk", clock.now())
    assert channel.take("talk", clock.now()) is None
    stopped_clock.forward(minutes=6)
    second = channel.take("talk", clock.now())
    assert second
    assert channel.keep("talk", second, clock.now())
    assert not channel.keep("talk", "somebody else", clock.now())


DEEDS = ("come", "leave", "talk", "fail", "leave there", "bounce there", "switch off there", "suppress")


class History:
    """One reader on both sides, and what may happen to them."""

    def __init__(self, app, db_session, memory: Memory) -> None:
        self.app, self.session, self.memory = app, db_session, memory
        number = next(names)
        self.newsletter = make_newsletter(f"history-{number}")
        self.contact = make_contact(f"history_{number}@example.test")
        self.subscription = make_subscription(self.newsletter, self.contact, state="pending")
        self.key, self.has_ended = key_of(self.contact.address), False

    def do(self, deed: str) -> None:
        """Let one thing happen."""
        if deed == "come":
            happening = "confirm" if self.subscription.state == "pending" else "undo"
            services.give(self.subscription, happening, method="test", now=clock.now())
        elif deed == "leave":
            services.leave(self.subscription, method="test", now=clock.now())
        elif deed == "suppress":
            services.suppress(self.contact, "staff", source="page", now=clock.now())
        elif deed == "fail":
            self.memory.fails = [Later("503")]
        elif deed == "talk":
            self.talk()
        elif self.there and self.there.status == "subscribed":
            self._there(deed)

    def talk(self) -> None:
        """Let it be told; no end over there is undone by that."""
        before = self.there
        talk_again(self.app, self.session)
        if before is not None and before.status in {"unsubscribed", "cleaned"}:
            assert self.there.status in {"unsubscribed", "cleaned", "pending"}

    @property
    def there(self):
        """The reader over there."""
        return self.memory.members.get(self.key)

    def _there(self, deed: str) -> None:
        if deed == "switch off there":
            self.memory.switch_off(self.key, [self.memory.known[self.newsletter.slug]])
            return
        self.memory._set(self.key, {"leave there": "unsubscribed", "bounce there": "cleaned"}[deed])
        self.has_ended = True


@pytest.mark.timeout(400)
@pytest.mark.engines("sqlite")
@pytest.mark.requirement(128, 131)
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.sampled_from(DEEDS), max_size=10))
def test_whatever_happens_in_whatever_order_both_sides_agree(app, on, db_session, deeds):
    """In the end nobody gets there what they don't get here, and nothing waits."""
    history = History(app, db_session, on)
    for deed in deeds:
        history.do(deed)
    history.memory.fails = []
    for _ in range(2):
        history.talk()
    row, member = db_session.get(Remote, history.contact.id), history.there
    assert row is None or row.asked == row.done
    may = bool(wishes.wanted([history.contact.id])[history.contact.id])
    gets = member is not None and member.status == "subscribed" and any(member.interests.values())
    assert not gets or may
    if may and not history.has_ended:
        assert member is not None
        assert member.status in {"subscribed", "pending"}
        assert any(member.interests.values())


@pytest.mark.requirement(65, 128)
def test_killed_while_somebody_leaves_who_comes_back_at_once(app, db_session, on, weekly):
    """It was us who ended it there: that is no leaving of theirs."""
    subscription = make_subscription(weekly, make_contact(ADA))
    tasks.drain(app)
    services.leave(subscription, method="page", now=clock.now())
    kill_at(on, "unsubscribe", after=True)
    with pytest.raises(Killed):
        tasks.drain(app)
    db_session.rollback()
    services.give(subscription, "undo", method="page:undo", now=clock.now())
    talk_again(app, db_session)
    assert subscription.state == "confirmed"
    assert on.members[KEY].status == "pending"
