"""Who may get a newsletter now. The count before, the snapshot and every claim ask the same conditions."""

import sqlalchemy as sa

from clozette.newsletters.subscriptions import services, suppressions
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents
from clozette.privacy.models import Consent
from clozette.rights.erasure import services as erasure

PARTNER_OFFERS = "partner_offers"


def may_get(newsletter: Newsletter, *, if_open: bool = False) -> list[sa.ColumnElement[bool]]:
    """Return what must hold of a joined ``Contact`` and ``Subscription`` for the newsletter to go there.

    Make it anew for each statement: what lapses consents depends on the day.

    :param if_open: who would get it if it were open.
    """
    checks = [holds for reason, holds in _checks(newsletter) if not (if_open and reason == "closed")]
    return [Subscription.newsletter_id == newsletter.id, *checks]


def why_not(newsletter: Newsletter, *, of_few: bool = False) -> sa.ColumnElement[str | None]:
    """Return the first reason that keeps a joined ``Contact`` and ``Subscription`` from it; NULL for none.

    :param of_few: as with ``suppressions.is_suppressed``.
    """
    return sa.case(*((sa.not_(holds), reason) for reason, holds in _checks(newsletter, of_few=of_few)), else_=None)


def _checks(newsletter: Newsletter, *, of_few: bool = False) -> list[tuple[str, sa.ColumnElement[bool]]]:
    """Every condition with the reason that its failing is, in the order in which they are asked; none is ever NULL."""
    checks: list[tuple[str, sa.ColumnElement[bool]]] = [
        ("closed", sa.exists().where(Newsletter.id == newsletter.id, Newsletter.closed_at.is_(None)).correlate(None)),
        ("state", Subscription.state == "confirmed"),
        ("unproven", Contact.confirmed_at.is_not(None)),
        ("suppressed", sa.not_(suppressions.is_suppressed(Contact.address_key, of_few=of_few))),
        ("erasure", sa.not_(erasure.is_wished(Contact.subject_id))),
        ("consent", _agreed(services.purpose_for(newsletter.id))),
    ]
    if newsletter.is_third:
        checks.append(("third", _agreed(PARTNER_OFFERS)))
    return checks


def _agreed(purpose: str) -> sa.ColumnElement[bool]:
    mine = (Consent.subject_id == Contact.subject_id, Consent.purpose == purpose, Consent.channel == services.CHANNEL)
    return sa.exists().where(*mine, consents.is_in_force()).correlate(Contact)
