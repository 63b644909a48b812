"""Asking, confirming, leaving: states, consents and suppressions go together."""

import pytest
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.refusal import Refused
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Subscription
from clozette.privacy import consents
from tests.factories.newsletters import make_newsletter, make_subscription


def _stands(subscription: Subscription) -> bool:
    purpose = services.purpose_for(subscription.newsletter_id)
    return consents.stands(subscription.contact.subject_id, purpose, "email") is not None


def test_a_confirmed_sign_up_stands(db_session: orm.Session) -> None:
    now = clock.now()
    newsletter = make_newsletter()
    contact = services.contact_for("Ada@Example.test", now)
    names = {"first_name": "Ada", "last_name": "Mode"}
    made = services.sign_up(contact, [newsletter.id], **names, locale="en", method="form", stamped=None, now=now)
    token = services.new_token(made)
    db_session.flush()
    assert contact.first_name == "" and contact.subscriptions[0].state == "pending"
    found = services.signup_by(token, now)
    assert found is made
    (subscription,) = services.confirm(made, now=now)
    assert subscription.state == "confirmed" and contact.first_name == "Ada" and _stands(subscription)
    with pytest.raises(Refused):
        services.confirm(made, now=now)
    assert services.signup_by(token, now) is None


@pytest.mark.requirement(33)
def test_leaving_one_leaves_the_others(db_session: orm.Session) -> None:
    first = make_subscription(make_newsletter())
    second = make_subscription(make_newsletter(), first.contact)
    assert services.leave(first, method="one-click", now=clock.now())
    assert not services.leave(first, method="one-click", now=clock.now())
    assert (first.state, second.state) == ("unsubscribed", "confirmed")
    assert not _stands(first) and _stands(second)


@pytest.mark.parametrize("happening", ["bounce", "complain"])
def test_what_comes_back_wrong_ends_all(db_session: orm.Session, happening: str) -> None:
    first = make_subscription(make_newsletter())
    second = make_subscription(make_newsletter(), first.contact)
    services.come_back_wrong(first.contact, happening, source="dsn", now=clock.now())  # type: ignore[arg-type]
    assert first.state == second.state != "confirmed"
    assert suppressions.reasons_for(first.contact.address_key) == {first.state}


def test_tokens_say_what_they_are_about(db_session: orm.Session) -> None:
    link = keys.Link(2**62 + 1, 2**61 + 3)
    token = keys.token("leave", link)
    assert len(token) == 43
    assert keys.read("leave", token) == link
    for wrong in (token[:-2] + "AA", token + "A", token[1:], "", "ä", "A" * 43):
        assert keys.read("leave", wrong) is None
    assert keys.read("preferences", token) is None
