"""What Mailchimp tells us by webhook: once each, in the order in which it fired, by the same machine as everything else.

Nothing of a webhook is kept but a keyed digest, so that it is not taken twice (requirement 130).
"""

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from clozette.accounts import addresses
from clozette.kernel import ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.refusal import Refused
from clozette.newsletters import keys
from clozette.newsletters.mailchimp import endings, forgetting, outbox, rules, wishes
from clozette.newsletters.mailchimp.models import Heard, Interest, Remote
from clozette.newsletters.subscriptions import services
from clozette.newsletters.subscriptions.models import Contact, Newsletter, Subscription

OLDEST = timedelta(minutes=5)
KEPT = timedelta(days=31)
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})")


def is_signed(header: str, body: bytes, secret: str, now: datetime) -> bool:
    """Whether Mailchimp signed these very bytes within the last five minutes."""
    found = _SIGNATURE.fullmatch(header.replace(" ", ""))
    if found is None or abs(now.timestamp() - int(found[1])) > OLDEST.total_seconds():
        return False
    mac = hmac.new(secret.encode(), f"{found[1]}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(mac, found[2])


def take(body: bytes, said: dict[str, Any], *, audience: str, now: datetime) -> str:
    """Heed one webhook; return in a word what came of it."""
    digest = hmac.new(keys.key("mailchimp"), body, hashlib.sha256).hexdigest()
    heard = {"digest": digest, "kind": said["kind"], "outcome": "taken", "at": now}
    if not insert_once(Heard, id=new_id(), **heard):
        return "known"
    if said.get("audience") not in {None, "", audience}:
        return _outcome(digest, "other-audience")
    fired_at = min(said["fired_at"].replace(tzinfo=UTC), now)
    return _outcome(digest, _KINDS[said["kind"]](said, fired_at, now))


def sweep(now: datetime) -> None:
    """Forget the digests of what can't come again."""
    db.session.execute(sa.delete(Heard).where(Heard.at < now - KEPT))


def _outcome(digest: str, word: str) -> str:
    db.session.execute(sa.update(Heard).where(Heard.digest == digest).values(outcome=word))
    return word


def _left(said: dict[str, Any], fired_at: datetime, now: datetime) -> str:
    how = "complained" if said.get("reason") == "abuse" else "left"
    return _ended(said["email"], how, "unsubscribed", fired_at, now)


def _cleaned(said: dict[str, Any], fired_at: datetime, now: datetime) -> str:
    how = "complained" if said.get("reason") == "abuse" else "bounced"
    return _ended(said["email"], how, "cleaned", fired_at, now)


def _ended(email: str, how: str, status: str, fired_at: datetime, now: datetime) -> str:
    contact = _contact(email)
    if contact is None:
        return "unknown"
    if not _is_news(contact, Remote.heard_status_at, fired_at, now):
        return "late"
    changed = endings.ended_there(contact, how, now, method=endings.HEARD, at=fired_at)
    if changed:
        known = sa.update(Remote).where(Remote.contact_id == contact.id)
        db.session.execute(known.values(status=status, told=[]))
    outbox.mark(contact.id, now)
    return "ended" if changed else "no-change"


def _came(said: dict[str, Any], fired_at: datetime, now: datetime) -> str:
    """Somebody subscribed over there: they do so here by our own mail, like everybody (requirement 34)."""
    contact = _contact(said["email"])
    if contact is not None:
        forgetting.returned(contact.address_key, now)
        if not _is_news(contact, Remote.heard_status_at, fired_at, now):
            return "late"
        if any(one.state == "confirmed" for one in contact.subscriptions):
            outbox.mark(contact.id, now)
            return "known-here"
    wanted = _newsletters(said.get("interests", ""))
    if not wanted:
        return "no-newsletter"
    return _ask(said["email"], wanted, said["first_name"], said["last_name"], now)


def _moved(said: dict[str, Any], fired_at: datetime, now: datetime) -> str:
    """Another address is another promise: the old one ends, and the new one is asked by our own mail."""
    contact = _contact(said["old_email"])
    if contact is None:
        return "unknown"
    if not _is_news(contact, Remote.heard_profile_at, fired_at, now):
        return "late"
    had = [one.newsletter_id for one in contact.subscriptions if one.state == "confirmed"]
    endings.ended_there(contact, "left", now, method=endings.HEARD, at=fired_at)
    outbox.mark(contact.id, now)
    if not had or any(one.state == "confirmed" for one in contact.subscriptions):
        return "no-change"
    return _ask(said["new_email"], had, contact.first_name, contact.last_name, now)


def _changed(said: dict[str, Any], fired_at: datetime, now: datetime) -> str:
    """Another name, or newsletters switched off; none is switched on here by what was switched on there."""
    contact = _contact(said["email"])
    if contact is None:
        return "unknown"
    if not _is_news(contact, Remote.heard_profile_at, fired_at, now):
        return "late"
    first, last = said.get("first_name"), said.get("last_name")
    if first and last:
        contact.first_name, contact.last_name = first, last
    if "interests" in said:
        _switch_off(contact, set(_newsletters(said["interests"])), fired_at, now)
    outbox.mark(contact.id, now)
    return "changed"


def _switch_off(contact: Contact, on: set[int], fired_at: datetime, now: datetime) -> None:
    row = db.session.get_one(Remote, contact.id)
    gets = {one.newsletter_id: one for one in contact.subscriptions if one.state == "confirmed"}
    for newsletter_id in sorted({ids.decode(one) for one in row.told} & gets.keys() - on):
        since = gets[newsletter_id].confirmed_at
        if since is None or not rules.is_later(since, fired_at):
            endings.switched_off_there(contact, newsletter_id, now, method=endings.HEARD)


def _noted(said: dict[str, Any], fired_at: datetime, now: datetime) -> str:
    return "noted"


def _ask(email: str, newsletter_ids: list[int], first_name: str, last_name: str, now: datetime) -> str:
    try:
        contact = services.contact_for(email, now)
    except Refused:
        return "no-address"
    asked = {one.newsletter_id for one in _subscriptions(contact) if one.state in {"pending", "confirmed"}}
    if set(newsletter_ids) <= asked:
        return "asked-already"
    names = {"first_name": first_name, "last_name": last_name, "locale": contact.locale}
    services.sign_up(contact, newsletter_ids, **names, method="mailchimp:webhook", stamped=None, now=now)
    outbox.mark(contact.id, now)
    # It is there already: until the person says yes here, nothing goes to it.
    known = sa.update(Remote).where(Remote.contact_id == contact.id)
    db.session.execute(known.values(subscriber_key=wishes.key_of(contact)))
    return "asked"


def _contact(email: str) -> Contact | None:
    canonical = addresses.canonical(email)
    found: Contact | None = db.session.scalar(sa.select(Contact).where(Contact.canonical == canonical))
    return found


def _subscriptions(contact: Contact) -> list[Subscription]:
    return list(db.session.scalars(sa.select(Subscription).where(Subscription.contact_id == contact.id)))


def _is_news(contact: Contact, heard: InstrumentedAttribute[Any], fired_at: datetime, now: datetime) -> bool:
    """Whether nothing that fired later was heeded already; of two at once one after the other is asked."""
    insert_once(Remote, contact_id=contact.id, asked=0, done=0, asked_at=now, tries=0, told=[])
    newer = (
        sa.update(Remote)
        .where(Remote.contact_id == contact.id, sa.or_(heard.is_(None), heard <= fired_at))
        .values({heard: fired_at})
    )
    return bool(db.session.execute(newer).rowcount)  # type: ignore[attr-defined]


def _newsletters(text: str) -> list[int]:
    """Read a list of names of interests, which are our newsletters' short names."""
    names = {name.strip() for name in text.replace("\\,", "").split(",")}
    known = (
        sa.select(Newsletter.id)
        .join(Interest, Interest.newsletter_id == Newsletter.id)
        .where(Newsletter.slug.in_(names), Newsletter.closed_at.is_(None))
        .order_by(Newsletter.id)
    )
    return list(db.session.scalars(known))


_KINDS: dict[str, Callable[[dict[str, Any], datetime, datetime], str]] = {
    "subscribe": _came,
    "unsubscribe": _left,
    "cleaned": _cleaned,
    "profile": _changed,
    "upemail": _moved,
    "campaign": _noted,
}
