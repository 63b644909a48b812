"""When a refund is tried again by itself, and why not by hand."""

from datetime import timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

MOST_TRIES = 10
AFTER = timedelta(days=1)
"""So long the clock waits before it tries again; a seller's account may have the money by then."""
HOPELESS = frozenset({"returned", "refunded", "charge_disputed", "missing"})
"""What another try doesn't change: the buyer's bank sent it back, it was paid back by hand, their bank has it."""


def not_owed() -> Refusal:
    """Say that a refund needs nothing done by hand, or no longer."""
    return Refusal("not_owed", _("Somebody was quicker: look at the list again."))
