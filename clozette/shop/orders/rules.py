"""When something is due with an order, and why something is not done: pure decisions."""

from datetime import timedelta

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

REMIND_BEFORE = timedelta(days=1)
SHARES = ("measurements", "tags", "notes")
"""What of an item's history its seller may let go with it; the rest of what the shop showed goes anyway."""


def why_not_give_back(*, is_swap: bool) -> Refusal | None:
    """Say why a part of an order can't be paid back by its seller's own will."""
    if not is_swap:
        return None
    return Refusal(
        "swap", _("This is a parcel of a swap: its deposit goes back when all have arrived, or by a complaint.")
    )


def gone() -> Refusal:
    """Say that the other side is no longer a member."""
    return Refusal("gone", _("The other side has just left: this order can only be cancelled."))
