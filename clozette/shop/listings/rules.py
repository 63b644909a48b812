"""What may be offered, and why not: pure decisions."""

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

BOUGHT = ("sale", "fee")
"""Modes that are paid for."""
FREE = ("view", "swap")
"""Modes that no money is paid for, so that the payment service has no say in them."""


def gone() -> Refusal:
    """Say that somebody was quicker."""
    return Refusal("gone", _("Somebody was quicker: this is taken. If they don't pay in time, it comes back."))
