"""Who may get a newsletter: each condition keeps one person out, and says why."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import orm

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.newsletters.sending import eligibility
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents
from clozette.privacy.models import Consent
from clozette.rights.erasure import services as erasure
from tests.factories.newsletters import make_newsletter, make_subscription


def _getting(session: orm.Session, newsletter: Newsletter) -> set[int]:
    joined = sa.select(Contact.id).join(Subscription, Subscription.contact_id == Contact.id)
    return set(session.scalars(joined.where(*eligibility.may_get(newsletter))))


def _reason(session: orm.Session, newsletter: Newsletter, subscription: Subscription) -> str | None:
    joined = sa.select(eligibility.why_not(newsletter)).join_from(Contact, Subscription)
    found: str | None = session.scalar(joined.where(Subscription.id == subscription.id))
    return found


def _suppress(subscription: Subscription) -> None:
    services.suppress(subscription.contact, "staff", source="staff", now=clock.now())


def _withdraw(subscription: Subscription) -> None:
    """The consent alone, as if nobody listened to its end."""
    purpose = services.purpose_for(subscription.newsletter_id)
    mine = (Consent.subject_id == subscription.contact.subject_id, Consent.purpose == purpose)
    db.session.execute(sa.update(Consent).where(*mine).values(action="withdrawn"))


def _ask_erasure(subscription: Subscription) -> None:
    erasure.ask(subscription.contact.subject_id, via="desk", now=clock.now())


def _unprove(subscription: Subscription) -> None:
    subscription.contact.confirmed_at = None


def _leave(subscription: Subscription) -> None:
    services.leave(subscription, method="page", now=clock.now())


def _close(subscription: Subscription) -> None:
    subscription.newsletter.closed_at = clock.now()


@pytest.mark.requirement(39)
@pytest.mark.parametrize(
    ("happening", "reason"),
    [
        (_close, "closed"),
        (_leave, "state"),
        (_unprove, "unproven"),
        (_suppress, "suppressed"),
        (_ask_erasure, "erasure"),
        (_withdraw, "consent"),
    ],
)
def test_each_condition_keeps_out(
    db_session: orm.Session, happening: Callable[[Subscription], None], reason: str
) -> None:
    newsletter = make_newsletter()
    kept, out = make_subscription(newsletter), make_subscription(newsletter)
    assert _getting(db_session, newsletter) == {kept.contact_id, out.contact_id}
    happening(out)
    db_session.flush()
    assert out.contact_id not in _getting(db_session, newsletter)
    assert _reason(db_session, newsletter, out) == reason
    if reason != "closed":
        assert _getting(db_session, newsletter) == {kept.contact_id}
        assert _reason(db_session, newsletter, kept) is None


@pytest.mark.parametrize("state", ["pending", "unsubscribed", "bounced", "complained"])
def test_only_the_confirmed_get_it(db_session: orm.Session, state: str) -> None:
    newsletter = make_newsletter()
    make_subscription(newsletter, state=state)
    make_subscription(make_newsletter())
    assert _getting(db_session, newsletter) == set()


def test_offers_of_others_need_a_consent_of_their_own(db_session: orm.Session) -> None:
    newsletter = make_newsletter(is_third=True)
    subscription = make_subscription(newsletter)
    assert _getting(db_session, newsletter) == set()
    assert _reason(db_session, newsletter, subscription) == "third"
    subject_id = subscription.contact.subject_id
    consents.answer(subject_id, "partner_offers", "email", "given", now=clock.now(), method="page", point="CP5")
    assert _getting(db_session, newsletter) == {subscription.contact_id}
