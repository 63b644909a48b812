"""Addresses that their member proved to read: the contact of an address belongs to whoever's address it is now.

A contact begins with the subject of its address. When somebody confirms that address for an account, the contact and the
consents it rests on go over to the account's subject; when the account's address changes, the contact goes along.
"""

from datetime import datetime

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel import events, ids
from clozette.kernel.database import db
from clozette.kernel.refusal import Refused
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import queries, services, suppressions
from clozette.newsletters.subscriptions.events import ContactChanged
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription
from clozette.privacy import consents
from clozette.privacy.models import LedgerEntry, Wording

METHOD = "account"
_GOES_ALONG = ("left", "complained", "staff")


def settle(member: Member, now: datetime) -> Contact | None:
    """Bring the contact of a member's address and the member together, whatever there was before; return it if there is one."""
    mine = db.session.scalar(sa.select(Contact).where(Contact.subject_id == member.subject_id))
    there = queries.contact_of(member.email_canonical)
    if there is None:
        if mine is not None:
            _readdress(mine, member, now)
        return mine
    if mine is not None and mine.id != there.id:
        _fold(mine, there, member, now)
    elif mine is None:
        _adopt(there, member.subject_id, now)
    return there


def _readdress(contact: Contact, member: Member, now: datetime) -> None:
    """Let a contact have its member's new address. Who wanted no mail at the old one wants none at the new one."""
    reasons = suppressions.reasons_for(contact.address_key)
    contact.address, contact.canonical = member.email, member.email_canonical
    contact.address_key = keys.address_key(member.email_canonical)
    contact.domain, contact.soft_bounces = member.email_canonical.rpartition("@")[2], 0
    db.session.flush()
    for reason in sorted(reasons.intersection(_GOES_ALONG)):
        services.suppress(contact, reason, source=METHOD, now=now)
    events.publish(ContactChanged(contact.id))


def _fold(mine: Contact, there: Contact, member: Member, now: datetime) -> None:
    """Make one contact of two: the new address had one already. What its reader ended there stays ended."""
    names, wanted = (mine.first_name, mine.last_name), _confirmed(mine)
    sources = {one.newsletter_id: one.source for one in mine.subscriptions}
    services.suppress(mine, "erased", source=METHOD, now=now)  # nothing goes to the former address any more
    for subscription in list(mine.subscriptions):
        services.leave(subscription, method=METHOD, now=now)
    services.delete_contact(mine.id)
    _adopt(there, member.subject_id, now)
    if not there.first_name:
        there.first_name, there.last_name = names
    states = {one.newsletter_id: one.state for one in there.subscriptions}
    there.confirmed_at = there.confirmed_at or now
    for newsletter in queries.newsletters_of(wanted):
        if states.get(newsletter.id) in {None, "pending", "expired"}:
            _subscribe(there, newsletter, sources[newsletter.id], now)


def _subscribe(contact: Contact, newsletter: Newsletter, source: str, now: datetime) -> None:
    try:
        services.subscribe(contact, newsletter, method=METHOD, source=source, now=now)
    except Refused:
        db.session.flush()  # a minor's: it waits, unconfirmed, and runs out


def _confirmed(contact: Contact) -> list[int]:
    return [one.newsletter_id for one in contact.subscriptions if one.state == "confirmed"]


def _adopt(contact: Contact, subject_id: int, now: datetime) -> None:
    """Let a contact be another subject's, and its consents count for that one."""
    former = contact.subject_id
    if former == subject_id:
        return
    standing = {key: state for key, state in consents.current(former).items() if state.stands and key[1] == "email"}
    contact.subject_id = subject_id
    db.session.flush()
    given = {key: _carry_over(former, subject_id, key, state, now) for key, state in standing.items()}
    for subscription in list(contact.subscriptions):
        entry_id = given.get((services.purpose_for(subscription.newsletter_id), services.CHANNEL))
        if entry_id is not None:
            subscription.consent_id = entry_id
        elif subscription.state == "confirmed":
            services.leave(subscription, method=METHOD, now=now)
    db.session.flush()


def _carry_over(former: int, subject_id: int, key: consents.Key, state: consents.State, now: datetime) -> int | None:
    """Write a consent down for the other subject, with the words it was given to; the former one ends.

    Nothing is carried over for somebody who answered otherwise since, or whose parents have to agree.
    """
    answered = consents.current(subject_id).get(key)
    if answered is not None:
        return answered.entry_id if answered.stands else None
    entry = db.session.get_one(LedgerEntry, state.entry_id)
    words = db.session.scalar(sa.select(Wording.text).where(Wording.digest == entry.wording)) or ""
    facts = {"first_given": entry.at.isoformat(), "entry": ids.encode(entry.id)}
    how = {"method": METHOD, "point": entry.point, "actor": "system", "now": now}
    try:
        made = consents.answer(subject_id, *key, "given", wording=words, circumstances=facts, **how)  # type: ignore[arg-type]
    except Refused:
        consents.answer(former, *key, "expired", **how)  # type: ignore[arg-type]
        return None
    consents.answer(former, *key, "superseded", circumstances={"by": ids.encode(made.id)}, **how)  # type: ignore[arg-type]
    return made.id


def subscription_of(subject_id: int, newsletter_id: int) -> Subscription | None:
    """Return how a person stands to a newsletter."""
    mine = (Contact.subject_id == subject_id, Subscription.newsletter_id == newsletter_id)
    found: Subscription | None = db.session.scalar(sa.select(Subscription).join(Subscription.contact).where(*mine))
    return found
