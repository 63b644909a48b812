"""What texts do when something happens elsewhere; each in the transaction of what happened."""

from collections.abc import Iterator

from clozette.kernel import clock
from clozette.kernel.database import db
from clozette.newsletters.sending.events import DatabaseRestored
from clozette.newsletters.subscriptions import suppressions
from clozette.newsletters.texts import campaigns, services
from clozette.privacy.events import ConsentEnded
from clozette.privacy.models import LedgerEntry


def end_with_consent(event: ConsentEnded) -> None:
    """Send nothing more of a purpose whose consent was taken back, wherever that was done."""
    entry = db.session.get_one(LedgerEntry, event.entry_id)
    phone = services.of(event.subject_id) if entry.channel == services.CHANNEL else None
    if phone is not None:
        services.skip(phone.id, "consent", entry.purpose)


def hold(_event: DatabaseRestored) -> None:
    """Send nothing by a database that was put back to an older state."""
    campaigns.hold_everything(clock.now())


def forget(subject_id: int) -> Iterator[int]:
    """Before a person's rows go: the number is suppressed, so that nothing brings it back."""
    phone = services.of(subject_id)
    if phone is not None:
        services.skip(phone.id, "erasure")
        yield int(suppressions.suppress(phone.number_key, "erased", source="erasure", now=clock.now()))
