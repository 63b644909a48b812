"""When a refund is tried again by itself, and why not by hand."""

from datetime import timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

MOST_TRIES = 10
AFTER = timedelta(days=1)
"""So long the clock waits before it tries again; a seller's account may have the money by then."""
HOPELESS = frozenset({"returned", "refunded", "charge_disputed", "missing"})
"""What another try doesn't change: the buyer's bank sent it back, it was paid back by hand, their bank has it."""


def why_not_leave(refund_minor: int, owed_minor: int, *, at_bank: bool, again: bool) -> Refusal | None:
    """Return why nothing can be done by hand about a refund that is owed.

    :param owed_minor: what is still owed for its order.
    :param again: whether the payment service is asked, for all of it.
    """
    if at_bank:
        return Refusal("at_bank", _("The buyer asked their bank for this money: wait until the bank has decided."))
    if owed_minor <= 0:
        return not_owed()
    if again and owed_minor < refund_minor:
        return Refusal("part_owed", _("The buyer's bank has paid a part: pay the rest by other means."))
    return None


def not_owed() -> Refusal:
    """Say that a refund needs nothing done by hand, or no longer."""
    return Refusal("not_owed", _("Somebody was quicker: look at the list again."))
