"""Erasure reaches Mailchimp too (requirements 105, 109), and what that means for whoever comes back."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from clozette.kernel import clock, tasks
from clozette.kernel.database import db, insert_once
from clozette.kernel.ids import new_id
from clozette.kernel.ports import mailing_list
from clozette.kernel.ports.mailing_list import MailingList
from clozette.newsletters.mailchimp import handover, outbox
from clozette.newsletters.mailchimp.models import Forgotten, Remote
from clozette.newsletters.subscriptions.models import Contact


def remember(subject_id: int) -> Iterator[int]:
    """Write down whom Mailchimp has to erase, before the rows that say it go; a step of the erasure."""
    told = (
        sa.select(Contact.address_key, Remote.subscriber_key)
        .join(Remote, Remote.contact_id == Contact.id)
        .where(Contact.subject_id == subject_id, Remote.subscriber_key.is_not(None))
    )
    for address_key, subscriber_key in db.session.execute(told).all():
        yield int(ask(address_key, subscriber_key, clock.now(), subject_id=subject_id))


def ask(address_key: str, subscriber_key: str | None, now: datetime, *, subject_id: int | None = None) -> bool:
    """Let Mailchimp erase somebody; say whether that was new."""
    whom = {"subscriber_key": subscriber_key, "erased_subject": subject_id, "asked_at": now}
    if not insert_once(Forgotten, id=new_id(), address_key=address_key, **whom):
        again = sa.update(Forgotten).where(
            Forgotten.address_key == address_key, Forgotten.done_at.is_not(None), Forgotten.returned_at.is_not(None)
        )
        if not db.session.execute(again.values(**whom, done_at=None, returned_at=None)).rowcount:  # type: ignore[attr-defined]
            return False
    if mailing_list.is_on():
        outbox.wake()
    return True


def waiting() -> list[int]:
    """Return whom Mailchimp has not erased yet."""
    return list(db.session.scalars(sa.select(Forgotten.id).where(Forgotten.done_at.is_(None)).order_by(Forgotten.id)))


def forget(there: MailingList, forgotten_id: int) -> None:
    """Let Mailchimp erase one for good; of them only the keyed digest stays here."""
    row = db.session.get(Forgotten, forgotten_id, populate_existing=True)
    if row is None or row.done_at is not None or row.subscriber_key is None:
        return
    tasks.checkpoint()
    there.forget(row.subscriber_key)
    now = clock.now()
    if row.erased_subject is not None:
        handover.confirm_tellings(row.erased_subject, now, now)
    row.done_at, row.subscriber_key, row.erased_subject = now, None, None


def returned(address_key: str, now: datetime) -> None:
    """Somebody who had been erased came back by Mailchimp's own form."""
    back = sa.update(Forgotten).where(Forgotten.address_key == address_key, Forgotten.returned_at.is_(None))
    db.session.execute(back.values(returned_at=now))
