"""What may become of an order: every move that there is; any other is refused.

What is digital alone gets from ``paid`` to ``received`` by itself, and nothing else does. Money that comes after a hold
ended takes an order from ``expired`` or ``cancelled`` back to ``paid`` if the pieces can be had again, or else to
``refunded``.
"""

from collections.abc import Mapping

from flask_babel import gettext as _

from clozette.kernel.refusal import Refusal

MOVES: Mapping[str, frozenset[str]] = {
    "reserved": frozenset({"paying", "paid", "expired", "cancelled"}),
    "paying": frozenset({"paid", "expired", "cancelled"}),
    "paid": frozenset({"shipped", "received", "cancelled"}),
    "shipped": frozenset({"received", "returned"}),
    "received": frozenset({"complete", "returned"}),
    "expired": frozenset({"paid", "refunded"}),
    "cancelled": frozenset({"paid", "refunded"}),
    "complete": frozenset(),
    "returned": frozenset(),
    "refunded": frozenset(),
}


def why_not_move(state: str, to: str) -> Refusal | None:
    """Say why an order can't get from a state to another."""
    return None if to in MOVES[state] else elsewhere()


def elsewhere() -> Refusal:
    """Say that an order is in another state by now, or never gets there."""
    return Refusal("order_state", _("This order is in another state by now: look at it again."))
