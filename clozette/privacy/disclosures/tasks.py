"""Telling a recipient by mail. The mail names nobody: it carries the references of the payloads alone."""

from collections.abc import Sequence

import marshmallow as ma
import sqlalchemy as sa

from clozette.kernel import clock, events
from clozette.kernel.database import db
from clozette.kernel.tasks import task
from clozette.privacy.disclosures import mail
from clozette.privacy.disclosures.models import Recipient, Telling
from clozette.privacy.events import RecipientWaits


@task("privacy.tell_recipient")
def tell_recipient(*, telling_id: int) -> None:
    """Mail one recipient what to correct or delete; one whose contact is no mail address waits: for the room that knows
    another way to them, or for the staff.
    """
    telling = db.session.get(Telling, telling_id, with_for_update=True)
    if telling is None or telling.told_at is not None:
        return
    recipient = db.session.get_one(Recipient, telling.recipient_id)
    if not is_mail_address(recipient.contact):
        events.publish(RecipientWaits(telling_id))
        return
    together = _together(telling)
    for one in together:
        one.told_at = clock.now()
    db.session.flush()
    mail.tell(recipient, telling.kind, [reference for one in together for reference in one.known_as])


def is_mail_address(contact: str) -> bool:
    """Whether a mail can be sent there; the address of somebody's page has an @ too."""
    try:
        ma.validate.Email()(contact)
    except ma.ValidationError:
        return False
    return True


def _together(telling: Telling) -> Sequence[Telling]:
    """Return what one mail says: the end of a hand-over's term is about all of its people at once."""
    if telling.kind != "term":
        return [telling]
    same = {name: getattr(telling, name) for name in ("recipient_id", "kind", "cause_id")}
    wanted = sa.select(Telling).filter_by(**same).where(Telling.told_at.is_(None)).order_by(Telling.id)
    return db.session.scalars(wanted.with_for_update()).all()
