"""Telling a recipient by mail. The mail names nobody: it carries the references of the payloads alone."""

from collections.abc import Sequence

import sqlalchemy as sa

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.kernel.tasks import task
from clozette.privacy.disclosures import mail
from clozette.privacy.disclosures.models import Recipient, Telling


@task("privacy.tell_recipient")
def tell_recipient(*, telling_id: int) -> None:
    """Mail one recipient what to correct or delete; one whose contact is no mail address waits for the staff."""
    telling = db.session.get(Telling, telling_id, with_for_update=True)
    if telling is None or telling.told_at is not None:
        return
    recipient = db.session.get_one(Recipient, telling.recipient_id)
    if "@" not in recipient.contact:
        return
    together = _together(telling)
    for one in together:
        one.told_at = clock.now()
    db.session.flush()
    mail.tell(recipient, telling.kind, [reference for one in together for reference in one.known_as])


def _together(telling: Telling) -> Sequence[Telling]:
    """Return what one mail says: the end of a hand-over's term is about all of its people at once."""
    if telling.kind != "term":
        return [telling]
    same = {name: getattr(telling, name) for name in ("recipient_id", "kind", "cause_id")}
    wanted = sa.select(Telling).filter_by(**same).where(Telling.told_at.is_(None)).order_by(Telling.id)
    return db.session.scalars(wanted.with_for_update()).all()
