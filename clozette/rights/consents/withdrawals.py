"""What ends with a consent: recipients who got data by it are told, each as a duty of its own (requirement 21)."""

from clozette.kernel.database import db
from clozette.privacy.disclosures import telling
from clozette.privacy.events import ConsentEnded
from clozette.privacy.models import LedgerEntry


def tell_recipients(event: ConsentEnded) -> None:
    """Tell whoever got the person's data for the purpose, in the transaction of the withdrawal."""
    entry = db.session.get_one(LedgerEntry, event.entry_id)
    about = {"purpose": entry.purpose, "channel": entry.channel or ""}
    telling.tell_recipients(event.subject_id, kind="withdrawal", cause_id=entry.id, now=entry.at, **about)
