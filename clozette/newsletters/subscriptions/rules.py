"""How a subscription may change (requirement 33). No database, no clock."""

from typing import Literal, get_args

State = Literal["pending", "confirmed", "unsubscribed", "bounced", "complained", "expired"]
Happening = Literal["ask", "confirm", "leave", "undo", "bounce", "complain", "expire", "import"]

STATES: tuple[State, ...] = get_args(State)
# What stands nowhere here changes nothing. Only what the address's reader did themself leads back to ``confirmed``: an
# import never does for whom we knew (requirement 45).
TRANSITIONS: dict[tuple[State | None, Happening], State] = {
    (None, "ask"): "pending",
    (None, "import"): "confirmed",
    ("pending", "confirm"): "confirmed",
    ("pending", "leave"): "unsubscribed",
    ("pending", "bounce"): "bounced",
    ("pending", "complain"): "complained",
    ("pending", "expire"): "expired",
    ("confirmed", "leave"): "unsubscribed",
    ("confirmed", "bounce"): "bounced",
    ("confirmed", "complain"): "complained",
    ("confirmed", "expire"): "expired",
    ("unsubscribed", "ask"): "pending",
    ("unsubscribed", "undo"): "confirmed",
    ("unsubscribed", "bounce"): "bounced",
    ("unsubscribed", "complain"): "complained",
    ("bounced", "ask"): "pending",
    ("bounced", "leave"): "unsubscribed",
    ("bounced", "complain"): "complained",
    ("complained", "ask"): "pending",
    ("complained", "leave"): "unsubscribed",
    ("expired", "ask"): "pending",
    ("expired", "leave"): "unsubscribed",
    ("expired", "bounce"): "bounced",
    ("expired", "complain"): "complained",
}


def after(state: State | None, happening: Happening) -> State | None:
    """Return the state after a happening; the same one where it changes nothing."""
    return TRANSITIONS.get((state, happening), state)
