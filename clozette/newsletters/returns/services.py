"""Taking in what comes back, and acting on it once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog

from clozette.accounts import addresses
from clozette.kernel import events, ids
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.newsletters import keys
from clozette.newsletters.leaving import services as leaving
from clozette.newsletters.returns import naming, reading, rules, vault
from clozette.newsletters.returns.events import ReturnKept
from clozette.newsletters.returns.models import Return
from clozette.newsletters.returns.naming import Ours
from clozette.newsletters.returns.reading import Read
from clozette.newsletters.sending import services as sending
from clozette.newsletters.sending.models import Sending
from clozette.newsletters.subscriptions import services as subscriptions
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.subscriptions.models import Contact, Suppression

SOFT = "soft"
"""The source of a suppression for mail that came back softly too often: the site's own mail still goes there."""

REMEMBERED = timedelta(days=730)
UNSETTLED = timedelta(days=5)
"""For so long servers try: whether a mail arrived is known after that."""

_LOOKS_BACK = 30
log = structlog.get_logger()


@dataclass(frozen=True)
class Meaning:
    """What a mail meant, for its row; without ``kind`` it was not understood, ``because`` says why."""

    kind: str = ""
    verdict: str = ""
    status: str = ""
    because: str = ""
    ours: Ours | None = None


def keep(content: bytes, recipients: Sequence[str], *, via: str, now: datetime) -> bool:
    """Keep a mail before anybody looks at it, and ask for it to be read; say whether it is not known already."""
    made = new_id()
    new = insert_once(
        Return,
        id=made,
        digest=vault.digest(content, recipients),
        received_at=now,
        via=via,
        size=len(content),
        sealed=vault.seal(content, recipients),
        state="waiting",
    )
    if new:
        events.publish(ReturnKept(made))
    return new


def understand(return_id: int, now: datetime) -> None:
    """Read a mail that waits, and do what it says; of two who read it, one does."""
    if not _claim(return_id, ("waiting",), state="understood", done_at=now):
        return
    row = db.session.get_one(Return, return_id, populate_existing=True)
    if row.sealed is None:
        return
    meaning = _meaning(row.sealed, now)
    if not meaning.kind:
        row.state, row.done_at = "unknown", None
        log.warning("return_unknown", row=ids.encode(row.id), because=meaning.because)
    row.kind, row.because = meaning.kind or None, meaning.because or None
    row.verdict, row.status = meaning.verdict[:16] or None, meaning.status[:16] or None
    _attribute(row, meaning.ours)


def read_again(row: Return, now: datetime) -> None:
    """Read a mail once more that was not understood, or never read: this version may know better."""
    _claim(row.id, ("unknown",), state="waiting")
    understand(row.id, now)


def settle(row: Return, now: datetime) -> bool:
    """Note that staff looked at a mail that was not understood."""
    return _claim(row.id, ("unknown",), state="settled", done_at=now)


def settle_as(row: Return, happening: str, now: datetime) -> bool:
    """Let staff say what a mail meant that was not understood: its address is dead, or its reader complained.

    Only where it is certain whose mail it was.
    """
    contact = db.session.get(Contact, row.contact_id) if row.contact_id else None
    if contact is None or not settle(row, now):
        return False
    if happening == "bounce":
        sending.bounced(row.campaign_id or 0, contact.id, "", now)
        _bury(contact, now)
    else:
        sending.complained(row.campaign_id or 0, contact.id, now)
        subscriptions.come_back_wrong(contact, "complain", source="staff", now=now)
    return True


def sweep(now: datetime, *, understood_for: timedelta) -> None:
    """Empty what was understood or settled long enough ago, and forget it in the end; what was not understood stays."""
    done = Return.state.in_(("understood", "settled"))
    emptied = sa.update(Return).where(done, Return.done_at < now - understood_for, Return.sealed.is_not(None))
    db.session.execute(emptied.values(sealed=None))
    db.session.execute(sa.delete(Return).where(done, Return.done_at < now - REMEMBERED))


def waiting_bytes() -> int:
    """Return how much is kept of mails, for a limit on it."""
    kept = sa.select(sa.func.coalesce(sa.func.sum(Return.size), 0)).where(Return.state.in_(("waiting", "unknown")))
    return int(db.session.scalar(kept) or 0)


def refused(address: str, status: str, now: datetime) -> None:
    """Take in that a server refused mail of the site itself for an address while we spoke with it."""
    canonical = addresses.canonical(address)
    if canonical is not None and rules.judge(status) == "hard":
        bury_address(keys.address_key(canonical), source="smtp", now=now)


def bury_address(address_key: str, *, source: str, now: datetime) -> None:
    """Send nothing more to an address that is dead: no newsletter, and no mail of the site."""
    contacts = db.session.scalars(sa.select(Contact).where(Contact.address_key == address_key)).all()
    for contact in contacts:
        _bury(contact, now, source=source)
    if not contacts:
        suppressions.suppress(address_key, "bounced", source=source, now=now)


def _meaning(sealed: bytes, now: datetime) -> Meaning:
    content, recipients = vault.unseal(sealed)
    try:
        read = reading.read(content, recipients)
    except Exception as error:  # noqa: BLE001 - whatever somebody sent, it must not come up for ever
        log.warning("return_unreadable", error=type(error).__name__)
        return Meaning(because="unreadable")
    if naming.is_forged(read.addressed):
        return Meaning(because="bad-proof")
    ours = naming.find_path(read.names) if read.kind == "dsn" else None
    ours = ours or naming.find(read.names, by_leave=read.kind != "dsn")
    match read.kind:
        case "dsn":
            return _bounce(read, ours, now)
        case "arf":
            return _complaint(read, ours, now)
    if (token := naming.leave_token(read.addressed)) is not None:
        leaving.act(token, leaving.MAIL, now)
        return Meaning("leave", ours=ours)
    if naming.is_damaged(read.addressed):
        return Meaning(because="bad-case", ours=ours)
    if read.kind == "auto":
        return Meaning("auto", ours=ours)
    return Meaning(because="no-report", ours=ours)


def _bounce(read: Read, ours: Ours | None, now: datetime) -> Meaning:
    if not read.outcomes:
        return Meaning(because="no-outcome", ours=ours)
    if ours is None:
        return Meaning(because="no-name")
    contact = db.session.get(Contact, ours.contact_id) if ours.contact_id else None
    if not ours.by_path and not _names(read, contact):
        return Meaning(because="no-recipient", ours=ours)
    verdict, status = rules.verdict(read.outcomes, contact.canonical if contact else "")
    if verdict and not status:
        return Meaning(because="no-status", ours=ours)
    if verdict and not ours.by_path:  # whoever was forwarded the mail could have written this: staff judge it
        return Meaning(because="no-path", ours=ours)
    if ours.mailbox_id:
        _site_bounce(ours.mailbox_id, verdict, now)
    elif verdict:
        _campaign_bounce(ours, contact, verdict, status, _is_to(read, contact), now)
    return Meaning("bounce", verdict, status, ours=ours)


def _site_bounce(mailbox_id: int, verdict: str, now: datetime) -> None:
    found = naming.mailbox(mailbox_id)
    if verdict == "hard" and found is not None:
        bury_address(found.address_key, source="dsn", now=now)


def _campaign_bounce(
    ours: Ours, contact: Contact | None, verdict: str, status: str, is_to: bool, now: datetime
) -> None:
    """Note a bounce on its sending, once; what was noted already says nothing new of the address."""
    this = sa.select(Sending.domain, Sending.reason).where(
        Sending.campaign_id == ours.campaign_id, Sending.contact_id == ours.contact_id
    )
    sent = db.session.execute(this).first()
    known = not sending.bounced(ours.campaign_id, ours.contact_id, status, now)
    moved = contact is not None and sent is not None and sent.domain != contact.domain
    if contact is None or moved or not is_to:
        return
    if verdict == "hard" and not (known and sent is not None and rules.judge(sent.reason or "") == "hard"):
        _bury(contact, now)
    elif verdict == SOFT and not known:
        _count_soft(contact, now)


def _is_to(read: Read, contact: Contact | None) -> bool:
    """Whether a mail went to the address that its contact has now; it may have moved since."""
    went_to = addresses.canonical(read.was_to) if read.was_to else None
    return contact is None or went_to in {None, contact.canonical}


def _names(read: Read, contact: Contact | None) -> bool:
    """Whether a report says of which recipient it is, and that is the contact."""
    named = (addresses.canonical(one) for outcome in read.outcomes for one in outcome.recipients)
    return contact is not None and contact.canonical in set(named)


def _bury(contact: Contact, now: datetime, *, source: str = "dsn") -> None:
    """End everything for a dead address; for the site's own mail, too, where it was only often full before."""
    subscriptions.come_back_wrong(contact, "bounce", source=source, now=now)
    full = (Suppression.address_key == contact.address_key, Suppression.reason == "bounced", Suppression.source == SOFT)
    db.session.execute(sa.update(Suppression).where(*full).values(source=source))


def _count_soft(contact: Contact, now: datetime) -> None:
    """Count what came back softly since the last mail that arrived; at some time nobody reads there any more."""
    mine = (Sending.contact_id == contact.id, Sending.delivered_at.is_not(None))
    latest = sa.select(Sending).where(*mine).order_by(Sending.delivered_at.desc()).limit(_LOOKS_BACK)
    rows = db.session.scalars(latest.execution_options(populate_existing=True)).all()
    past = [rules.Past(row.delivered_at, row.bounced_at, row.reason or "") for row in rows if row.delivered_at]
    while past and past[0].bounced_at is None and past[0].delivered_at > now - UNSETTLED:
        past.pop(0)
    contact.soft_bounces, is_gone = rules.run(past)
    if is_gone:
        subscriptions.come_back_wrong(contact, "bounce", source=SOFT, now=now)


def _complaint(read: Read, ours: Ours | None, now: datetime) -> Meaning:
    if read.feedback in rules.NO_COMPLAINTS:
        return Meaning("complaint", read.feedback, ours=ours)
    if read.feedback not in rules.COMPLAINTS:
        return Meaning(because="no-type", ours=ours)
    if ours is None:
        return Meaning(because="no-name")
    contact = db.session.get(Contact, ours.contact_id) if ours.contact_id else None
    if contact is not None and _is_news(ours, now):
        subscriptions.come_back_wrong(contact, "complain", source="arf", now=now)
    return Meaning("complaint", read.feedback, ours=ours)


def _is_news(ours: Ours, now: datetime) -> bool:
    """Note a complaint on its sending; say whether it is the first, so that an old one sent again changes nothing."""
    this = sa.select(Sending.complained_at).where(
        Sending.campaign_id == ours.campaign_id, Sending.contact_id == ours.contact_id
    )
    is_there = db.session.execute(this).first() is not None
    return sending.complained(ours.campaign_id, ours.contact_id, now) or not is_there


def _attribute(row: Return, ours: Ours | None) -> None:
    if ours is None or not ours.contact_id:
        return
    contact = db.session.get(Contact, ours.contact_id)
    row.campaign_id, row.contact_id = ours.campaign_id or None, ours.contact_id
    row.subject_id = contact.subject_id if contact else None


def _claim(return_id: int, states: Sequence[str], **values: object) -> bool:
    step = sa.update(Return).where(Return.id == return_id, Return.state.in_(states)).values(**values)
    return bool(db.session.execute(step).rowcount)  # type: ignore[attr-defined]
