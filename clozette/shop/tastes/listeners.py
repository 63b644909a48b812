"""What happens to consents, for what members told: inside the transaction of the deed."""

import sqlalchemy as sa

from clozette.accounts.models import Member
from clozette.kernel.database import db
from clozette.privacy import subjects
from clozette.privacy.events import ConsentEnded
from clozette.privacy.models import LedgerEntry
from clozette.shop.tastes import services


def forget(event: ConsentEnded) -> None:
    """Without a consent to research nothing of it is kept."""
    entry = db.session.get_one(LedgerEntry, event.entry_id)
    if (entry.purpose, entry.channel) != services.OFFER:
        return
    subjects.lock([event.subject_id])
    for member_id in db.session.scalars(sa.select(Member.id).where(Member.subject_id == event.subject_id)):
        services.forget(member_id)
