"""What a person changes is told to whoever got it (requirement 78)."""

from clozette.accounts.events import DetailChanged
from clozette.kernel import clock
from clozette.kernel.ids import new_id
from clozette.privacy import disclosures


def tell_of_correction(event: DetailChanged) -> None:
    """Let the recipients of the very field know that it has another value now."""
    field = f"accounts_members.{event.column}"
    now = clock.now()
    disclosures.tell_recipients(event.subject_id, kind="correction", cause_id=new_id(), now=now, field=field)
