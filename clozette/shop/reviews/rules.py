"""When a review can be written, and when it is shown: pure decisions."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

OPEN_FOR = timedelta(days=60)
"""So long after the parcel arrived a review can be written."""
BLIND_FOR = timedelta(days=14)
"""So long after the first one it is shown, whether the other side wrote or not; then that side can't write any more."""
STATES = ("received", "complete", "returned")


def why_not_write(
    state: str, since: datetime, mine: datetime | None, theirs: datetime | None, now: datetime
) -> Refusal | None:
    """Return why one side of an order can't say how it was.

    :param since: when the parcel arrived, or the order ended without one.
    :param mine: since when this side's review is shown.
    :param theirs: since when the other side's is: whoever could have read it does not answer it.
    """
    if mine is not None:
        return Refusal("shown", _("Your review is shown already: it can't be changed any more."))
    if theirs is not None:
        return Refusal("not_blind", _("What the other side said is shown already: you could have written before."))
    if state not in STATES:
        return Refusal("review_state", _("You can say how it was once it has arrived."))
    if now >= since + OPEN_FOR:
        return Refusal("review_late", _("The sixty days in which you could say how it was are over."))
    return None


def gone() -> Refusal:
    """Say that there is nobody to write about."""
    return Refusal("gone", _("The other side has left: there is nobody to write about."))
