"""Telling a recipient by mail. The mail names nobody: it carries the references of the payloads alone."""

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
    telling.told_at = clock.now()
    db.session.flush()
    mail.tell(recipient, telling)
