"""Asking for newsletters, confirming, leaving and coming back; each with its entry in the consent ledger."""

import hashlib
import secrets
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from clozette.accounts import addresses
from clozette.accounts.models import Member
from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refusal, Refused
from clozette.newsletters import keys
from clozette.newsletters.subscriptions import evidence, rules, suppressions
from clozette.newsletters.subscriptions.events import (
    ContactChanged,
    ContactGoes,
    ContactSuppressed,
    SignUpMade,
    SubscriptionChanged,
)
from clozette.newsletters.subscriptions.models import Contact, Newsletter, SignUp, Subscription
from clozette.privacy import consents, ledger, notices, purposes
from clozette.rights.desk import codes

PURPOSE = "newsletter"
POINT = "CP8"
CHANNEL = "email"
METHOD = "double-opt-in"
VALID = timedelta(days=7)
COMES_BACK = ("left", "complained", "erased")


def contact_for(typed: str, now: datetime, locale: str = "en") -> Contact:
    """Return the contact of an address, made without a name if it is new.

    A member's address belongs to the member's own subject; anybody else's to the one that the requests desk knows.

    :raises Refused: if it is no mail address.
    """
    canonical = addresses.canonical(typed)
    if canonical is None:
        raise Refused(Refusal("no_address", _("This is no mail address."), "email"))
    known = sa.select(Contact).where(Contact.canonical == canonical)
    found = db.session.scalar(known)
    if found is None:
        values = {
            "id": new_id(),
            "subject_id": _subject_of(typed, canonical, now),
            "address": _mailable(typed, canonical),
            "canonical": canonical,
            "address_key": keys.address_key(canonical),
            "domain": canonical.rpartition("@")[2],
            "locale": locale,
            "created_at": now,
        }
        insert_once(Contact, **values)
        found = db.session.scalars(known).one()
    return found


def sign_up(
    contact: Contact,
    newsletter_ids: Collection[int],
    *,
    first_name: str,
    last_name: str,
    locale: str,
    method: str,
    stamped: str | None,
    now: datetime,
) -> SignUp:
    """Keep what a form asks for until the address's reader confirms it; the mail with the token is a task's.

    :param stamped: what the form showed (``evidence.kept``).
    """
    for newsletter_id in newsletter_ids:
        _ask(newsletter_id, contact.id, method.partition(":")[0], now)
    made = SignUp(
        contact_id=contact.id,
        newsletter_ids=[ids.encode(one) for one in newsletter_ids],
        first_name=first_name,
        last_name=last_name,
        locale=locale,
        token_digest=_digest(secrets.token_urlsafe(32)),  # the task that mails it makes the token, and its digest anew
        stamped=stamped,
        method=method,
        made_at=now,
        expires_at=now + VALID,
    )
    db.session.add(made)
    db.session.flush()
    events.publish(SignUpMade(made.id))
    return made


def new_token(signup: SignUp) -> str:
    """Give a sign-up a new token, which is kept nowhere: for the mail that carries it."""
    token = secrets.token_urlsafe(24)
    signup.token_digest = _digest(token)
    return token


def signup_by(token: str, now: datetime) -> SignUp | None:
    """Return the sign-up that a token confirms, if it was not used and is not too old."""
    good = (SignUp.token_digest == _digest(token), SignUp.used_at.is_(None), SignUp.expires_at > now)
    found: SignUp | None = db.session.scalar(sa.select(SignUp).where(*good))
    return found


def confirm(
    signup: SignUp,
    *,
    now: datetime,
    circumstances: Mapping[str, Any] | None = None,
    shown: notices.Shown | None = None,
) -> list[Subscription]:
    """Let a sign-up count, once: whoever has the token reads the address.

    Whoever left or complained since, or closed it, has overtaken it: then it brings nothing back and lifts nothing.

    :param shown: what the page with the button showed; by default what the form did.
    :raises Refused: if it was confirmed meanwhile, or the consent can't be given (a minor's alone).
    """
    once = sa.update(SignUp).where(SignUp.id == signup.id, SignUp.used_at.is_(None)).values(used_at=now)
    if not db.session.execute(once).rowcount:  # type: ignore[attr-defined]
        raise Refused(Refusal("used", _("This was confirmed already."), "token"))
    contact = db.session.get_one(Contact, signup.contact_id, populate_existing=True)
    confirmed = [one for one in named(signup) if rules.after(one.state, "confirm") == "confirmed"]  # type: ignore[arg-type]
    if not confirmed:
        return []
    know(contact, signup.first_name, signup.last_name, locale=signup.locale, now=now)
    facts = {**(circumstances or {}), "asked_at": signup.made_at.isoformat(), "signup": ids.encode(signup.id)}
    shown = shown or evidence.shown(signup.stamped)
    served_id = None
    if shown is not None:
        served_id = ledger.serve(contact.subject_id, shown, method=METHOD, now=now, circumstances=facts).id
    for subscription in confirmed:
        give(subscription, "confirm", method=METHOD, shown=shown, served_id=served_id, now=now, circumstances=facts)
    return confirmed


def named(signup: SignUp) -> list[Subscription]:
    """Return the subscriptions that a sign-up is about, locked, as they stand now; closed newsletters are left out."""
    wanted = [ids.decode(one) for one in signup.newsletter_ids]
    mine = (
        sa.select(Subscription)
        .join(Subscription.newsletter)
        .where(
            Subscription.contact_id == signup.contact_id,
            Subscription.newsletter_id.in_(wanted),
            Newsletter.closed_at.is_(None),
        )
    )
    locked = mine.order_by(Subscription.id).with_for_update(of=Subscription)
    return list(db.session.scalars(locked.execution_options(populate_existing=True)))


def know(contact: Contact, first_name: str, last_name: str, *, locale: str, now: datetime) -> None:
    """Take the names of somebody who proved to read the address, and let it get mail again as they wish."""
    contact.first_name, contact.last_name, contact.locale = first_name, last_name, locale
    contact.confirmed_at = contact.confirmed_at or now
    suppressions.lift(contact.address_key, COMES_BACK, now)
    events.publish(ContactChanged(contact.id))


def subscribe(
    contact: Contact,
    newsletter: Newsletter,
    *,
    method: str,
    source: str,
    now: datetime,
    shown: notices.Shown | None = None,
    circumstances: Mapping[str, Any] | None = None,
) -> Subscription:
    """Subscribe somebody whose address is proven already, at one press: no second mail.

    :raises Refused: if the consent can't be given (a minor's alone).
    """
    subscription = _ask(newsletter.id, contact.id, source, now)
    give(subscription, "confirm", method=method, shown=shown, now=now, circumstances=circumstances)
    return subscription


def give(
    subscription: Subscription,
    happening: rules.Happening,
    *,
    method: str,
    now: datetime,
    actor: str = "subject",
    shown: notices.Shown | None = None,
    served_id: int | None = None,
    said: str = "",
    circumstances: Mapping[str, Any] | None = None,
) -> bool:
    """Record the yes that a subscription rests on, and let it be ``confirmed``; say whether anything changed.

    :param said: the words that were agreed to, where they were others than ours of today.
    """
    db.session.refresh(subscription, with_for_update=True)  # who leaves in this moment waits, or came before
    if rules.after(subscription.state, happening) == subscription.state:  # type: ignore[arg-type]
        return False
    contact = db.session.get_one(Contact, subscription.contact_id)
    newsletter = db.session.get_one(Newsletter, subscription.newsletter_id)
    entry = consents.answer(
        contact.subject_id,
        purpose_for(newsletter.id),
        CHANNEL,
        "given",
        now=now,
        method=method,
        point=POINT,
        wording=said or wording(newsletter),
        actor=actor,
        surface="newsletters",
        shown=shown,
        served_id=served_id,
        circumstances=circumstances,
    )
    subscription.consent_id, subscription.confirmed_at = entry.id, now
    return move(subscription, happening, now)


def leave(subscription: Subscription, *, method: str, now: datetime, campaign_id: int = 0) -> bool:
    """End a subscription as its reader wishes; say whether it was not ended before."""
    if not move(subscription, "leave", now):
        return False
    _withdraw(subscription, method=method, now=now, campaign_id=campaign_id)
    return True


def suppress(contact: Contact, reason: str, *, source: str, now: datetime) -> bool:
    """Suppress a contact's address, and let everything that waits for it know in the same transaction."""
    if not suppressions.suppress(contact.address_key, reason, source=source, now=now):
        return False
    events.publish(ContactSuppressed(contact.id, reason))
    return True


def come_back_wrong(contact: Contact, happening: rules.Happening, *, source: str, now: datetime) -> None:
    """End every subscription of an address that is dead (``bounce``), or whose reader called us a nuisance (``complain``)."""
    suppress(contact, {"bounce": "bounced", "complain": "complained"}[happening], source=source, now=now)
    for subscription in _ordered(contact):
        was = subscription.state
        if move(subscription, happening, now) and happening == "complain" and was == "confirmed":
            _withdraw(subscription, method="complaint", now=now)


def move(subscription: Subscription, happening: rules.Happening, now: datetime) -> bool:
    """Change a subscription's state by one conditional statement; say whether it changed."""
    changed = False
    for state in rules.STATES:
        if (after := rules.after(state, happening)) != state and after is not None:
            step = (
                sa.update(Subscription)
                .where(Subscription.id == subscription.id, Subscription.state == state)
                .values(state=after, changed_at=now)
            )
            if db.session.execute(step).rowcount:  # type: ignore[attr-defined]
                changed = True
                events.publish(SubscriptionChanged(subscription.id, after))
                break
    db.session.refresh(subscription)
    return changed


def delete_contact(contact_id: int) -> None:
    """Delete a contact with all that hangs on it; suppressions and the ledger stay."""
    events.publish(ContactGoes(contact_id))
    db.session.execute(sa.delete(SignUp).where(SignUp.contact_id == contact_id))
    db.session.execute(sa.delete(Subscription).where(Subscription.contact_id == contact_id))
    db.session.execute(sa.delete(Contact).where(Contact.id == contact_id))


def purpose_for(newsletter_id: int) -> str:
    """Return the name of the consent that one newsletter rests on."""
    return purposes.about(PURPOSE, newsletter_id)


def wording(newsletter: Newsletter) -> str:
    """Return what the control said that asked for a newsletter."""
    words = purposes.wording(purpose_for(newsletter.id), CHANNEL)
    return f"{words}\n{newsletter.description}" if newsletter.description else words


def _ask(newsletter_id: int, contact_id: int, source: str, now: datetime) -> Subscription:
    """Let a contact wait for a newsletter, unless it gets it already."""
    values = {"state": "pending", "source": source, "asked_at": now, "changed_at": now}
    new = insert_once(Subscription, id=new_id(), newsletter_id=newsletter_id, contact_id=contact_id, **values)
    mine = (Subscription.newsletter_id == newsletter_id, Subscription.contact_id == contact_id)
    subscription = db.session.scalars(sa.select(Subscription).where(*mine)).one()
    if not new and move(subscription, "ask", now):
        subscription.asked_at = now
    return subscription


def _withdraw(subscription: Subscription, *, method: str, now: datetime, campaign_id: int = 0) -> None:
    contact = db.session.get_one(Contact, subscription.contact_id)
    purpose = purpose_for(subscription.newsletter_id)
    standing = consents.current(contact.subject_id).get((purpose, CHANNEL))
    if standing is None or not standing.stands:
        return
    facts = {"campaign": ids.encode(campaign_id)} if campaign_id else {}
    consents.answer(
        contact.subject_id, purpose, CHANNEL, "withdrawn", now=now, method=method, point=POINT, circumstances=facts
    )


def _mailable(typed: str, canonical: str) -> str:
    """Return an address as its owner typed it, but for letters that only look like those of an address."""
    if typed.isascii():
        return typed.strip()
    local = unicodedata.normalize("NFKC", typed.strip()).rpartition("@")[0]
    return f"{local}@{canonical.rpartition('@')[2]}"


def _subject_of(typed: str, canonical: str, now: datetime) -> int:
    confirmed = (Member.email_canonical == canonical, Member.confirmed_at.is_not(None))
    member_subject: int | None = db.session.scalar(sa.select(Member.subject_id).where(*confirmed))
    taken = sa.select(Contact.id).where(Contact.subject_id == member_subject)
    if member_subject is not None and db.session.scalar(taken) is None:
        return member_subject
    return codes.address_of(typed, now).subject_id


def _ordered(contact: Contact) -> list[Subscription]:
    """Return a contact's subscriptions in the order in which all take them, so that two at once wait and don't block."""
    return sorted(contact.subscriptions, key=lambda one: one.id)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
